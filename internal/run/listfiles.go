package run

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/dockmend/dockmend/internal/report"
)

// WriteFiles writes what would be linted, and what was skipped and why.
func (all Workspaces) WriteFiles(out io.Writer) error {
	type row struct{ what, path, why string }
	var found, skipped []row
	for _, w := range all {
		for _, f := range w.Found.Files {
			what, reason := "lint", f.Target.String()
			switch {
			case !w.Reads(f.Target):
				what, reason = "skip", reason+": no rules for this kind of file yet"
			case f.Template:
				reason += " template"
			}
			found = append(found, row{what, w.Shown(f.Path), reason})
		}
		for _, x := range w.Found.Skipped {
			skipped = append(skipped, row{"skip", w.Shown(x.Path), x.Reason})
		}
	}
	byPath := func(a, b row) int { return cmp.Compare(a.path, b.path) }
	slices.SortStableFunc(found, byPath)
	slices.SortStableFunc(skipped, byPath)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range append(found, skipped...) {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", r.what, report.Terminal(r.path), report.Terminal(r.why))
	}
	return table.Flush()
}
