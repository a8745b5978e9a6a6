package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

//go:embed report.html.tmpl
var htmlPage string

// htmlWriter writes one page without scripts and without anything to load. Entries are
// those of "text".
type htmlWriter struct{ opts Options }

type htmlReport struct {
	Title    string
	Rest     []string
	Problems []string
	Entries  []htmlEntry
	Skipped  []string
	Version  string
}

type htmlEntry struct {
	Severity, Rule, Page, Message string
	// Places is the first place and those of the other findings of the group.
	Places []string
	// Source is the text around the finding, with marks.
	Source string
	Fixes  []string
	Proof  string
}

// Write writes the page. html/template escapes each value for its place.
func (h htmlWriter) Write(w io.Writer, r *lint.Result) error {
	page, err := template.New("report").Parse(htmlPage)
	if err != nil {
		return fmt.Errorf("read the template of html reports: %w", err)
	}
	counts := tallyOf(r)
	data := htmlReport{Title: counts.found(), Rest: counts.rest(), Version: h.opts.Version}
	for _, p := range r.Problems {
		data.Problems = append(data.Problems, problemLine(p))
	}
	for _, g := range worstFirst(r, h.opts.Each, h.opts.Weakness) {
		data.Entries = append(data.Entries, htmlEntryOf(g, h.opts.Width))
	}
	for _, s := range skipsOf(r) {
		data.Skipped = append(data.Skipped, Terminal(strings.Join(s.places, ", ")+": "+s.reason))
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		return fmt.Errorf("make html report: %w", err)
	}
	return write(w, "html", b.Bytes())
}

func htmlEntryOf(g lint.Group, width int) htmlEntry {
	d := g[0]
	e := htmlEntry{
		Severity: d.Severity.String(), Rule: Terminal(ruleName(d)), Page: d.Rule.HelpURI(),
		Message: Terminal(sentence(g)), Proof: Terminal(proofWords(d.Rule.Target, d.Proof)),
	}
	for _, other := range g {
		start := other.Start()
		e.Places = append(e.Places, fmt.Sprintf("%s:%d:%d", Terminal(other.Source.Path), start.Line, start.Column))
	}
	var source strings.Builder
	x := newExcerpt(d.Source, d.Span, width)
	for _, row := range x.rows {
		fmt.Fprintf(&source, "%*s |%s %s\n", x.gutter, row.number, row.bar, row.text)
	}
	e.Source = source.String()
	for _, f := range d.Fixes {
		e.Fixes = append(e.Fixes, f.Applicability.String()+": "+Terminal(f.Title))
	}
	return e
}
