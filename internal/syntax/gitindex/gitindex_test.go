package gitindex

import (
	"encoding/binary"
	"errors"
	"strings"
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
	return append(out, make([]byte, 20)...) // its checksum
}

func TestParse(t *testing.T) {
	whole := index(".env", "api/Dockerfile", "api/12345678", "sparse/")
	x, err := Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{".env": true, "api/12345678": true, "api": false, "sparse/any/file": true, "other": false} {
		if x.Has(name) != want {
			t.Errorf("Has(%s) = %v", name, !want)
		}
	}
	if !x.Below("api") || x.Below("ap") || !x.Below("sparse/any") {
		t.Error("Below is wrong")
	}
	for n := range whole {
		_, _ = Parse(whole[:n]) // what is cut off must not panic
	}
	for src, want := range map[string]error{
		"DIRC\x00\x00\x00\x02\xff\xff\xff\xff": ErrDamaged,
		"DIRC\x00\x00\x00\x05\x00\x00\x00\x00": ErrUnsupported,
	} {
		if _, err := Parse(append([]byte(src), make([]byte, 20)...)); !errors.Is(err, want) {
			t.Errorf("%q: %v", src, err)
		}
	}
}

// TestIndexThatGrows: version 4 lets a short index have long paths.
func TestIndexThatGrows(t *testing.T) {
	entry := func(cut byte, name string) []byte { return append(append(make([]byte, 62), cut), name+"\x00"...) }
	const n = 20_000
	src := binary.BigEndian.AppendUint32([]byte("DIRC\x00\x00\x00\x04"), n)
	src = append(src, entry(0, strings.Repeat("x", 1<<16))...)
	for range n - 1 {
		src = append(src, entry(0, "y")...)
	}
	if _, err := Parse(append(src, make([]byte, 20)...)); !errors.Is(err, ErrUnsupported) {
		t.Errorf("it was read: %v", err)
	}
}

func FuzzIndex(f *testing.F) {
	sum := strings.Repeat("\x00", 20)
	f.Add([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "a\x00" + sum))
	f.Add([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01" + strings.Repeat("\x00", 62) + "\x00a\x00link\x00\x00\x00\x00" + sum))
	f.Fuzz(func(t *testing.T, src []byte) {
		x, err := Parse(src)
		if (err == nil) != (x != nil) {
			t.Errorf("%v and %v", x, err)
		}
	})
}
