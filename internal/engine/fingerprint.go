package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// fingerprintVersion changes only in a major release (docs/contract.md section 7).
const fingerprintVersion = "dockmend/v1:"

// fingerprint gives each finding of one file, in order, an identity that
// survives moved lines and changed blanks: rule, variant, path, the text that
// it underlines, and a number among equals.
func fingerprint(diagnostics []*lint.Diagnostic) {
	seen := make(map[string]int, len(diagnostics))
	for _, d := range diagnostics {
		words := strings.Join(strings.Fields(string(d.Span.Of(d.Source.Bytes))), " ")
		key := strings.Join([]string{d.Rule.ID, d.Variant, d.Source.Path, words}, "\x00")
		ordinal := seen[key]
		seen[key]++
		sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(ordinal)))
		d.Fingerprint = fingerprintVersion + hex.EncodeToString(sum[:16])
	}
}
