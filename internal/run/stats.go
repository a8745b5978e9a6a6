package run

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
)

// Stats are the times of a run.
type Stats struct {
	Finding, Checking, Reporting time.Duration
	// Rules has the time of each rule; nil where it was not measured.
	Rules *engine.RuleTimes
}

// Write writes the counts and the times of a run.
func (s Stats) Write(out io.Writer, all Workspaces, r *lint.Result) {
	counts := r.Summary()
	skipped, lookUps := 0, make([]string, len(all))
	for i, w := range all {
		skipped += len(w.Found.Skipped)
		lookUps[i] = w.LookUps()
	}
	const digits = time.Millisecond / 10
	_, _ = fmt.Fprintf(out, "files %d, skipped %d, findings %d, suppressed %d, look-ups %s; discovery %s, check %s, report %s\n",
		counts.Files, skipped, counts.Findings, counts.Suppressed, strings.Join(lookUps, " and "),
		s.Finding.Round(digits), s.Checking.Round(digits), s.Reporting.Round(digits))
	if s.Rules != nil {
		writeRuleTimes(out, s.Rules.All())
	}
}

// writeRuleTimes lists the rules, the slowest first. The times of files that are
// checked at once are added up.
func writeRuleTimes(w io.Writer, rules []engine.RuleTime) {
	var total time.Duration
	for _, r := range rules {
		total += r.Spent
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "time\tshare\tfiles\t  rule")
	for _, r := range rules {
		share := 100 * float64(r.Spent) / float64(max(total, 1))
		_, _ = fmt.Fprintf(table, "%s\t%.1f %%\t%d\t  %s\n", r.Spent.Round(time.Microsecond), share, r.Files, r.Rule)
	}
	_ = table.Flush()
}
