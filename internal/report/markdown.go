package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

const (
	// summaryLimit keeps a report below the 1 MiB of a step's summary, above
	// which GitHub shows nothing of it (facts: job summary), with room for what
	// else a step has to say there.
	summaryLimit = 1000 * 1000
	// closingRoom is kept for the lines that count what was left out.
	closingRoom = 1000
	// cellRunes bounds the words of one table cell, before they are escaped.
	cellRunes = 1000
)

type markdownWriter struct {
	// limit is the size of the report in bytes that is not exceeded.
	limit int
	// line returns the address of a line; it may be nil.
	line func(file string, line int) string
	// placed may be nil: all findings are listed then.
	placed *Placed
	// audit may be nil.
	audit *Audit
}

// Write writes a job summary: a heading with the counts, problems, one table
// for each file, the file with the worst finding first, and folded lists of what
// is silenced and what could not be checked. Where it is cut, a line says so.
func (m markdownWriter) Write(w io.Writer, r *lint.Result) error {
	counts := tallyOf(r)
	skipped := skippedRows(r)
	p := page{limit: m.limit - closingRoom}
	heading, fileLevel := "## dockmend: ", "### "
	if m.audit != nil {
		heading, fileLevel = "## dockmend audit: ", "#### "
	}
	p.out.WriteString(heading + counts.found() + "\n\n")
	if rest := counts.rest(); len(rest) > 0 {
		p.out.WriteString(strings.Join(rest, "; ") + ".\n\n")
	}

	// The small sections may not crowd out the findings, nor these them.
	p.details("notice", "", noticeRows(r), m.limit/20)
	p.details("problem", "<details open><summary>"+count(len(r.Problems), "problem")+": the run is incomplete</summary>\n\n", problemRows(r), m.limit/10)
	if m.audit != nil {
		p.audit(m.audit, r, m.line)
	}
	listed, places := m.placed.split(r)
	p.details("place", "", places, p.limit-m.limit/4)
	p.findings(r, listed, p.limit-m.limit/5, fileLevel, m.line)
	patches := m.placed.patchRows()
	p.details("patch", fmt.Sprintf("<details><summary>Patches (%d)</summary>\n\n", len(patches)), patches, p.limit-m.limit/8)
	p.details("suppressed finding", suppressedHead(counts), suppressedRows(r), p.limit-m.limit/10)
	p.details("skipped rule", fmt.Sprintf("<details><summary>What could not be checked (%d)</summary>\n\n", len(skipped)), skipped, p.limit)
	return write(w, "markdown", p.out.Bytes())
}

// page is a report that keeps below a limit of bytes.
type page struct {
	out   bytes.Buffer
	limit int
}

// section writes as many of the rows as leave the page below limit, between
// head and foot, and returns how many were left out. With none there is no head.
func (p *page) section(head string, rows []string, foot string, limit int) (left int) {
	for i, row := range rows {
		before := ""
		if i == 0 {
			before = head
		}
		if p.out.Len()+len(before)+len(row)+len(foot) > limit {
			if i > 0 {
				p.out.WriteString(foot)
			}
			return len(rows) - i
		}
		p.out.WriteString(before + row)
	}
	if len(rows) > 0 {
		p.out.WriteString(foot)
	}
	return 0
}

// leftOut counts rows that were cut; it is written into closingRoom.
func (p *page) leftOut(n int, noun string) {
	if n > 0 {
		p.out.WriteString("**Not shown for want of space: " + count(n, noun) + ".** Reports in other formats have no such limit.\n\n")
	}
}

// details writes rows below a head that opens a fold, or is empty.
func (p *page) details(noun, head string, rows []string, limit int) {
	foot := "\n"
	if head != "" {
		foot = "\n</details>\n\n"
	}
	p.leftOut(p.section(head, rows, foot, limit), noun)
}

// findings writes the tables: one of the files, and one for each file of those
// that are listed, below a heading of the level. After the first row that does
// not fit none is written, so that what is left out is the least severe of the
// last files.
func (p *page) findings(all, listed *lint.Result, limit int, level string, line func(string, int) string) {
	const table = "| Severity | Line | Rule | Finding | Fix |\n|---|---|---|---|---|\n"
	left := 0
	if files := byFile(all); len(files) > 1 {
		p.leftOut(p.section("| File | Errors | Warnings | Info | Style | Fixable |\n|---|---:|---:|---:|---:|---:|\n", fileRows(files), "\n", limit/4), "file")
	}
	for _, file := range byFile(listed) {
		if left > 0 {
			left += len(file)
			continue
		}
		rows := make([]string, len(file))
		for i, d := range file {
			rows[i] = findingRow(d, line)
		}
		head := level + MarkdownCode(file[0].Source.Path) + "\n\n" + table
		left = p.section(head, rows, "\n", limit)
	}
	p.leftOut(left, "finding")
}

// byFile groups the findings that count, worst first, in files and among them;
// what is equally bad keeps its order.
func byFile(r *lint.Result) [][]*lint.Diagnostic {
	var files [][]*lint.Diagnostic
	index := map[string]int{}
	for _, d := range r.Diagnostics {
		if !d.Counts() {
			continue
		}
		i, ok := index[d.Source.Path]
		if !ok {
			i = len(files)
			index[d.Source.Path] = i
			files = append(files, nil)
		}
		files[i] = append(files[i], d)
	}
	for _, file := range files {
		slices.SortStableFunc(file, func(a, b *lint.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
	}
	slices.SortStableFunc(files, func(a, b []*lint.Diagnostic) int { return cmp.Compare(b[0].Severity, a[0].Severity) })
	return files
}

// fileRows are the counts of each file.
func fileRows(files [][]*lint.Diagnostic) []string {
	rows := make([]string, len(files))
	for i, file := range files {
		severities, fixable := map[lint.Severity]int{}, 0
		for _, d := range file {
			severities[d.Severity]++
			if best(d.Fixes) > lint.Manual {
				fixable++
			}
		}
		rows[i] = fmt.Sprintf("| %s | %d | %d | %d | %d | %d |\n", MarkdownCode(file[0].Source.Path),
			severities[lint.Error], severities[lint.Warning], severities[lint.Info], severities[lint.Style], fixable)
	}
	return rows
}

func findingRow(d *lint.Diagnostic, line func(string, int) string) string {
	start := d.Start()
	place := fmt.Sprintf("%d:%d", start.Line, start.Column)
	if line != nil {
		place = "[" + place + "](" + line(d.Source.Path, start.Line) + ")"
	}
	fixes := make([]string, len(d.Fixes))
	for i, f := range d.Fixes {
		fixes[i] = f.Applicability.String() + ": " + cellText(f.Title)
	}
	if words := proofWords(d.Rule.Target, d.Proof); words != "" && len(d.Fixes) > 0 {
		fixes = append(fixes, "proof: "+cellText(words))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n",
		d.Severity, place, ruleLink(d), cellText(d.Message), strings.Join(fixes, "<br>"))
}

// ruleLink is a finding's rule with a link to its page, and its hadolint code.
func ruleLink(d *lint.Diagnostic) string {
	link := "[" + MarkdownCode(d.Rule.ID) + "](" + d.Rule.HelpURI() + ")"
	if alias, ok := d.Rule.Hadolint(d.Variant); ok {
		link += " " + MarkdownText(alias.Name)
	}
	return link
}

// cellText is MarkdownText of s, cut to what a table can hold.
func cellText(s string) string {
	if runes := []rune(s); len(runes) > cellRunes {
		s = string(runes[:cellRunes]) + "…"
	}
	return MarkdownText(s)
}

func noticeRows(r *lint.Result) []string {
	var rows []string
	for _, n := range r.Notices {
		rows = append(rows, "- note: "+cellText(n)+"\n")
	}
	return rows
}

func problemRows(r *lint.Result) []string {
	var rows []string
	for _, p := range r.Problems {
		lines := terminalLines(p.Message)
		row := "- "
		if p.File != "" {
			row += MarkdownCode(p.File) + ": "
		}
		row += cellText(lines[0])
		if len(lines) > 1 {
			row += fmt.Sprintf(" (and %s)", count(len(lines)-1, "more line"))
		}
		rows = append(rows, row+"\n")
	}
	return rows
}

func suppressedHead(t tally) string {
	return "<details><summary>" + count(t.suppressed, "finding") + " silenced by comments</summary>\n\n" +
		"| Place | Rule | Silenced by | Reason |\n|---|---|---|---|\n"
}

func suppressedRows(r *lint.Result) []string {
	var rows []string
	for _, d := range r.Diagnostics {
		if s := d.Suppressed; s != nil {
			start := d.Start()
			rows = append(rows, fmt.Sprintf("| %s:%d:%d | %s | %s, line %d | %s |\n",
				MarkdownCode(d.Source.Path), start.Line, start.Column, ruleLink(d), MarkdownText(s.Kind), s.Line, cellText(s.Reason)))
		}
	}
	return rows
}

func skippedRows(r *lint.Result) []string {
	var rows []string
	for _, g := range skipsOf(r) {
		for _, place := range g.places {
			rows = append(rows, "- "+cellText(place)+": "+cellText(g.reason)+"\n")
		}
	}
	return rows
}
