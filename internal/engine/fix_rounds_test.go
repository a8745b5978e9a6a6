package engine_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/text"
)

// tree has files that see each other, and what their neighbours saw of each.
type tree struct {
	files fstest.MapFS
	// seen has what was read of the neighbour, by the reader.
	seen map[string][]string
}

func (x *tree) around(changed map[string][]byte) []engine.File {
	store := project.New(project.Overlay(x.files, changed), nil)
	var all []engine.File
	for _, name := range slices.Sorted(maps.Keys(x.files)) {
		all = append(all, engine.File{Path: name, Policy: policy{}, Context: buildcontext.New(store, name)})
	}
	return all
}

// number is what the comment at the top of a file says.
func number(src []byte) (n int) {
	_, _ = fmt.Sscanf(string(src), "# %d", &n)
	return n
}

// follow is a rule that replaces "# n" by "# n+1" up to what the neighbour has.
func (x *tree) follow(neighbour map[string]string, most int) facts.Rule[*facts.Dockerfile] {
	return facts.Rule[*facts.Dockerfile]{Meta: lint.Meta{ID: "follow", Severity: lint.Error}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
		own, other := number(p.Doc.Src), most
		if name := neighbour[p.Doc.Name]; name != "" {
			gate, err := p.Files.In("..", "")
			if err != nil {
				return
			}
			src, err := gate.ReadFile(name)
			if err != nil {
				return
			}
			other = number(src)
			if s := x.seen[p.Doc.Name]; len(s) == 0 || s[len(s)-1] != fmt.Sprint(other) {
				x.seen[p.Doc.Name] = append(s, fmt.Sprint(other))
			}
		}
		if own < other {
			span := text.Span{Start: 0, End: bytes.IndexByte(p.Doc.Src, '\n')}
			fix := lint.Fix{Title: "count", Applicability: lint.Safe, Edits: []lint.FileEdit{{Edit: text.Edit{Span: span, New: fmt.Sprintf("# %d", own+1)}}}}
			p.Report(lint.Finding{Span: span, Message: fmt.Sprint(own), Fixes: []lint.Fix{fix}})
		}
	}}
}

func (x *tree) fix(t *testing.T, rule facts.Rule[*facts.Dockerfile]) (after map[string]string, problems []string) {
	t.Helper()
	c := &engine.Checker{Catalog: &rules.Catalog{Dockerfile: []facts.Rule[*facts.Dockerfile]{rule}}, Settings: &lint.Settings{}}
	fixer := &engine.Fixer{Checker: c}
	after = map[string]string{}
	fixing := engine.Fixing{Jobs: 1, Around: x.around, One: func(f engine.File, was *engine.Fixed, _ string) *engine.Fixed {
		if was == nil {
			was = engine.NewFixed(f, x.files[f.Path].Data)
		}
		return fixer.Again(t.Context(), f, was)
	}}
	for _, f := range c.FixAll(t.Context(), x.around(nil), fixing) {
		first, _, _ := strings.Cut(string(f.After), "\n")
		after[f.Path] = first
		if string(f.Before) != string(x.files[f.Path].Data) {
			t.Errorf("%s began as %q", f.Path, f.Before)
		}
		for _, p := range f.Problems {
			problems = append(problems, p.File+": "+p.Message)
		}
	}
	return after, problems
}

func numbered(names ...string) *tree {
	x := &tree{files: fstest.MapFS{}, seen: map[string][]string{}}
	for _, name := range names {
		x.files[name] = &fstest.MapFile{Data: []byte("# 0\nFROM a\n")}
	}
	return x
}

// TestNeighboursInARound: a file sees its neighbour as it was when the round began,
// however far that is by then, and what became of it in the next round.
func TestNeighboursInARound(t *testing.T) {
	x := numbered("a/Dockerfile", "b/Dockerfile", "c/Dockerfile")
	follow := x.follow(map[string]string{"b/Dockerfile": "a/Dockerfile", "c/Dockerfile": "b/Dockerfile"}, 3)
	after, problems := x.fix(t, follow)
	if diff := cmp.Diff(map[string]string{"a/Dockerfile": "# 3", "b/Dockerfile": "# 3", "c/Dockerfile": "# 3"}, after); diff != "" || len(problems) > 0 {
		t.Errorf("%s\n%q", diff, problems)
	}
	// c sees b unchanged in two rounds, since b sees a unchanged in the first.
	if diff := cmp.Diff(map[string][]string{"b/Dockerfile": {"0", "3"}, "c/Dockerfile": {"0", "3"}}, x.seen); diff != "" {
		t.Error(diff)
	}
}

// TestRoundsWithoutEnd: two files of which each gives reason to change the other.
func TestRoundsWithoutEnd(t *testing.T) {
	x := numbered("a/Dockerfile", "b/Dockerfile")
	rule := x.follow(map[string]string{"b/Dockerfile": "a/Dockerfile"}, 0)
	check := rule.Check
	rule.Check = func(p *facts.Pass[*facts.Dockerfile]) {
		if p.Doc.Name == "b/Dockerfile" {
			check(p)
			return
		}
		gate, err := p.Files.In("..", "")
		if err != nil {
			return
		}
		if b, err := gate.ReadFile("b/Dockerfile"); err == nil && number(b) == number(p.Doc.Src) {
			span := text.Span{Start: 0, End: bytes.IndexByte(p.Doc.Src, '\n')}
			fix := lint.Fix{Title: "count", Applicability: lint.Safe, Edits: []lint.FileEdit{{Edit: text.Edit{Span: span, New: fmt.Sprintf("# %d", number(p.Doc.Src)+1)}}}}
			p.Report(lint.Finding{Span: span, Message: "same", Fixes: []lint.Fix{fix}})
		}
	}
	_, problems := x.fix(t, rule)
	if len(problems) == 0 || !strings.Contains(strings.Join(problems, "\n"), "do not come to an end") {
		t.Errorf("problems %q", problems)
	}
}
