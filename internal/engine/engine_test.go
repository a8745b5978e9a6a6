package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

type policy struct{}

func (policy) Enabled(*lint.Meta) bool                           { return true }
func (policy) Severity(*lint.Meta, string) (lint.Severity, bool) { return lint.SeverityUnset, true }
func (policy) Options(m *lint.Meta) lint.Options                 { return lint.NewOptions(m.Options, nil) }
func (policy) Hadolint(*lint.Meta) bool                          { return false }

// catalog has a rule that reports every RUN, one that crashes at "crash", and
// those that the engine reports itself.
func catalog() *rules.Catalog {
	return &rules.Catalog{Dockerfile: []facts.Rule[*facts.Dockerfile]{
		{Meta: lint.Meta{ID: "crashes", Severity: lint.Error}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
			if strings.Contains(string(p.Doc.Src), "crash") {
				panic("told to")
			}
		}},
		{Meta: lint.Meta{ID: "limit-reached", Severity: lint.Warning}},
		{Meta: lint.Meta{ID: "run", Severity: lint.Style}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
			for _, in := range p.Doc.Instructions {
				f := lint.Finding{Span: in.Span, Message: in.Keyword}
				if strings.Contains(in.Args, "bad") {
					f.Severity = lint.Error
				}
				if in.Keyword == "run" {
					p.Report(f)
				}
			}
		}},
		{Meta: lint.Meta{ID: "syntax-error", Severity: lint.Error}},
		{Meta: lint.Meta{ID: "template-skipped", Severity: lint.Info}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
			p.Report(lint.Finding{Message: "template"})
		}},
	}}
}

func checker() *engine.Checker {
	return &engine.Checker{Catalog: catalog(), Settings: &lint.Settings{}}
}

func check(t *testing.T, src string) *engine.Checked {
	t.Helper()
	return checker().Check(context.Background(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte(src))
}

func summary(c *engine.Checked) string {
	var b strings.Builder
	for _, d := range c.Diagnostics {
		fmt.Fprintf(&b, "%d %s %s\n", d.Start().Line, d.Severity, d.Rule.ID)
	}
	return b.String()
}

func TestFingerprints(t *testing.T) {
	first := check(t, "FROM a\nRUN x\nRUN y\nRUN x\n").Diagnostics
	moved := check(t, "# comment\nFROM a\n\nRUN  x\nRUN new\nRUN y\nRUN x\n").Diagnostics
	for i, j := range map[int]int{0: 0, 1: 2, 2: 3} {
		if first[i].Fingerprint != moved[j].Fingerprint {
			t.Errorf("finding %d has another fingerprint once it moved", i)
		}
	}
	if first[0].Fingerprint == first[2].Fingerprint || first[0].Fingerprint == first[1].Fingerprint {
		t.Error("two findings have the same fingerprint")
	}
	if !strings.HasPrefix(first[0].Fingerprint, "dockmend/v1:") {
		t.Error(first[0].Fingerprint)
	}
}

func TestLimits(t *testing.T) {
	many := check(t, "FROM a\n"+strings.Repeat("RUN x\n", engine.MaxFindings)+"RUN bad\n")
	if n := len(many.Diagnostics); n != engine.MaxFindings+1 {
		t.Fatalf("%d findings", n)
	}
	if first, last := many.Diagnostics[0], many.Diagnostics[len(many.Diagnostics)-1]; first.Rule.ID != "limit-reached" || last.Severity != lint.Error {
		t.Errorf("first %s, last %s: the worst are not kept", first.Rule.ID, last.Severity)
	}
	for src, want := range map[string]string{
		strings.Repeat("#", engine.MaxFileSize+1):  "1 warning limit-reached\n",
		strings.Repeat("\x00\x01", 100):            "1 error syntax-error\n",
		"\xff\xfeF\x00R\x00O\x00M\x00":             "1 error syntax-error\n",
		"FROM a\nRUN crash\n":                      "2 style run\n",
		"FROM {{ .x }}\nRUN bad\n":                 "1 info template-skipped\n",
		"FROM a\nLABEL a=\xc3\x28\nRUN \xe4\xf6\n": "3 style run\n",
	} {
		if got := summary(check(t, src)); got != want {
			t.Errorf("%.20q: got %q, want %q", src, got, want)
		}
	}
}

func TestCrashIsTheRulesAlone(t *testing.T) {
	got := check(t, "FROM a\nRUN crash\n")
	if len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Message, "rule crashes crashed: told to") {
		t.Errorf("problems: %v", got.Problems)
	}
}

func TestIsTemplate(t *testing.T) {
	for src, want := range map[string]bool{
		"FROM a:{{ v }}\n": true, "{% if x %}\nFROM a\n": true, "FROM <%= x %>\n": true, "FROM a\nEXPOSE {{ port }}\n": true, "FROM --platform={{p}} a\n": true, "FROM a\n{{- if .x }}\nUSER b\n": true,
		"FROM a\nCOPY --from={{x}} /a /b\n": true, "FROM a\nCOPY {{x}} /y\n": false, "FROM a\nUSER {{x}}\n": false, "ARG A={{x}}\nFROM ${A}\n": false,
		"FROM a\n# {{ x }}\n": false, "FROM a\nRUN echo '{{ x }}'\n": false, "FROM a\nCMD [\"{{x}}\"]\n": false, "FROM a\nENV F={{.State}}\n": false,
	} {
		if got := engine.IsTemplate(dockerfile.Parse([]byte(src))); got != want {
			t.Errorf("IsTemplate(%q) = %v", src, got)
		}
	}
}

func files(n int) []engine.File {
	var all []engine.File
	for i := range n {
		src := fmt.Sprintf("FROM a\nRUN x%d\n", i)
		all = append(all, engine.File{
			Path: fmt.Sprintf("%03d", i), Context: buildcontext.None(), Policy: policy{},
			Open: func() (io.ReadCloser, error) {
				if i == 7 {
					return nil, errors.New("disk on fire")
				}
				return io.NopCloser(strings.NewReader(src)), nil
			},
		})
	}
	return all
}

func TestRunIsTheSameForAnyNumberOfJobs(t *testing.T) {
	var want string
	for _, jobs := range []int{1, 2, 8, 100} {
		r := engine.Run(t.Context(), checker(), files(40), jobs)
		got := fmt.Sprintln(r.Files, r.Problems)
		for _, d := range r.Diagnostics {
			got += d.Source.Path + d.Fingerprint + "\n"
		}
		if want == "" {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d jobs: %s", jobs, diff)
		}
		if len(r.Problems) != 1 || r.Problems[0] != (lint.Problem{File: "007", Message: "cannot be read: disk on fire"}) {
			t.Errorf("problems: %v", r.Problems)
		}
	}
}

func TestStoppedRunSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := engine.Run(ctx, checker(), files(3), 2); len(r.Problems) != 3 {
		t.Errorf("problems: %v", r.Problems)
	}
}

func TestBaseline(t *testing.T) {
	before := &lint.Result{Diagnostics: check(t, "FROM a\nRUN x\n").Diagnostics}
	src, err := engine.WriteBaseline(before)
	if err != nil {
		t.Fatal(err)
	}
	baseline, err := engine.ParseBaseline(src)
	if err != nil {
		t.Fatal(err)
	}
	after := &lint.Result{Diagnostics: check(t, "FROM a\nRUN new\nRUN x\n").Diagnostics}
	baseline.Mark(after)
	if after.Diagnostics[0].Baseline || !after.Diagnostics[1].Baseline {
		t.Error("the baseline marks the wrong finding")
	}
	for _, bad := range []string{"", "{", "[]", `{"version": 2}`} {
		if _, err := engine.ParseBaseline([]byte(bad)); err == nil {
			t.Errorf("baseline %q was accepted", bad)
		}
	}
}

// fixes has rules whose fixes are safe, wrong, without end, and in conflict.
func fixes() *rules.Catalog {
	word := func(id, from, to string, a lint.Applicability, most lint.Effect) facts.Rule[*facts.Dockerfile] {
		return facts.Rule[*facts.Dockerfile]{Meta: lint.Meta{ID: id, Severity: lint.Warning}, Check: func(p *facts.Pass[*facts.Dockerfile]) {
			for at := 0; ; {
				i := strings.Index(string(p.Doc.Src[at:]), from)
				if i < 0 {
					return
				}
				span := text.Span{Start: at + i, End: at + i + len(from)}
				p.Report(lint.Finding{Span: span, Message: id, Fixes: []lint.Fix{{Title: "write " + to, Applicability: a, MaxEffect: most, Edits: []lint.FileEdit{lint.Replace(span, to)}}}})
				at = span.End
			}
		}}
	}
	return &rules.Catalog{Dockerfile: []facts.Rule[*facts.Dockerfile]{
		word("breaks", "EXPOSE", "EXPOZE", lint.Safe, lint.EffectNone),
		word("casing", "from", "FROM", lint.Safe, lint.EffectNone),
		word("endless", "LABEL a=1", "LABEL a=11", lint.Safe, lint.EffectConfig),
		word("liar", "WORKDIR x", "WORKDIR /x", lint.Safe, lint.EffectNone),
		word("overlap", "CMD a b", "CMD [\"a\", \"b\"]", lint.Safe, lint.EffectConfig),
		word("overlaps", "a b", "a  b", lint.Safe, lint.EffectConfig),
		word("risky", "RUN x", "RUN y", lint.Unsafe, lint.EffectGraph),
	}}
}

func fix(t *testing.T, src string, unsafe bool) *engine.Fixed {
	t.Helper()
	f := engine.Fixer{Checker: &engine.Checker{Catalog: fixes(), Settings: &lint.Settings{}}, Unsafe: unsafe}
	return f.Fix(t.Context(), engine.File{Path: "Dockerfile", Policy: policy{}, Context: buildcontext.None()}, []byte(src))
}

func TestFix(t *testing.T) {
	tests := []struct {
		name, before, after string
		unsafe              bool
		refused             string
	}{
		{"safe", "from a\nCMD a b\n", "FROM a\nCMD [\"a\", \"b\"]\n", false, ""},
		{"unsafe is left", "from a\nRUN x\n", "FROM a\nRUN x\n", false, ""},
		{"unsafe is asked for", "from a\nRUN x\n", "FROM a\nRUN y\n", true, ""},
		{"a fix that breaks the file", "from a\nEXPOSE 80\n", "FROM a\nEXPOSE 80\n", false, "the file after the fix"},
		{"even if unsafe", "from a\nEXPOSE 80\n", "FROM a\nEXPOSE 80\n", true, "the file after the fix"},
		{"more than declared", "FROM a\nWORKDIR x\nRUN z\n", "FROM a\nWORKDIR x\nRUN z\n", false, "a bug in dockmend"},
		{"line ends stay", "from a\r\nCMD a b\r\n", "FROM a\r\nCMD [\"a\", \"b\"]\r\n", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := fix(t, tt.before, tt.unsafe)
			if string(got.After) != tt.after || len(got.Problems) > 0 {
				t.Fatalf("got %q, problems %v", got.After, got.Problems)
			}
			reasons := ""
			for _, r := range got.Refused {
				reasons += r.Reason
			}
			if !strings.Contains(reasons, tt.refused) || tt.refused == "" && reasons != "" {
				t.Errorf("refused: %q", reasons)
			}
			if again := fix(t, string(got.After), tt.unsafe); again.Changed() {
				t.Errorf("a second run makes %q", again.After)
			}
		})
	}
}

func TestEndlessFixIsReported(t *testing.T) {
	got := fix(t, "FROM a\nLABEL a=1\n", false)
	if len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Message, "the fixes of endless do not come to an end") {
		t.Errorf("problems: %v", got.Problems)
	}
}

func shellcheckRule() facts.Rule[*facts.Dockerfile] {
	return facts.Rule[*facts.Dockerfile]{Meta: lint.Meta{ID: "shellcheck-finding", Severity: lint.Warning}, Check: func(*facts.Pass[*facts.Dockerfile]) {}}
}
