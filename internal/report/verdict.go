package report

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// Verdict is how a job ended.
type Verdict struct {
	// Conclusion is "success", "failure", "neutral" or "incomplete", as the Action's
	// output has it; empty for none.
	Conclusion string
	// FailOn is the lowest severity that fails the job; SeverityUnset where none does.
	FailOn lint.Severity
	// New is set where only what a change brings is reported.
	New bool
}

// headline is the first line of a summary: how the job ended, and why. What names it is
// "dockmend", or "dockmend audit".
func (v Verdict) headline(t tally, what string) string {
	switch v.Conclusion {
	case "failure":
		return "❌ " + what + " failed: " + v.brings(v.reached(t))
	case "neutral":
		return "⚪ " + what + " could not tell which findings are new, so nothing fails"
	case "incomplete":
		return "⚠️ " + what + " did not finish: " + text.Counted(max(t.problems, 1), "problem")
	case "success":
		return v.passed(t, what)
	}
	return what + ": " + t.found()
}

func (v Verdict) passed(t tally, what string) string {
	switch {
	case t.Findings == 0 && v.New:
		return "✅ " + what + " passed: this change brings no findings"
	case t.Findings == 0:
		return "✅ " + what + " passed: " + t.found()
	}
	found := v.brings(anded(bySeverity(t.Error, t.Warning, t.Info, t.Style)))
	if v.FailOn == lint.SeverityUnset {
		// No green sign beside what may be an error.
		return t.worst() + " " + what + " passed: " + found + ", which do not fail this job"
	}
	return "✅ " + what + " passed: " + found + ", none of severity " + orAbove(v.FailOn)
}

// next is the word before the next steps: nobody has to take those of a job that passes.
func (v Verdict) next(t tally) string {
	if v.Conclusion == "success" && v.FailOn != lint.SeverityUnset && t.Findings > 0 {
		return "next (optional)"
	}
	return "next"
}

// brings says whose findings they are, where only new ones are reported.
func (v Verdict) brings(found string) string {
	if v.New {
		return "this change brings " + found
	}
	return found
}

// reached counts the findings that fail the job.
func (v Verdict) reached(t tally) string {
	n := map[lint.Severity]int{}
	for severity, found := range map[lint.Severity]int{lint.Error: t.Error, lint.Warning: t.Warning, lint.Info: t.Info, lint.Style: t.Style} {
		if severity >= v.FailOn {
			n[severity] = found
		}
	}
	return anded(bySeverity(n[lint.Error], n[lint.Warning], n[lint.Info], n[lint.Style]))
}

// short is the verdict before the counts of a line at a terminal.
func (v Verdict) short(t tally) string {
	word := map[string]string{"failure": "failed", "success": "passed", "neutral": "not judged", "incomplete": "did not finish"}[v.Conclusion]
	if word != "" && v.FailOn != lint.SeverityUnset && t.Findings > 0 {
		word += " (fail-on " + v.FailOn.String() + ")"
	}
	if word == "" {
		return ""
	}
	return word + ": "
}

// anded joins the last part of a list by "and".
func anded(list string) string {
	before, last, ok := cutLast(list, ", ")
	if !ok {
		return list
	}
	return before + " and " + last
}

// orAbove is a severity and those above it.
func orAbove(s lint.Severity) string {
	if s == lint.Error {
		return s.String()
	}
	return s.String() + " or above"
}

// sign is a severity as a sign and a word.
func sign(s lint.Severity) string { return dot(s) + " " + s.String() }

func dot(s lint.Severity) string {
	signs := map[lint.Severity]string{lint.Error: "🔴", lint.Warning: "🟠", lint.Info: "🔵", lint.Style: "⚪"}
	return signs[s]
}

// worst is the sign of the highest severity that was found.
func (t tally) worst() string {
	switch {
	case t.Error > 0:
		return dot(lint.Error)
	case t.Warning > 0:
		return dot(lint.Warning)
	case t.Info > 0:
		return dot(lint.Info)
	}
	return dot(lint.Style)
}
