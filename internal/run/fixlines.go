package run

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/prove"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/text"
)

// CountFiles is a number of files in words.
func CountFiles(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// ProblemLines are the problems of a run, a line each, escaped.
func ProblemLines(problems []lint.Problem) []string {
	var lines []string
	for _, p := range problems {
		line := report.Terminal(p.Message)
		if p.File != "" {
			line = report.Terminal(p.File) + ": " + line
		}
		lines = append(lines, line)
	}
	return lines
}

// WritePatch writes a file's diff, with what each fix does to the build above it.
func WritePatch(w *bytes.Buffer, f *engine.Fixed) {
	for _, line := range AppliedLines(f) {
		fmt.Fprintf(w, "# %s\n", line)
	}
	w.Write(text.UnifiedDiff(f.Path, f.Before, f.After))
}

// AppliedLines says for each fix what it does to the build, escaped.
func AppliedLines(f *engine.Fixed) []string {
	var lines []string
	for _, a := range f.Applied {
		line := fmt.Sprintf("%s: %s: %s; %s", report.Terminal(f.Path), a.Rule.ID, report.Terminal(a.Title), a.Verdict.Effect.Words(a.Rule.Target))
		if a.Demoted {
			line += " (more than the rule declares, which is a bug in dockmend; please report it)"
		}
		lines = append(lines, line+effectDetails(a.Verdict))
	}
	return lines
}

func effectDetails(v prove.Verdict) string {
	const shown = 3
	details := v.Details
	if v.Reason != "" {
		details = []string{v.Reason}
	}
	if len(details) == 0 {
		return ""
	}
	more := ""
	if len(details) > shown {
		more = fmt.Sprintf("; and %d more", len(details)-shown)
		details = details[:shown]
	}
	return ": " + report.Terminal(strings.Join(details, "; ")) + more
}

// RefusedLines says which fixes of a file were not made, and why.
func RefusedLines(f *engine.Fixed) []string {
	var lines []string
	if f.Left != nil && f.Left.Held != "" {
		lines = append(lines, fmt.Sprintf("%s: not fixed: %s", report.Terminal(f.Path), report.Terminal(f.Left.Held)))
	}
	for _, r := range f.Refused {
		lines = append(lines, fmt.Sprintf("%s:%d: %s is not fixed: %s", report.Terminal(f.Path), r.Line, r.Rule.ID, report.Terminal(r.Reason)))
	}
	return lines
}
