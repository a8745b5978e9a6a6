package facts

import (
	"encoding/binary"
	"testing"
)

// index makes an index of version 2 with entries of these paths.
func index(paths ...string) []byte {
	out := append([]byte("DIRC"), 0, 0, 0, 2)
	out = binary.BigEndian.AppendUint32(out, uint32(len(paths)))
	for _, p := range paths {
		entry := append(make([]byte, 62), p...)
		for n := 8 - len(entry)%8; n > 0; n-- {
			entry = append(entry, 0)
		}
		out = append(out, entry...)
	}
	return out
}

func TestReadIndex(t *testing.T) {
	got, ok := readIndex(index(".env", "api/Dockerfile", "api/12345678"))
	if !ok || len(got) != 3 || !got[".env"] || !got["api/12345678"] {
		t.Errorf("readIndex = %v, %v", got, ok)
	}
	whole := index("a", "bb", "ccc")
	for n := range whole {
		readIndex(whole[:n]) // what is cut off must not panic
	}
	if _, ok := readIndex(append([]byte("DIRC\x00\x00\x00\x02"), 0xff, 0xff, 0xff, 0xff)); ok {
		t.Error("an index that counts more entries than it can hold was read")
	}
	if _, ok := readIndex([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x00")); ok {
		t.Error("an index of version 4 was read")
	}
}
