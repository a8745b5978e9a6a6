package engine

import "github.com/dockmend/dockmend/internal/lint"

// fingerprint gives each finding of one file, in order, its fingerprint.
func fingerprint(diagnostics []*lint.Diagnostic) {
	seen := make(map[string]int, len(diagnostics))
	for _, d := range diagnostics {
		key := d.FingerprintKey()
		d.Fingerprint = lint.Fingerprint(key, seen[key])
		seen[key]++
	}
}
