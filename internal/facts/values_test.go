package facts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// doubled has 40 lines, each of which doubles the value of the one before.
func doubled(keyword string) string {
	const n = 40
	src := "FROM a\n" + keyword + " A0=xxxxxxxx\n"
	for i := range n {
		src += fmt.Sprintf("%s A%d=$A%d$A%d\n", keyword, i+1, i, i)
	}
	return src
}

// TestUnexpanded has values that grow: none is kept past the limits, the first
// place is named, and values of people are known.
func TestUnexpanded(t *testing.T) {
	long := strings.Repeat("x", limits.ValueBytes)
	half := strings.Repeat("x", limits.ValueBytes/2)
	pattern := strings.Repeat("x", 400)
	for name, tt := range map[string]struct {
		src, want string
		line      int
	}{
		"people's":                {"FROM a\nENV PATH=/a:$PATH\nARG V=1\nENV W=${V:-2}-${V//1/2}\nWORKDIR $W\n", "", 0},
		"at the bound":            {"FROM a\nENV A=" + long + "\nLABEL a=$A\n", "", 0},
		"past the bound":          {"FROM a\nENV A=" + long + "\nLABEL a=$A$A\n", "make it longer by more than 65536 bytes", 3},
		"a long value is no word": {"FROM a\nENV A=\"" + long + long + "\"\n", "", 0},
		"ARG doubles":             {doubled("ARG"), "make it longer", 16},
		"ENV doubles":             {doubled("ENV"), "make it longer", 16},
		"one ARG doubles":         {"FROM a\n" + strings.ReplaceAll(strings.TrimPrefix(doubled("ARG"), "FROM a\n"), "\nARG", " "), "make it longer", 2},
		"replaced by itself":      {"FROM a\nENV A=" + pattern + "\nENV B=${A//?/$A}\n", "make it longer", 3},
		"replaced, with quotes":   {"FROM a\nENV A=" + pattern + "\nENV B=${A//?/\"}\"$A}\n", "make it longer", 3},
		"nested":                  {"FROM a\nENV A=" + strings.Repeat("${a:-", limits.VariableDepth+1) + strings.Repeat("}", limits.VariableDepth+1) + "\n", "nested more than", 2},
		"nested at the bound":     {"FROM a\nENV A=" + strings.Repeat("${a:-", limits.VariableDepth) + strings.Repeat("}", limits.VariableDepth) + "\n", "", 0},
		"all together": {
			"FROM a\nENV A=" + half + "\n" + strings.Repeat("WORKDIR $A\n", 2*limits.ExpandedBytes/limits.ValueBytes+1), fmt.Sprintf("expand to more than %d bytes in all", limits.ExpandedBytes), 2 + 2*limits.ExpandedBytes/limits.ValueBytes,
		},
		"a here-document":              {"FROM a\nENV A=" + long + "\nCOPY <<E /x\n$A'$A\nE\n", "make it longer", 3},
		"a here-document of the shell": {"FROM a\nENV A=" + long + "\nRUN <<E\necho $A$A$A\nE\n", "", 0},
		"ONBUILD":                      {"FROM a\nENV A=" + long + "\nONBUILD WORKDIR $A$A\n", "make it longer", 3},
	} {
		f := NewDockerfile(dockerfile.Parse([]byte(tt.src)))
		in, why := f.Unexpanded()
		switch {
		case (in == nil) != (tt.want == ""), !strings.Contains(why, tt.want):
			t.Errorf("%s: %q, want %q", name, why, tt.want)
		case in != nil && f.Lines.Position(in.Span.Start).Line != tt.line:
			t.Errorf("%s: line %d, want %d", name, f.Lines.Position(in.Span.Start).Line, tt.line)
		}
		kept := 0
		for _, in := range f.Instructions {
			for _, p := range in.Pairs {
				if v, ok := f.ScopeAt(f.Instructions[len(f.Instructions)-1]).Lookup(p.Key); ok && v.Known {
					kept += len(v.Value)
				}
			}
		}
		if kept > limits.ExpandedBytes {
			t.Errorf("%s: %d bytes are kept", name, kept)
		}
	}
}

// TestKnownBeforeTheLimit: a limit takes nothing from what stands before it, and
// the answer does not depend on who asks first.
func TestKnownBeforeTheLimit(t *testing.T) {
	src := doubled("ENV") + "FROM b\nENV C=c\nWORKDIR /$C\n"
	for _, first := range []func(*Dockerfile){
		func(*Dockerfile) {}, func(f *Dockerfile) { f.Unexpanded() }, func(f *Dockerfile) { f.Stages()[0].EndScope() },
	} {
		f := NewDockerfile(dockerfile.Parse([]byte(src)))
		first(f)
		last := f.Instructions[len(f.Instructions)-1]
		if got, known := f.Expand(last, last.Args); got != "/c" || !known {
			t.Errorf("%q, %v", got, known)
		}
		if v, _ := f.Stages()[0].EndScope().Lookup("A3"); !v.Known || len(v.Value) != 64 {
			t.Errorf("A3 has %d bytes", len(v.Value))
		}
		if v, _ := f.Stages()[0].EndScope().Lookup("A30"); v.Known {
			t.Error("A30 is known")
		}
	}
}

// FuzzEstimate: what BuildKit's lexer makes of a word is never longer than the
// estimate.
func FuzzEstimate(f *testing.F) {
	f.Add("$A${B:-x}'$A'\"$A\"\\$A${A//a/$B}", "aaa", "bb")
	f.Add("${A/?/\"}\"$B}${A%a}${B#b}", "aaaa", "bbbb")
	f.Add("${A:+${A:?${A}}}'", "aaaa", "bbbb")
	f.Fuzz(func(t *testing.T, word, a, b string) {
		d := NewDockerfile(dockerfile.Parse(nil))
		d.computeScopes()
		s := d.scopes[0].with(Variable{Name: "A", Value: a, Known: true}).with(Variable{Name: "B", Value: b, Known: true})
		why, size := (estimate{escape: '\\', scope: s}).of(word)
		if why != "" {
			return
		}
		if result, ok := d.lex(word, s); ok && len(result.Result) > size {
			t.Errorf("%q is estimated with %d bytes and has %d: %q", word, size, len(result.Result), result.Result)
		}
	})
}
