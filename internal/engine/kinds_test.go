package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/text"
)

// words makes a rule that finds each "bad" in the bytes of a document.
func words[D any](id string, src func(D) []byte) facts.Rule[D] {
	return facts.Rule[D]{
		Meta: lint.Meta{ID: id, Severity: lint.Warning, Category: lint.Security, Aliases: lint.Names("dclint:no-"+id, "kics:"+id, "CKV_"+id)},
		Check: func(p *facts.Pass[D]) {
			for at := 0; ; {
				i := strings.Index(string(src(p.Doc)[at:]), "bad")
				if i < 0 {
					return
				}
				at += i
				p.Report(lint.Finding{Span: text.Span{Start: at, End: at + 3}, Message: "bad"})
				at += 3
			}
		},
	}
}

// everyKind has one rule for each kind of file, and the engine's own.
func everyKind() *rules.Catalog {
	return &rules.Catalog{
		Dockerfile: []facts.Rule[*facts.Dockerfile]{
			words("d", func(d *facts.Dockerfile) []byte { return d.Src }),
			{Meta: lint.Meta{ID: "limit-reached", Severity: lint.Warning}},
			{Meta: lint.Meta{ID: "syntax-error", Severity: lint.Error}},
			{Meta: lint.Meta{ID: "template-skipped", Severity: lint.Info}},
			{Meta: lint.Meta{ID: "unknown-ignore", Severity: lint.Warning}},
			{Meta: lint.Meta{ID: "unused-ignore", Severity: lint.Style}},
		},
		Compose:    []facts.Rule[*facts.Compose]{words("c", func(d *facts.Compose) []byte { return d.Src })},
		IgnoreFile: []facts.Rule[*facts.IgnoreFile]{words("i", func(d *facts.IgnoreFile) []byte { return d.Src })},
		Kubernetes: []facts.Rule[*facts.Manifest]{words("k", func(d *facts.Manifest) []byte { return d.Src })},
		Workflow:   []facts.Rule[*facts.Workflow]{words("w", func(d *facts.Workflow) []byte { return d.Src })},
		Bake:       []facts.Rule[*facts.Bake]{words("b", func(d *facts.Bake) []byte { return d.Src })},
	}
}

// said is what a run over one file says: "line rule", with "-" for what is silenced.
func said(t *testing.T, target lint.Target, src string) string {
	t.Helper()
	return saidBy(t, everyKind(), target, src)
}

// saidBy is said of the rules of a catalogue.
func saidBy(t *testing.T, catalog *rules.Catalog, target lint.Target, src string) string {
	t.Helper()
	c := &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}}
	checked := c.Check(t.Context(), engine.File{Path: "file", Target: target, Policy: policy{}, Context: fixture.Files{}.Around("file")}, []byte(src))
	var lines []string
	for _, d := range checked.Diagnostics {
		mark := ""
		if d.Suppressed != nil {
			mark = "-"
		}
		lines = append(lines, fmt.Sprintf("%s%d %s", mark, d.Start().Line, d.Rule.ID))
	}
	for _, p := range checked.Problems {
		t.Error(p.Message)
	}
	return strings.Join(lines, ", ")
}

func TestEveryKindHasItsRules(t *testing.T) {
	for target, want := range map[lint.Target]string{
		lint.TargetDockerfile: "2 d", lint.TargetCompose: "2 c", lint.TargetIgnoreFile: "2 i", lint.TargetKubernetes: "2 k", lint.TargetWorkflow: "2 w",
	} {
		if got := said(t, target, "FROM: a\nbad: 1\n"); got != want {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
	metas := everyKind().Metas()
	if !slices.IsSortedFunc(metas, func(a, b *lint.Meta) int { return strings.Compare(a.ID, b.ID) }) || len(metas) != 11 {
		t.Errorf("the catalogue lists %d rules, or not in order", len(metas))
	}
}

func TestIgnoreCommentsOfEveryKind(t *testing.T) {
	tests := []struct {
		name      string
		target    lint.Target
		src, want string
	}{
		{"pattern", lint.TargetIgnoreFile, "# dockmend ignore=i -- why\nbad\nbad\n", "-2 i, 3 i"},
		{"pattern below a blank line", lint.TargetIgnoreFile, "# dockmend ignore=i\n\nbad\n", "1 unused-ignore, 3 i"},
		{"whole ignore file", lint.TargetIgnoreFile, "# dockmend ignore-file=i\nbad\nbad\n", "-2 i, -3 i"},
		{"late", lint.TargetIgnoreFile, "x\n# dockmend ignore-file=i\nbad\n", "2 unused-ignore, 3 i"},
		{"unknown", lint.TargetIgnoreFile, "# dockmend ignore=ii\nx\n", "1 unknown-ignore"},
		{"unused", lint.TargetIgnoreFile, "# dockmend ignore=i\nx\n", "1 unused-ignore"},
		{"a rule of another kind is not unused", lint.TargetIgnoreFile, "# dockmend ignore=c\nx\n", ""},
		{"hadolint has no say", lint.TargetIgnoreFile, "# hadolint ignore=DL3001\nbad\n", "2 i"},

		{"line above", lint.TargetCompose, "a:\n  # dockmend ignore=c -- why\n  x: bad\n  y: bad\n", "-3 c, 4 c"},
		{"end of the line", lint.TargetCompose, "a:\n  x: bad # dockmend ignore=c\n  y: bad\n", "-2 c, 3 c"},
		{"two comments above", lint.TargetCompose, "# dockmend ignore=c\n# it is so\nx: bad\n", "-3 c"},
		{"whole file", lint.TargetCompose, "# dockmend ignore-file=c\n---\nx: bad\ny: bad\n", "-3 c, -4 c"},
		{"no comment in a text", lint.TargetCompose, "x: |\n  # dockmend ignore=c\n  bad\n", "3 c"},
		{"no comment in quotes", lint.TargetCompose, "x: \"bad # dockmend ignore=c\"\n", "1 c"},
		{"unknown at the end", lint.TargetCompose, "x: 1 # dockmend ignore=cc\n", "1 unknown-ignore"},
		{"unused at the end", lint.TargetCompose, "x: 1 # dockmend ignore=c\n", "1 unused-ignore"},
		{"byte order mark", lint.TargetCompose, "\xEF\xBB\xBF# dockmend ignore=c\nx: bad\n", "-2 c"},
		{"carriage returns", lint.TargetCompose, "# dockmend ignore=c\r\nx: bad\r\ny: bad\r\n", "-2 c, 3 c"},

		{"dclint file", lint.TargetCompose, "# dclint disable\nx: bad\n", "-2 c"},
		{"dclint whole file", lint.TargetCompose, "# dclint disable-file\nx: bad\n", "-2 c"},
		{"dclint rule of the file", lint.TargetCompose, "# dclint disable no-c\nx: bad\n", "-2 c"},
		{"dclint other rule", lint.TargetCompose, "# dclint disable no-x\nx: bad\n", "2 c"},
		{"dclint late", lint.TargetCompose, "y: 1\n# dclint disable\nx: bad\n", "3 c"},
		{"dclint line", lint.TargetCompose, "x: bad # dclint disable-line no-c other\ny: bad\n", "-1 c, 2 c"},
		{"dclint line above", lint.TargetCompose, "# dclint disable-line\nx: bad\ny: bad\n", "-2 c, 3 c"},

		{"kics line", lint.TargetCompose, "# kics-scan ignore-line\nx: bad\ny: bad\n", "-2 c, 3 c"},
		{"kics block", lint.TargetCompose, "s:\n  # kics-scan ignore-block\n  a:\n    x: bad\n    y:\n    - bad\n  b: bad\n", "-4 c, -6 c, 7 c"},
		{"kics file", lint.TargetCompose, "# kics-scan ignore\nx: bad\n", "-2 c"},
		{"checkov", lint.TargetKubernetes, "x: bad # checkov:skip=CKV_k:why\n", "-1 k"},
		{"bake file", lint.TargetBake, "# dockmend ignore=b -- why\na = \"bad\"\nb = \"bad\" # dockmend ignore=b\nc = \"bad\"\n", "-2 b, -3 b, 4 b"},
		{"workflow", lint.TargetWorkflow, "on: push\n# dockmend ignore=security\njobs: bad\n", "-3 w"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := said(t, tt.target, tt.src); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestFilesThatAreNotWhatTheySay(t *testing.T) {
	tests := []struct {
		name      string
		target    lint.Target
		src, want string
	}{
		{"no YAML", lint.TargetCompose, "a: [\n", "syntax-error"},
		{"template", lint.TargetCompose, "a: {{ .b }}: [\n", "template-skipped"},
		{"marks in YAML are text", lint.TargetCompose, "a: \"{{.Name}}\"\n", ""},
		{"binary", lint.TargetCompose, "\x00\x01\x02\x03", "syntax-error"},
		{"UTF-16", lint.TargetKubernetes, "\xFF\xFEa\x00", "syntax-error"},
		{"large", lint.TargetIgnoreFile, strings.Repeat("x\n", engine.MaxFileSize), "limit-reached"},
		{"deep", lint.TargetCompose, strings.Repeat("[", 500) + strings.Repeat("]", 500), "limit-reached"},
		{"long line", lint.TargetIgnoreFile, strings.Repeat("x", 70_000), "syntax-error"},
		{"patterns", lint.TargetIgnoreFile, strings.Repeat("x\n", limits.Patterns), ""},
		{"too many patterns", lint.TargetIgnoreFile, strings.Repeat("x\n", limits.Patterns+1), "limit-reached"},
		{"long pattern", lint.TargetIgnoreFile, strings.Repeat("x", limits.PatternBytes), ""},
		{"too long pattern", lint.TargetIgnoreFile, strings.Repeat("x", limits.PatternBytes+1), "limit-reached"},
		{"long patterns", lint.TargetIgnoreFile, strings.Repeat(strings.Repeat("x", limits.PatternBytes)+"\n", limits.AllPatternBytes/limits.PatternBytes), ""},
		{"too long patterns", lint.TargetIgnoreFile, strings.Repeat(strings.Repeat("x", limits.PatternBytes)+"\n", limits.AllPatternBytes/limits.PatternBytes+1), "limit-reached"},
		{"stars", lint.TargetIgnoreFile, strings.Repeat("**x/", limits.PatternStars), ""},
		{"too many stars", lint.TargetIgnoreFile, strings.Repeat("**x/", limits.PatternStars+1), "limit-reached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := said(t, tt.target, tt.src)
			if _, rule, _ := strings.Cut(got, " "); rule != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// mender makes a rule that writes one text for another.
func mender[D any](old, replacement string, most lint.Effect, src func(D) []byte, changes ...string) facts.Rule[D] {
	return facts.Rule[D]{Meta: lint.Meta{ID: "mend", Severity: lint.Warning}, Check: func(p *facts.Pass[D]) {
		if i := strings.Index(string(src(p.Doc)), old); i >= 0 {
			span := text.Span{Start: i, End: i + len(old)}
			p.Report(lint.Finding{Span: span, Message: "m", Fixes: []lint.Fix{{
				Title: "mend it", Applicability: lint.Safe, MaxEffect: most, Changes: changes, Edits: []lint.FileEdit{lint.Replace(span, replacement)},
			}}})
		}
	}}
}

func TestFixesOfOtherKindsAreProved(t *testing.T) {
	compose := func(d *facts.Compose) []byte { return d.Src }
	ignore := func(d *facts.IgnoreFile) []byte { return d.Src }
	service := "services:\n  web:\n    image: nginx:1.29\n    restart: no\n"
	around := fixture.Files{"secret.pem": nil, "a": nil}.Around("file")
	tests := []struct {
		name          string
		target        lint.Target
		catalog       *rules.Catalog
		before, after string
		unsafe        bool
		applied       string
	}{
		{"config that is declared", lint.TargetCompose, &rules.Catalog{Compose: []facts.Rule[*facts.Compose]{mender("restart: no", "init: true", lint.EffectConfig, compose, "services.*.init", "services.web.restart")}},
			service, strings.Replace(service, "restart: no", "init: true", 1), false, "config"},
		{"more of the model than is declared", lint.TargetCompose, &rules.Catalog{Compose: []facts.Rule[*facts.Compose]{mender("restart: no", "init: true", lint.EffectConfig, compose, "services.*.init", "services.*.restart.x")}},
			service, service, false, ""},
		{"config that is not", lint.TargetCompose, &rules.Catalog{Compose: []facts.Rule[*facts.Compose]{mender("restart: no", "init: true", lint.EffectNone, compose)}},
			service, service, false, ""},
		{"a broken file", lint.TargetCompose, &rules.Catalog{Compose: []facts.Rule[*facts.Compose]{mender("restart: no", "x: [", lint.EffectConfig, compose)}},
			service, service, true, ""},
		{"nothing leaves", lint.TargetIgnoreFile, &rules.Catalog{IgnoreFile: []facts.Rule[*facts.IgnoreFile]{mender("x\n", "y\n", lint.EffectNone, ignore)}},
			"x\n", "y\n", false, "none"},
		{"a file leaves", lint.TargetIgnoreFile, &rules.Catalog{IgnoreFile: []facts.Rule[*facts.IgnoreFile]{mender("x\n", "*.pem\n", lint.EffectGraph, ignore)}},
			"x\n", "x\n", false, ""},
		{"a file leaves, asked for", lint.TargetIgnoreFile, &rules.Catalog{IgnoreFile: []facts.Rule[*facts.IgnoreFile]{mender("x\n", "*.pem\n", lint.EffectGraph, ignore)}},
			"x\n", "*.pem\n", true, "graph"},
		{"no proof, so not safe", lint.TargetWorkflow, &rules.Catalog{Workflow: []facts.Rule[*facts.Workflow]{mender("push", "tag", lint.EffectNone, func(d *facts.Workflow) []byte { return d.Src })}},
			"on: push\n", "on: push\n", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fixer := engine.Fixer{Checker: &engine.Checker{Catalog: tt.catalog, Settings: &lint.Settings{}}, Unsafe: tt.unsafe}
			fixed := fixer.Fix(t.Context(), engine.File{Path: "file", Target: tt.target, Policy: policy{}, Context: around}, []byte(tt.before))
			var applied []string
			for _, a := range fixed.Applied {
				applied = append(applied, a.Verdict.Effect.String())
			}
			if string(fixed.After) != tt.after || strings.Join(applied, " ") != tt.applied || (len(fixed.Refused) > 0) != (tt.applied == "") {
				t.Errorf("after %q, applied %v, refused %+v", fixed.After, applied, fixed.Refused)
			}
		})
	}
}
