package run

import (
	"bytes"
	"fmt"
	"slices"
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
	for _, a := range f.Applied {
		fmt.Fprintf(w, "# %s\n#   %s\n", applied(f, a), effect(a))
	}
	w.Write(text.UnifiedDiff(f.Path, f.Before, f.After))
}

// AppliedLines says for each fix what it does to the build, escaped.
func AppliedLines(f *engine.Fixed) []string {
	var lines []string
	for _, a := range f.Applied {
		lines = append(lines, applied(f, a)+"; "+effect(a))
	}
	return lines
}

func applied(f *engine.Fixed, a engine.Applied) string {
	return fmt.Sprintf("%s: %s: %s", report.Terminal(f.Path), a.Rule.ID, report.Terminal(a.Title))
}

// effect says what proved a fix, and what it does.
func effect(a engine.Applied) string {
	words := "verified: "
	if a.Verdict.Effect == lint.EffectUnknown {
		words = "not verified: "
	}
	words += a.Verdict.Effect.Words(a.Rule.Target)
	if a.Demoted {
		words += " (more than the rule declares, which is a bug in dockmend; please report it)"
	}
	return words + effectDetails(a.Verdict)
}

// effectDetails are the first changes of the build. What changes in a configuration has
// its name alone: the diff has the values.
func effectDetails(v prove.Verdict) string {
	const shown = 3
	details := v.Details
	if v.Reason != "" {
		details = []string{v.Reason}
	} else if v.Effect == lint.EffectConfig {
		details = nil
		for _, d := range v.Details {
			if name, _, _ := strings.Cut(d, ": "); !slices.Contains(details, name) {
				details = append(details, name)
			}
		}
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
