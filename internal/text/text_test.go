package text

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestPositions(t *testing.T) {
	lines := NewLineIndex([]byte("\xEF\xBB\xBFab\r\n\r\nö\nlast"))
	for _, tt := range []struct{ offset, line, column int }{
		{3, 1, 1}, {4, 1, 2}, {5, 1, 3}, {7, 2, 1}, {9, 3, 1}, {11, 3, 3}, {12, 4, 1}, {16, 4, 5},
	} {
		p := lines.Position(tt.offset)
		if p.Line != tt.line || p.Column != tt.column {
			t.Errorf("Position(%d) = %d:%d, want %d:%d", tt.offset, p.Line, p.Column, tt.line, tt.column)
		}
		if back := lines.Offset(p); back != tt.offset {
			t.Errorf("Offset(%v) = %d, want %d", p, back, tt.offset)
		}
	}
}

func TestApply(t *testing.T) {
	src := []byte("abcdef")
	tests := []struct {
		edits []Edit
		want  string
		fails bool
	}{
		{nil, "abcdef", false},
		{[]Edit{{Span{4, 5}, "X"}, {Span{0, 1}, ""}}, "bcdXf", false},
		{[]Edit{{Span{2, 2}, "-"}, {Span{2, 3}, "Y"}}, "ab-Ydef", false},
		{[]Edit{{Span{6, 6}, "!"}}, "abcdef!", false},
		{[]Edit{{Span{0, 3}, "x"}, {Span{2, 4}, "y"}}, "", true},
		{[]Edit{{Span{2, 2}, "x"}, {Span{2, 2}, "y"}}, "", true},
		{[]Edit{{Span{5, 7}, "x"}}, "", true},
		{[]Edit{{Span{-1, 0}, "x"}}, "", true},
		{[]Edit{{Span{3, 2}, "x"}}, "", true},
	}
	for _, tt := range tests {
		got, err := Apply(src, tt.edits)
		if (err != nil) != tt.fails || string(got) != tt.want {
			t.Errorf("Apply(%v) = %q, %v, want %q", tt.edits, got, err, tt.want)
		}
	}
	if string(src) != "abcdef" {
		t.Error("Apply changed its input")
	}
}

func TestMerge(t *testing.T) {
	tests := []struct {
		a, b []Edit
		want int
		ok   bool
	}{
		{[]Edit{{Span{0, 1}, "x"}}, []Edit{{Span{2, 3}, "y"}}, 2, true},
		{[]Edit{{Span{0, 1}, "x"}}, []Edit{{Span{0, 1}, "x"}}, 1, true},
		{[]Edit{{Span{0, 1}, "x"}}, []Edit{{Span{0, 1}, "y"}}, 0, false},
		{[]Edit{{Span{0, 2}, "x"}}, []Edit{{Span{1, 3}, "y"}}, 0, false},
		{[]Edit{{Span{1, 1}, "x"}}, []Edit{{Span{1, 1}, "y"}}, 0, false},
		{[]Edit{{Span{0, 1}, "x"}}, []Edit{{Span{1, 2}, "y"}}, 2, true},
	}
	for _, tt := range tests {
		got, ok := Merge(tt.a, tt.b)
		if ok != tt.ok || len(got) != tt.want {
			t.Errorf("Merge(%v, %v) = %v, %v", tt.a, tt.b, got, ok)
		}
	}
}

// diffPairs are texts before and after.
var diffPairs = [][2]string{
	{"", "a\n"}, {"a\n", ""}, {"a", "a\n"}, {"a\n", "a"}, {"a\r\nb\r\n", "a\r\nc\r\n"}, {"\xEF\xBB\xBFa\n", "\xEF\xBB\xBFb\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n11\n"}, {"a\nb\nc\n", "c\nb\na\n"},
	{"a\na\na\n", "a\na\n"}, {"x\ny\n", "x\nnew\ny\n"}, {"x\n", "x\ny"}, {"--- a\n", "+++ b\n"},
	{strings.Repeat("a\nb\n", 50), strings.Repeat("b\na\n", 50)},
}

func TestUnifiedDiff(t *testing.T) {
	want := "--- a/x\n+++ b/x\n@@ -1,5 +1,4 @@\n a\n b\n-c\n d\n-e\n\\ No newline at end of file\n+E\n"
	if got := UnifiedDiff("x", []byte("a\nb\nc\nd\ne"), []byte("a\nb\nd\nE\n")); string(got) != want {
		t.Errorf("got\n%s", got)
	}
	if got := UnifiedDiff("x", []byte("a"), []byte("a")); len(got) > 0 {
		t.Errorf("equal texts differ:\n%s", got)
	}
}

// TestGitApplies: git reads what is written.
func TestGitApplies(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed: that it reads the diffs was not tested")
	}
	for i, pair := range diffPairs {
		for _, name := range []string{"Dockerfile", "a b/Dockerfile", "ö \"q\"\tx"} {
			dir := t.TempDir()
			at := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, []byte(pair[0]), 0o644); err != nil {
				t.Fatal(err)
			}
			diff := UnifiedDiff(name, []byte(pair[0]), []byte(pair[1]))
			cmd := exec.Command("git", "apply", "--whitespace=nowarn", "-")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_CEILING_DIRECTORIES="+dir)
			cmd.Stdin = bytes.NewReader(diff)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("pair %d, %q: %v\n%s\n%s", i, name, err, out, diff)
				continue
			}
			if got, err := os.ReadFile(at); err != nil || string(got) != pair[1] {
				t.Errorf("pair %d, %q: git makes %q of it, %v", i, name, got, err)
			}
		}
	}
}

// patched applies a diff by its own lines, trusting the numbers in its headers.
func patched(t *testing.T, before, diff []byte) []byte {
	t.Helper()
	var out []byte
	rest := splitLines(before)
	for _, line := range splitLines(diff) {
		switch {
		case bytes.HasPrefix(line, []byte("\\ ")):
			out = bytes.TrimSuffix(out, []byte("\n"))
		case line[0] == '+' && !bytes.HasPrefix(line, []byte("+++ b/x")):
			out = append(out, line[1:]...)
		case line[0] == '-' && !bytes.HasPrefix(line, []byte("--- a/x")), line[0] == ' ':
			if len(rest) == 0 || strings.TrimSuffix(string(rest[0]), "\n") != strings.TrimSuffix(string(line[1:]), "\n") {
				t.Fatalf("line %q is not next in the text", line)
			}
			if line[0] == ' ' {
				out = append(out, rest[0]...)
			}
			rest = rest[1:]
		case line[0] == '@':
			header := strings.FieldsFunc(string(line), func(r rune) bool { return strings.ContainsRune("@-+, \n", r) })
			start := 0
			for _, digit := range header[0] {
				start = start*10 + int(digit-'0')
			}
			if header[1] == "0" {
				start++
			}
			for len(splitLines(before))-len(rest)+1 < start {
				out = append(out, rest[0]...)
				rest = rest[1:]
			}
		}
	}
	for _, line := range rest {
		out = append(out, line...)
	}
	return out
}

func FuzzUnifiedDiff(f *testing.F) {
	for _, pair := range diffPairs {
		f.Add([]byte(pair[0]), []byte(pair[1]))
	}
	f.Fuzz(func(t *testing.T, before, after []byte) {
		if len(before)+len(after) > 1<<12 || bytes.Contains(before, []byte("-- a/x")) || bytes.Contains(after, []byte("++ b/x")) || bytes.Contains(before, []byte("\n\\ ")) {
			return
		}
		// A "no newline" mark behind a removed line is about before alone.
		if !bytes.HasSuffix(before, []byte("\n")) || !bytes.HasSuffix(after, []byte("\n")) {
			return
		}
		if got := patched(t, before, UnifiedDiff("x", before, after)); !bytes.Equal(got, after) {
			t.Errorf("the diff of %q and %q makes %q", before, after, got)
		}
	})
}

// FuzzMergeApply: edits that merge can be applied, and every other byte stays.
func FuzzMergeApply(f *testing.F) {
	f.Add([]byte("abcdefghij"), uint64(1))
	f.Fuzz(func(t *testing.T, src []byte, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 1))
		var all []Edit
		for range 8 {
			start := random.IntN(len(src) + 1)
			e := Edit{Span{start, start + random.IntN(len(src)-start+1)}, strings.Repeat("x", random.IntN(3))}
			if merged, ok := Merge(all, []Edit{e}); ok {
				all = merged
			}
		}
		out, err := Apply(src, all)
		if err != nil {
			t.Fatalf("merged edits %v do not apply: %v", all, err)
		}
		kept, at := 0, 0
		for _, e := range all {
			piece := src[kept:e.Span.Start]
			if !bytes.Equal(out[at:at+len(piece)], piece) {
				t.Fatalf("bytes %d..%d changed", kept, e.Span.Start)
			}
			at += len(piece) + len(e.New)
			kept = e.Span.End
		}
		if !bytes.Equal(out[at:], src[kept:]) {
			t.Fatal("the end changed")
		}
	})
}
