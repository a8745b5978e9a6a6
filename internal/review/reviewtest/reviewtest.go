// Package reviewtest is for tests alone: findings, and what a platform does with a review.
package reviewtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Finding makes one on a whole line of a file.
func Finding(source *lint.Source, id string, severity lint.Severity, line int) *lint.Diagnostic {
	return &lint.Diagnostic{
		Finding: lint.Finding{Span: source.Lines.Line(line), Message: id + " is wrong here", Severity: severity},
		Rule:    &lint.Meta{ID: id, Title: "the " + id + " hurts", Severity: severity}, Source: source,
		Fingerprint: fmt.Sprintf("dockmend/v1:%s-%s-%s", id, source.Path, strings.TrimSpace(string(source.Lines.Line(line).Of(source.Bytes)))),
	}
}

// Mended gives a finding a proved fix.
func Mended(d *lint.Diagnostic, applicability lint.Applicability, edits ...lint.FileEdit) *lint.Diagnostic {
	d.Fixes = []lint.Fix{{Title: "mend " + d.Rule.ID, Applicability: applicability, MaxEffect: lint.EffectConfig, Edits: edits}}
	d.Proof = lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd"}}
	return d
}

// Proving proves everything.
func Proving(*lint.Source, []text.Edit) lint.Proof {
	return lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd", "User"}}
}

// PatchOf is the diff of a file as the API gives it: without a header.
func PatchOf(before, after string) string {
	diff := string(text.UnifiedDiff("f", []byte(before), []byte(after)))
	for range 2 {
		_, diff, _ = strings.Cut(diff, "\n")
	}
	return strings.TrimSuffix(diff, "\n")
}

// Press does what the button below a suggestion does: it replaces the lines
// of the comment by what stands in the block, or as many above its last as the block says.
func Press(t *testing.T, file string, first, last int, comment string) string {
	t.Helper()
	content, ok := Suggested(comment)
	if !ok {
		t.Fatalf("the comment has no suggestion:\n%s", comment)
	}
	if _, rest, ok := strings.Cut(comment, "suggestion:-"); ok {
		above, _, _ := strings.Cut(rest, "+0\n")
		n, err := strconv.Atoi(above)
		if err != nil {
			t.Fatal(err)
		}
		first = last - n
	}
	lines := strings.SplitAfter(file, "\n")
	return strings.Join(lines[:first-1], "") + content + strings.Join(lines[last:], "")
}

// Suggested reads the first suggestion block of a comment as CommonMark does:
// the fence is closed by the first line of at least as many back-ticks.
func Suggested(comment string) (content string, ok bool) {
	lines := strings.SplitAfter(comment, "\n")
	for i, line := range lines {
		fence := len(line) - len(strings.TrimLeft(line, "`"))
		info, _, _ := strings.Cut(strings.TrimSpace(line[fence:]), ":")
		if fence < 3 || info != "suggestion" {
			continue
		}
		for j := i + 1; j < len(lines); j++ {
			trimmed := strings.TrimSpace(lines[j])
			if len(trimmed) >= fence && strings.Trim(trimmed, "`") == "" {
				return strings.Join(lines[i+1:j], ""), true
			}
		}
	}
	return "", false
}

// Equal compares lists of words.
func Equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// BadLines are findings, one for each line of a file that has "bad" in it, named by the
// word after it; words after that tell equal findings apart. fixes has the replacement of a line, by the line.
func BadLines(path, content string, fixes map[string]string) []*lint.Diagnostic {
	source := lint.NewSource(path, []byte(content))
	var all []*lint.Diagnostic
	for i, line := range strings.Split(content, "\n") {
		_, name, ok := strings.Cut(line, "bad ")
		if !ok {
			continue
		}
		name, _, _ = strings.Cut(name, " ")
		d := Finding(source, name, lint.Warning, i+1)
		if fixed, ok := fixes[line]; ok {
			Mended(d, lint.Safe, lint.Replace(d.Span, fixed))
		}
		all = append(all, d)
	}
	return all
}

// RulesOf are the rules of which a comment speaks.
func RulesOf(comment string) []string {
	var rules []string
	for line := range strings.Lines(comment) {
		if _, rest, ok := strings.Cut(line, "<sub>[`"); ok {
			name, _, _ := strings.Cut(rest, "`")
			rules = append(rules, name)
		}
	}
	return rules
}
