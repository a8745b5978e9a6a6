package git

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// bare makes the least that is a repository, and puts files of .git into it.
func bare(tb testing.TB, content map[string][]byte) *Repository {
	tb.Helper()
	dir := tb.TempDir()
	for name, src := range content {
		at := filepath.Join(dir, ".git", filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, src, 0o644)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, ".git/objects/pack"), 0o755); err != nil {
		tb.Fatal(err)
	}
	root, err := files.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := Open(root)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = errors.Join(r.Close(), root.Close()) })
	return r
}

func deflated(parts ...[]byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for _, p := range parts {
		_, _ = z.Write(p) // a buffer takes everything
	}
	_ = z.Close()
	return b.Bytes()
}

func someHash() Hash { return Hash{0xab, 0xcd} }

func TestLyingObjects(t *testing.T) {
	name := "objects/" + looseName(someHash())
	for what, tt := range map[string]struct {
		src  []byte
		want error
	}{
		"a bomb":         {deflated([]byte("blob 5\x00"), make([]byte, 64<<20)), ErrDamaged},
		"a huge size":    {deflated([]byte("blob 99999999999999\x00")), ErrTooLarge},
		"no size":        {deflated([]byte("blob x\x00")), ErrDamaged},
		"a minus":        {deflated([]byte("blob -1\x00")), ErrDamaged},
		"no end of head": {deflated(bytes.Repeat([]byte("x"), 100)), ErrDamaged},
		"too short":      {deflated([]byte("blob 5\x00a")), ErrDamaged},
		"another type":   {deflated([]byte("evil 1\x00a")), ErrDamaged},
		"other content":  {deflated([]byte("blob 1\x00a")), ErrDamaged},
		"no zlib":        {[]byte("x"), ErrDamaged},
		"nothing":        {nil, ErrDamaged},
	} {
		if content, err := bare(t, map[string][]byte{name: tt.src}).Blob(someHash(), 1000); !errors.Is(err, tt.want) {
			t.Errorf("%s: %q, %v; want %v", what, content, err, tt.want)
		}
	}
}

// packOf makes a pack with one object, and its index.
func packOf(h Hash, object []byte) map[string][]byte {
	index := []byte(indexMagic)
	for i := range 256 {
		n := uint32(0)
		if i >= int(h[0]) {
			n = 1
		}
		index = binary.BigEndian.AppendUint32(index, n)
	}
	index = append(index, h[:]...)
	index = append(index, 0, 0, 0, 0)
	index = binary.BigEndian.AppendUint32(index, 12)
	index = append(index, make([]byte, trailer)...)
	data := append([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01"), object...)
	return map[string][]byte{"objects/pack/pack-x.idx": index, "objects/pack/pack-x.pack": append(data, make([]byte, 20)...)}
}

func TestLyingPacks(t *testing.T) {
	some := someHash()
	hash := some[:]
	delta := func(size byte, body ...byte) []byte { // one byte says kind and size
		return append(append([]byte{byte(kindHashDelta)<<4 | size}, hash...), deflated(body)...)
	}
	for what, tt := range map[string]struct {
		object []byte
		want   error
	}{
		"a delta on itself":       {delta(2, 0, 0), ErrDamaged},
		"a delta on another":      {append(append([]byte{byte(kindHashDelta) << 4}, make([]byte, 20)...), deflated()...), ErrDamaged},
		"a delta before the pack": {append([]byte{byte(kindOffsetDelta) << 4, 0x7f}, deflated()...), ErrDamaged},
		"a delta on its place":    {append([]byte{byte(kindOffsetDelta) << 4, 0}, deflated()...), ErrDamaged},
		"a bomb":                  {append([]byte{byte(kindBlob)<<4 | 5}, deflated(make([]byte, 64<<20))...), ErrDamaged},
		"a huge size":             {append([]byte{byte(kindBlob)<<4 | 0x8f, 0xff, 0xff, 0xff, 0x7f}, deflated()...), ErrTooLarge},
		"a size without end":      {bytes.Repeat([]byte{byte(kindBlob)<<4 | 0x8f}, 40), ErrDamaged},
		"an unknown kind":         {[]byte{5 << 4}, ErrDamaged},
		"other content":           {append([]byte{byte(kindBlob)<<4 | 1}, deflated([]byte("a"))...), ErrDamaged},
	} {
		if content, err := bare(t, packOf(someHash(), tt.object)).Blob(someHash(), 1000); !errors.Is(err, tt.want) {
			t.Errorf("%s: %q, %v; want %v", what, content, err, tt.want)
		}
	}
	good := packOf(someHash(), nil)
	for _, name := range []string{"objects/pack/pack-x.idx", "objects/pack/pack-x.pack"} {
		for cut := range 3 {
			broken := map[string][]byte{}
			for other, src := range good {
				broken[other] = src
			}
			broken[name] = broken[name][:len(broken[name])*cut/3]
			if content, err := bare(t, broken).Blob(someHash(), 1000); err == nil {
				t.Errorf("%s cut to %d thirds: %q", name, cut, content)
			}
		}
	}
}

func TestPatch(t *testing.T) {
	base := []byte("0123456789")
	for _, tt := range []struct{ delta, want string }{
		{"\x0a\x03\x91\x02\x03", "234"},     // a copy
		{"\x0a\x05\x90\x03\x02xy", "012xy"}, // a copy and two bytes
		{"\x0a\x00", ""},                    // nothing
		{"\x09\x03\x91\x02\x03", "!"},       // another base
		{"\x0a\x03\x91\x08\x03", "!"},       // beyond the base
		{"\x0a\x02\x91\x02\x03", "!"},       // more than it says
		{"\x0a\x04\x91\x02\x03", "!"},       // less than it says
		{"\x0a\x01\x00", "!"},               // no such step
		{"\x0a\x05\x05x", "!"},              // bytes that are not there
		{"\x0a\x03\x91\x02", "!"},           // half a copy
		{"\x0a\xff\xff\xff\xff\x7f", "!"},   // a huge size
		{"\x0a\x64" + strings.Repeat("\x90\x0a", 10), strings.Repeat("0123456789", 10)},
		{"\x0a\x65" + strings.Repeat("\x90\x0a", 10), "!"}, // beyond the limit
		{"", "!"},
	} {
		got, err := patch(base, []byte(tt.delta), 100)
		if err != nil {
			got = []byte("!")
		}
		if string(got) != tt.want {
			t.Errorf("patch(%q) = %q, %v; want %q", tt.delta, got, err, tt.want)
		}
	}
}

func TestLyingReferences(t *testing.T) {
	r := bare(t, map[string][]byte{
		"HEAD": []byte("ref: refs/heads/a"), "refs/heads/a": []byte("ref: refs/heads/b"), "refs/heads/b": []byte("ref: refs/heads/a"),
		"refs/heads/out": []byte("ref: ../../etc/passwd"), "refs/heads/odd": []byte("x"), "config": []byte("token = x"), "description": []byte(strings.Repeat("a", 40)),
		"packed-refs": []byte("# x\n^y\n\nzzz refs/heads/packed\n" + someHash().String() + "\n"),
	})
	for _, name := range []string{"HEAD", "a", "out", "odd", "config", "description", "packed", "../config", "heads/../../config"} {
		if c, err := r.Commit(name); err == nil || strings.Contains(err.Error(), "token") {
			t.Errorf("Commit(%s) = %v, %v", name, c, err)
		}
	}
}

// TestLinksInGit: links of .git lead nowhere, as an archive may hold them.
func TestLinksInGit(t *testing.T) {
	outside := t.TempDir()
	for _, link := range []string{".git", ".git/objects", ".git/config", ".git/shallow"} {
		dir := t.TempDir()
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, link)), 0o755), os.Symlink(outside, filepath.Join(dir, link))); err != nil {
			t.Skip("no symbolic links on this machine: those of .git were not tested: ", err)
		}
		root, err := files.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Open(root); err == nil {
			t.Errorf("%s was followed: %v", link, r)
		}
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzPatch(f *testing.F) {
	f.Add([]byte("0123456789"), []byte("\x0a\x05\x90\x03\x02xy"))
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		if got, err := patch(base, delta, 1000); err == nil && len(got) > 1000 {
			t.Errorf("%d bytes", len(got))
		}
	})
}

func FuzzPack(f *testing.F) {
	f.Add(append([]byte{byte(kindBlob)<<4 | 1}, deflated([]byte("a"))...))
	f.Add(append([]byte{byte(kindOffsetDelta) << 4, 0x81, 0x01}, deflated([]byte("a"))...))
	f.Fuzz(func(t *testing.T, object []byte) {
		if content, err := bare(t, packOf(someHash(), object)).Blob(someHash(), 1000); err == nil {
			t.Errorf("%q has the hash %s", content, someHash())
		}
	})
}

func FuzzObjects(f *testing.F) {
	f.Add("tree", []byte("100644 a\x0001234567890123456789"))
	f.Add("commit", []byte("tree 0123456789012345678901234567890123456789\nparent x\n"))
	f.Add("tag", []byte("object 0123456789012345678901234567890123456789\n"))
	f.Fuzz(func(t *testing.T, word string, content []byte) {
		for _, k := range []kind{kindCommit, kindTree, kindBlob, kindTag} {
			if k.name() != word {
				continue
			}
			h := hashOf(k, content)
			r := bare(t, map[string][]byte{"objects/" + looseName(h): deflated([]byte(word+" "), strconv.AppendInt(nil, int64(len(content)), 10), []byte{0}, content)})
			if c, err := r.Commit(h.String()); err == nil {
				_, _ = r.Tree(c) // no fault is what is asked for
			}
			if _, err := r.Tree(&Commit{Tree: h}); err == nil && k != kindTree {
				t.Error("no tree was read as one")
			}
		}
	})
}

// TestUnpackedBytesAreBounded reads what a repository allows in all, and more.
func TestUnpackedBytesAreBounded(t *testing.T) {
	content := bytes.Repeat([]byte("x"), 1000)
	h := hashOf(kindBlob, content)
	r := bare(t, map[string][]byte{"objects/" + looseName(h): deflated([]byte("blob 1000\x00"), content)})
	r.most = 2000
	for i, want := range []error{nil, nil, ErrUnsupported} {
		if _, err := r.Blob(h, 1000); !errors.Is(err, want) {
			t.Errorf("time %d: %v, want %v", i, err, want)
		}
	}
}

// TestChainsOfDeltasAreBounded has deltas of a few bytes that stand on each other, each
// of which makes a megabyte: what they make counts.
func TestChainsOfDeltasAreBounded(t *testing.T) {
	const size, n = 1 << 20, 100
	base := make([]byte, size)
	body := append([]byte{byte(kindBlob)<<4 | 0x80, 0x80, 0x80, 0x04}, deflated(base)...) // a size of 1 << 20
	last := 12
	var step []byte // copies all of the base, 64 KiB at a time
	step = binary.AppendUvarint(binary.AppendUvarint(step, size), size)
	for at := range size >> 16 {
		step = append(step, 0x80|0x04, byte(at)) // an offset in units of 64 KiB, and no count
	}
	for range n {
		at := 12 + len(body)
		head := []byte{byte(kindOffsetDelta)<<4 | byte(len(step)&15) | 0x80, byte(len(step) >> 4)}
		back := at - last
		head = append(head, 0x80|byte(back>>14-1&0x7f), 0x80|byte((back>>7&0x7f)-1), byte(back&0x7f))
		if back < 1<<14 {
			head = append(head[:2], 0x80|byte(back>>7-1), byte(back&0x7f))
		}
		if back < 1<<7 {
			head = append(head[:2], byte(back))
		}
		body = append(append(body, head...), deflated(step)...)
		last = at
	}
	h := hashOf(kindBlob, base)
	pack := packOf(h, body)
	index := pack["objects/pack/pack-x.idx"]
	binary.BigEndian.PutUint32(index[hashesStart+24:], uint32(last))
	r := bare(t, pack)
	if got, err := r.Blob(h, size); err != nil || !bytes.Equal(got, base) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if spent := r.unpacked.Load(); spent < size*n {
		t.Errorf("%d bytes count for %d deltas of a megabyte", spent, n)
	}
	r = bare(t, pack)
	r.most = size * n / 2
	if _, err := r.Blob(h, size); !errors.Is(err, ErrUnsupported) {
		t.Errorf("past the bound: %v", err)
	}
}

// TestCrissCross has two commits with many common ancestors, none of which comes
// before another: that is found out without comparing each with each.
func TestCrissCross(t *testing.T) {
	for _, n := range []int{limits.HistoryBases, limits.HistoryBases + 1, 500} {
		objects := map[string][]byte{}
		add := func(text string) Hash {
			h := hashOf(kindCommit, []byte(text))
			objects["objects/"+looseName(h)] = deflated([]byte("commit "), strconv.AppendInt(nil, int64(len(text)), 10), []byte{0}, []byte(text))
			return h
		}
		head := "tree " + strings.Repeat("0", 40) + "\n"
		parents := ""
		for i := range n {
			parents += "parent " + add(head+"committer a <a> "+strconv.Itoa(i)+" +0000\n\n").String() + "\n"
		}
		a, b := add(head+parents+"committer a <a> 9999 +0000\n\na"), add(head+parents+"committer a <a> 9999 +0000\n\nb")
		r := bare(t, objects)
		if _, err := r.MergeBase(t.Context(), a, b); !errors.Is(err, ErrSeveralBases) {
			t.Errorf("%d: %v", n, err)
		}
		once := int64(2*len(head+parents) + 2*n*(len(head)+50))
		if spent := r.unpacked.Load(); n > limits.HistoryBases && spent > once {
			t.Errorf("%d: %d bytes were read of commits with %d", n, spent, once)
		}
	}
}

// TestPacksAreBounded has as many packs as are opened, and one more.
func TestPacksAreBounded(t *testing.T) {
	for n, want := range map[int]error{limits.Packs: ErrMissing, limits.Packs + 1: ErrUnsupported} {
		files := map[string][]byte{}
		for i := range n {
			for name, src := range packOf(Hash{0x01}, nil) {
				files[strings.Replace(name, "pack-x", "pack-"+strconv.Itoa(i), 1)] = src
			}
		}
		if _, err := bare(t, files).Blob(someHash(), 1000); !errors.Is(err, want) {
			t.Errorf("%d packs: %v, want %v", n, err, want)
		}
	}
}
