package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// statsFlag is --stats: counts and times of the run, and with --stats=rules the time
// of each rule too.
type statsFlag struct {
	on bool
	// rules measures; nil if --stats does not ask for it.
	rules *engine.RuleTimes
}

// Set reads the flag's value; "true" stands for none.
func (f *statsFlag) Set(value string) error {
	switch value {
	case "true":
		*f = statsFlag{on: true}
	case "false":
		*f = statsFlag{}
	case "rules":
		*f = statsFlag{on: true, rules: &engine.RuleTimes{}}
	default:
		return fmt.Errorf("unknown value %q, want rules or none", value)
	}
	return nil
}

func (f *statsFlag) String() string {
	switch {
	case f.rules != nil:
		return "rules"
	case f.on:
		return "true"
	}
	return "false"
}

// Type makes the flag one that can stand alone.
func (*statsFlag) Type() string { return "bool" }

// print writes what was asked for.
func (f *statsFlag) print(w io.Writer, all run.Workspaces, r *lint.Result, finding, checking, reporting time.Duration) {
	if !f.on {
		return
	}
	counts := r.Summary()
	skipped, lookUps := 0, make([]string, len(all))
	for i, s := range all {
		skipped += len(s.Found.Skipped)
		lookUps[i] = s.LookUps()
	}
	const digits = time.Millisecond / 10
	_, _ = fmt.Fprintf(w, "files %d, skipped %d, findings %d, suppressed %d, look-ups %s; discovery %s, check %s, report %s\n",
		counts.Files, skipped, counts.Findings, counts.Suppressed, strings.Join(lookUps, " and "),
		finding.Round(digits), checking.Round(digits), reporting.Round(digits))
	if f.rules != nil {
		printRuleTimes(w, f.rules.All())
	}
}

// printRuleTimes lists the rules, the slowest first. The times of files that are
// checked at once are added up.
func printRuleTimes(w io.Writer, rules []engine.RuleTime) {
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
