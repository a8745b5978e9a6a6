package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// paint is an ANSI colour: the parameters of the "select graphic rendition" code.
type paint string

const (
	bold   paint = "1"
	red    paint = "1;31"
	green  paint = "1;32"
	yellow paint = "1;33"
	blue   paint = "1;34"
	cyan   paint = "1;36"
)

// skipsShown is how many reasons for skipped rules the text report names, and
// how many rules it names for each.
const skipsShown = 3

// placesShown is how many places of a group are named after the first.
const placesShown = 5

// entries are what a report for people lists: groups, or each finding by itself.
func entries(r *lint.Result, each bool) []lint.Group {
	if !each {
		return r.Groups()
	}
	var all []lint.Group
	for _, d := range r.Diagnostics {
		if d.Counts() {
			all = append(all, lint.Group{d})
		}
	}
	return all
}

type textWriter struct{ opts Options }

// Write writes what people read: each finding with its source line, then what
// else is to be said, then how the run ended and what to do next.
func (t textWriter) Write(w io.Writer, r *lint.Result) error {
	p := printer{opts: t.opts, files: sourcesOf(r)}
	for _, g := range entries(r, t.opts.Each) {
		p.finding(g)
	}
	if p.out.Len() > 0 && (!t.opts.Quiet || len(r.Problems) > 0) {
		p.out.WriteString("\n")
	}
	if !t.opts.Quiet {
		for _, n := range r.Notices {
			p.note(n)
		}
		p.skipped(skipsOf(r))
	}
	for _, problem := range r.Problems {
		p.problem(problem)
	}
	if !t.opts.Quiet {
		counts := tallyOf(r)
		p.verdict(r, counts)
	}
	return write(w, "text", p.out.Bytes())
}

// verdict ends the report, where people at a terminal look first: how the run ended, and
// what to do next.
func (p *printer) verdict(r *lint.Result, counts tally) {
	v := p.opts.Verdict
	parts := append([]string{v.short(counts) + counts.found()}, counts.besides()...)
	p.out.WriteString(p.paint(bold, strings.Join(parts, "; ")) + "\n")
	for _, s := range nextSteps(worstFirst(r, false, p.opts.Weakness), counts, &p.opts) {
		p.out.WriteString(p.paint(bold, v.next(counts)) + ": " + Terminal(s.text()) + "\n")
	}
}

// printer collects the report.
type printer struct {
	opts  Options
	files sources
	out   bytes.Buffer
}

func (p *printer) paint(color paint, s string) string {
	if !p.opts.Color || s == "" {
		return s
	}
	return "\x1b[" + string(color) + "m" + s + "\x1b[0m"
}

// finding prints the first finding of a group and the places of the others, after a
// blank line if it is not the first entry. The place is at the start of a line, where
// terminals and editors make a link of it.
func (p *printer) finding(g lint.Group) {
	d := g[0]
	if p.out.Len() > 0 {
		p.out.WriteString("\n")
	}
	color := severityPaint(d.Severity)
	start := d.Start()
	fmt.Fprintf(&p.out, "%s: %s %s\n",
		p.paint(bold, fmt.Sprintf("%s:%d:%d", Terminal(d.Source.Path), start.Line, start.Column)),
		p.paint(color, d.Severity.String())+p.paint(bold, "["+Terminal(ruleName(d))+"]"),
		Terminal(d.Message))

	x := newExcerpt(d.Source, d.Span, p.opts.Width)
	for _, row := range x.rows {
		shown := row.text
		if row.marks {
			shown = p.paint(color, shown)
		}
		line := p.paint(blue, fmt.Sprintf("  %*s |", x.gutter, row.number)) + p.paint(color, row.bar)
		if shown != "" {
			line += " " + shown
		}
		p.out.WriteString(line + "\n")
	}
	for _, f := range d.Fixes {
		p.detail(x, p.paint(green, "fix")+" ("+f.Applicability.String()+")", f.Title)
	}
	if words := proofWords(d.Rule.Target, d.Proof); words != "" && len(d.Fixes) > 0 {
		p.detail(x, p.paint(green, "proof"), words)
	}
	for _, related := range d.Related {
		at := p.files.related(d, related)
		words := at.File
		if at.Known {
			words = fmt.Sprintf("%s:%d:%d", at.File, at.Start.Line, at.Start.Column)
		}
		p.detail(x, p.paint(bold, "note"), words+": "+related.Message)
	}
	if len(g) > 1 {
		p.detail(x, p.paint(bold, "also at"), otherPlaces(g))
	}
	if !p.opts.Quiet {
		p.detail(x, p.paint(bold, "help"), "dockmend explain "+d.Rule.ID)
	}
}

// otherPlaces lists the places of a group after the first.
func otherPlaces(g lint.Group) string {
	var places []string
	for _, d := range g[1:min(len(g), 1+placesShown)] {
		start := d.Start()
		places = append(places, fmt.Sprintf("%s:%d:%d", d.Source.Path, start.Line, start.Column))
	}
	words := strings.Join(places, ", ")
	if left := len(g) - 1 - placesShown; left > 0 {
		words += fmt.Sprintf(" and %d more (--each shows all)", left)
	}
	return words
}

// detail prints a line that belongs to the excerpt above it.
func (p *printer) detail(x excerpt, label, words string) {
	fmt.Fprintf(&p.out, "  %*s %s %s: %s\n", x.gutter, "", p.paint(blue, "="), label, Terminal(words))
}

// note prints a line that is no finding.
func (p *printer) note(words string) {
	p.out.WriteString(p.paint(bold, "note") + ": " + Terminal(words) + "\n")
}

// problem prints what kept the run from being complete; further lines, as of a
// stack, are indented.
func (p *printer) problem(problem lint.Problem) {
	label := p.paint(red, "problem") + ": "
	if problem.File != "" {
		label = p.paint(bold, Terminal(problem.File)) + ": " + label
	}
	p.out.WriteString(label + strings.Join(terminalLines(problem.Message), "\n    ") + "\n")
}

// skipped says in few lines which rules could not run. There may be many, for
// one reason, in each run.
func (p *printer) skipped(groups []skips) {
	for i, g := range groups {
		if i == skipsShown {
			p.note(fmt.Sprintf("more rules were skipped for %s; the format json lists all", text.Counted(len(groups)-i, "other reason")))
			return
		}
		what := strings.Join(g.places, ", ")
		if len(g.places) > skipsShown {
			what = text.Counted(len(g.places), "rule")
		}
		p.note("skipped " + what + ": " + g.reason)
	}
}

func severityPaint(s lint.Severity) paint {
	switch s {
	case lint.Error:
		return red
	case lint.Warning:
		return yellow
	case lint.Info:
		return blue
	default:
		return cyan
	}
}
