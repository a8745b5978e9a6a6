package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// maxDiff bounds the diff of a fix in bytes, where it is one of many.
const maxDiff = 4 << 10

// FixDiff is what the first fix of a finding that can be applied changes, as a unified
// diff; empty for none, for one of another file, and for a long one.
func FixDiff(d *lint.Diagnostic) string {
	i := slices.IndexFunc(d.Fixes, func(f lint.Fix) bool { return f.Applicability > lint.Manual })
	if i < 0 {
		return ""
	}
	var edits []text.Edit
	for _, e := range d.Fixes[i].Edits {
		if e.File != "" && e.File != d.Source.Path {
			return ""
		}
		edits = append(edits, text.Edit{Span: e.Span, New: e.New})
	}
	after, err := text.Apply(d.Source.Bytes, edits)
	if err != nil {
		return ""
	}
	diff := text.UnifiedDiff(d.Source.Path, d.Source.Bytes, after)
	if len(diff) > maxDiff {
		return ""
	}
	return strings.ToValidUTF8(string(diff), "\uFFFD")
}

// htmlWriter writes a Page. Entries are those of "text".
type htmlWriter struct{ opts Options }

// Write writes the page.
func (h htmlWriter) Write(w io.Writer, r *lint.Result) error {
	counts := tallyOf(r)
	p := &Page{
		Title: "dockmend: " + counts.found(), Lead: counts.rest(), AsOf: r.AsOf, Version: h.opts.Version, Elsewhere: "-o json=FILE has all.",
	}
	s := counts.Summary
	for _, f := range []Figure{
		{Label: "Error", Value: s.Error, Level: "error", By: By{"severity", "error"}},
		{Label: "Warning", Value: s.Warning, Level: "warning", By: By{"severity", "warning"}},
		{Label: "Info", Value: s.Info, Level: "info", By: By{"severity", "info"}},
		{Label: "Style", Value: s.Style, Level: "style", By: By{"severity", "style"}},
		{Label: "With a fix", Value: s.Fixable, By: By{"fix", "yes"}},
		{Label: "Files", Value: s.Files},
	} {
		if f.Value > 0 || f.Label == "Error" {
			p.Figures = append(p.Figures, f)
		}
	}
	var problems []string
	for _, x := range r.Problems {
		problems = append(problems, problemLine(x))
	}
	var skipped []string
	for _, x := range skipsOf(r) {
		skipped = append(skipped, strings.Join(x.places, ", ")+": "+x.reason)
	}
	p.Lists = []PageList{{"The run is incomplete", problems}, {"Not checked", skipped}}
	groups := worstFirst(r, h.opts.Each, h.opts.Weakness)
	p.Findings = func(yield func(*PageFinding) error) error {
		for i, g := range groups {
			if err := yield(pageEntry(g, h.opts.Width, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return p.Write(w)
}

func pageEntry(g lint.Group, width, rank int) *PageFinding {
	d := g[0]
	f := &PageFinding{
		Severity: d.Severity.String(), Rule: ruleName(d), RulePage: d.Rule.HelpURI(), Message: sentence(g), Rank: rank, Diff: FixDiff(d),
		Fixable: d.Fixable(),
	}
	for _, other := range g {
		start := other.Start()
		f.Places = append(f.Places, PagePlace{Text: fmt.Sprintf("%s:%d:%d", Terminal(other.Source.Path), start.Line, start.Column)})
	}
	var source strings.Builder
	x := newExcerpt(d.Source, d.Span, width)
	for _, row := range x.rows {
		fmt.Fprintf(&source, "%*s |%s %s\n", x.gutter, row.number, row.bar, row.text)
	}
	f.Source = source.String()
	for _, fix := range d.Fixes {
		f.Fixes = append(f.Fixes, fix.Applicability.String()+": "+fix.Title)
	}
	if words := proofWords(d.Rule.Target, d.Proof); words != "" {
		f.Fixes = append(f.Fixes, "What the fix changes: "+words)
	}
	return f
}

// Harm orders rules by what their findings lead to, the worst first; weakness is as in
// Options.
func Harm(rule *lint.Meta, severity lint.Severity, weakness func(string) int) int {
	return harmOf(&lint.Diagnostic{Finding: lint.Finding{Severity: severity}, Rule: rule}, weakness)
}
