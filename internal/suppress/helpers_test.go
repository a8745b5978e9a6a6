package suppress

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// catalog is a small one with every kind of alias.
func catalog() []*lint.Meta {
	return []*lint.Meta{
		{ID: "final-user-root", Category: lint.Security, Aliases: lint.Names("DL3002", "DS002", "kics:missing_user")},
		{ID: "latest-tag", Category: lint.Reproducibility, Aliases: lint.Names("DL3007", "CKV_DOCKER_7", "DS001")},
		{ID: "shell-form-command", Category: lint.Runtime, Variants: []string{"cmd", "healthcheck"}, Aliases: []lint.Alias{
			{Name: "DL3025"}, {Name: "JSONArgsRecommended", Variants: []string{"cmd"}},
		}},
		{ID: "shellcheck-finding", Category: lint.Correctness, Aliases: lint.Names("SCxxxx")},
		{ID: "stage-name-not-lowercase", Category: lint.StyleIssue, Aliases: lint.Names("StageNameCasing")},
		{ID: "unknown-ignore", Category: lint.Correctness},
		{ID: "untagged-image", Category: lint.Reproducibility, Aliases: lint.Names("DL3006", "CKV_DOCKER_7", "DS001")},
		{ID: "unused-ignore", Category: lint.StyleIssue},
	}
}

// diagnose makes a finding of "rule[/variant]@text": it starts where the text
// first stands, at the end of the file for an empty one.
func diagnose(t *testing.T, src, finding string) *lint.Diagnostic {
	t.Helper()
	id, at, _ := strings.Cut(finding, "@")
	id, variant, _ := strings.Cut(id, "/")
	start := strings.Index(src, at)
	if at == "" {
		start = len(src)
	}
	m := findMeta(catalog(), id)
	if start < 0 || m == nil {
		t.Fatalf("finding %q does not fit the file or the catalogue", finding)
	}
	return &lint.Diagnostic{Rule: m, Finding: lint.Finding{Variant: variant, Span: text.Span{Start: start, End: start}}}
}

// silenced is how a suppression reads in a test: "kind line reason".
func silenced(s *lint.Suppression) string {
	if s == nil {
		return "-"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d %s", s.Kind, s.Line, s.Reason))
}

// all stands for a run in which every rule was enabled but for the two that
// have no check of their own.
func all(id string) bool { return id != unknownIgnore && id != unusedIgnore }

func apply(t *testing.T, src string, opts Options, findings []string, ran func(string) bool) (states []string, extras []Extra) {
	t.Helper()
	var diags []*lint.Diagnostic
	for _, f := range findings {
		diags = append(diags, diagnose(t, src, f))
	}
	extras = Parse(dockerfile.Parse([]byte(src)), opts).Apply(diags, catalog(), ran, nil, noOptions)
	for _, d := range diags {
		states = append(states, silenced(d.Suppressed))
	}
	return states, extras
}

// mend applies the first fix of each finding.
func mend(t *testing.T, src string, extras []Extra) string {
	t.Helper()
	var edits []text.Edit
	for _, x := range extras {
		if len(x.Finding.Fixes) > 0 {
			for _, e := range x.Finding.Fixes[0].Edits {
				edits = append(edits, e.Edit)
			}
		}
	}
	out, err := text.Apply([]byte(src), edits)
	if err != nil {
		t.Fatalf("fixes cannot be applied: %v", err)
	}
	return string(out)
}

// noOptions has no rule's settings.
func noOptions(*lint.Meta) lint.Options { return lint.NewOptions(nil, nil) }
