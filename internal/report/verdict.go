package report

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/lint"
)

// Verdict is how a job ended.
type Verdict struct {
	// Conclusion is "success", "failure", "neutral" or "incomplete", as the Action's
	// output has it; empty for none.
	Conclusion string
	// FailOn is the lowest severity that fails the job; SeverityUnset where none does.
	FailOn lint.Severity
}

// headline is the first line of a summary: how the job ended, and why.
func (v Verdict) headline(t tally) string {
	switch v.Conclusion {
	case "failure":
		return fmt.Sprintf("❌ dockmend failed: %s", v.reached(t))
	case "neutral":
		return "⚪ dockmend could not tell which findings are new"
	case "incomplete":
		return "⚠️ dockmend did not finish: " + count(max(t.problems, 1), "problem")
	case "success":
		if t.Findings == 0 {
			return "✅ dockmend passed: " + t.found()
		}
		if v.FailOn == lint.SeverityUnset {
			return "✅ dockmend passed: findings do not fail this job"
		}
		return fmt.Sprintf("✅ dockmend passed: no finding of severity %s", orAbove(v.FailOn))
	}
	return "dockmend: " + t.found()
}

// reached counts the findings that fail the job.
func (v Verdict) reached(t tally) string {
	n := 0
	for _, x := range []struct {
		severity lint.Severity
		n        int
	}{{lint.Error, t.Error}, {lint.Warning, t.Warning}, {lint.Info, t.Info}, {lint.Style, t.Style}} {
		if x.severity >= v.FailOn {
			n += x.n
		}
	}
	return count(n, "finding") + " of severity " + orAbove(v.FailOn)
}

// orAbove is a severity and those above it.
func orAbove(s lint.Severity) string {
	if s == lint.Error {
		return s.String()
	}
	return s.String() + " or above"
}

// sign is a severity as a sign and a word.
func sign(s lint.Severity) string {
	signs := map[lint.Severity]string{lint.Error: "🔴", lint.Warning: "🟠", lint.Info: "🔵", lint.Style: "⚪"}
	return signs[s] + " " + s.String()
}
