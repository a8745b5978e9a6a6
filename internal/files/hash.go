package files

import (
	"crypto/sha1" //nolint:gosec // git's name for a blob, not a safeguard
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// BlobHash is git's name for a file's content in hexadecimal digits: SHA-256 where
// names have 64 digits, else SHA-1.
func BlobHash(content []byte, digits int) string {
	blob := append(fmt.Appendf(nil, "blob %d\x00", len(content)), content...)
	if digits == hex.EncodedLen(sha256.Size) {
		sum := sha256.Sum256(blob)
		return hex.EncodeToString(sum[:])
	}
	sum := sha1.Sum(blob) //nolint:gosec // see above
	return hex.EncodeToString(sum[:])
}
