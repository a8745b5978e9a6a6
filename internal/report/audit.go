package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/lint"
)

// Audit is what a report on a whole repository has in addition to the findings.
type Audit struct {
	// Since names the audit before, in plain text; empty for the first one.
	Since string
	// Day is that of the audit before, as of which it looked at support; empty where it is
	// not known.
	Day string
	// Why says why nothing is compared; empty where something is, or this is the
	// first one.
	Why string
	// New are findings that the audit before did not have, Gone those that only
	// it had.
	New  []*lint.Diagnostic
	Gone []GoneFinding
}

// GoneFinding is one that an earlier audit had.
type GoneFinding struct{ Rule, File string }

// shownChanges is how many new and gone findings are named, each.
const shownChanges = 50

// audit writes what changed since the audit before, and the findings by rule.
func (p *page) audit(a *Audit, r *lint.Result, o *Options) {
	line := o.Line
	switch {
	case a.Why != "":
		p.out.WriteString("There is no comparison with an earlier audit: " + cellText(a.Why) + ".\n\n")
	case a.Since == "":
		p.out.WriteString("This is the first audit; the next one reports what is new and what is gone.\n\n")
	default:
		fmt.Fprintf(&p.out, "### Since the audit of %s: %d new, %d gone\n\n", cellText(a.Since), len(a.New), len(a.Gone))
		var fresh, gone []string
		for _, d := range a.New[:min(len(a.New), shownChanges)] {
			start := d.Start()
			place := fmt.Sprintf("line %d", start.Line)
			if line != nil {
				place = "[" + place + "](" + line(d.Source.Path, start.Line) + ")"
			}
			fresh = append(
				fresh,
				fmt.Sprintf(
					"- new: %s %s in %s, %s: %s\n", sign(d.Severity), ruleLink(d), MarkdownCode(d.Source.Path), place,
					cellText(d.Message)+a.brought(d),
				),
			)
		}
		for _, g := range a.Gone[:min(len(a.Gone), shownChanges)] {
			gone = append(gone, fmt.Sprintf("- gone: %s in %s\n", MarkdownCode(g.Rule), MarkdownCode(g.File)))
		}
		p.details("new finding", "", fresh, p.limit/5)
		p.details("finding that is gone", "", gone, p.limit/3)
	}
	p.leftOut(p.section("### By rule\n\n| Rule | Severity | Findings | Files | Fixable |\n|---|---|---:|---:|---:|\n", ruleRows(r, o.Weakness), "\n", p.limit/2), "rule")
	if r.Worst() != lint.SeverityUnset {
		p.out.WriteString("### Findings\n\n")
	}
}

// brought says that a new finding is one that a day brought which the audit before had
// not reached.
func (a *Audit) brought(d *lint.Diagnostic) string {
	if a.Day == "" || d.Dated.Since <= a.Day {
		return ""
	}
	return " (new because " + cellText(d.Dated.What) + ")"
}

// ruleRows counts the findings of each rule, by severity and then by harm.
func ruleRows(r *lint.Result, weakness func(string) int) []string {
	type group struct {
		first    *lint.Diagnostic
		severity lint.Severity
		n, fixes int
		files    map[string]bool
	}
	var groups []*group
	byRule := map[string]*group{}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		g := byRule[d.Rule.ID]
		if g == nil {
			g = &group{first: d, files: map[string]bool{}}
			byRule[d.Rule.ID] = g
			groups = append(groups, g)
		}
		g.severity = max(g.severity, d.Severity)
		g.n++
		g.files[d.Source.Path] = true
		if best(d.Fixes) > lint.Manual {
			g.fixes++
		}
	}
	slices.SortFunc(groups, func(a, b *group) int {
		return cmp.Or(
			cmp.Compare(b.severity, a.severity), cmp.Compare(harmOf(a.first, weakness), harmOf(b.first, weakness)),
			cmp.Compare(b.n, a.n), cmp.Compare(a.first.Rule.ID, b.first.Rule.ID),
		)
	})
	rows := make([]string, len(groups))
	for i, g := range groups {
		rows[i] = fmt.Sprintf(
			"| %s | %s | %d | %d | %d |\n", "["+MarkdownCode(g.first.Rule.ID)+"]("+g.first.Rule.HelpURI()+")", sign(g.severity), g.n,
			len(g.files), g.fixes,
		)
	}
	return rows
}
