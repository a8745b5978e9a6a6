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

// fingerprintLast gives the last finding its identity, and the others keep theirs.
func fingerprintLast(diagnostics []*lint.Diagnostic) {
	last := len(diagnostics) - 1
	key, equal := diagnostics[last].FingerprintKey(), 0
	for _, d := range diagnostics[:last] {
		if d.FingerprintKey() == key {
			equal++
		}
	}
	diagnostics[last].Fingerprint = lint.Fingerprint(key, equal)
}
