package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// fingerprintVersion changes only in a major release (docs/contract.md section 7).
const fingerprintVersion = "dockmend/v1:"

// FingerprintKey returns what identifies a finding, but for its number among
// equal ones in its file: rule, variant, path and the text that it underlines. It
// survives moved lines and changed blanks.
func (d *Diagnostic) FingerprintKey() string { return d.FingerprintKeyAt(d.Source.Path) }

// FingerprintKeyAt is FingerprintKey as if the file had another path.
func (d *Diagnostic) FingerprintKeyAt(path string) string {
	words := strings.Join(strings.Fields(string(d.Span.Of(d.Source.Bytes))), " ")
	return strings.Join([]string{d.Rule.ID, d.Variant, path, words}, "\x00")
}

// Fingerprint is that of the finding with this number, from 0, among those with
// this key.
func Fingerprint(key string, ordinal int) string {
	sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(ordinal)))
	return fingerprintVersion + hex.EncodeToString(sum[:16])
}
