package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
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
	opts  Options
}

// Write writes a job summary: how the job ended and why, what to do next, one table of
// entries, the worst first, then folded what else there is, and at the end what was not
// checked. Where it is cut, a line says so.
func (m markdownWriter) Write(w io.Writer, r *lint.Result) error {
	counts := tallyOf(r)
	skipped := skippedRows(r)
	p := page{limit: m.limit - closingRoom}
	what := "dockmend"
	if m.opts.Audit != nil {
		what = "dockmend audit"
	}
	p.out.WriteString("## " + m.opts.Verdict.headline(counts, what) + "\n\n")
	if m.opts.Verdict.Conclusion != "" && counts.causes < counts.Findings {
		findings, causes := text.Counted(counts.Findings, "finding"), text.Counted(counts.causes, "cause")
		fmt.Fprintf(&p.out, "%s with %s, in %s.\n\n", findings, causes, counts.inFiles())
	}

	// The small sections may not crowd out the findings, nor these them.
	p.details("problem", "<details open><summary>"+text.Counted(len(r.Problems), "problem")+": the run is incomplete</summary>\n\n", problemRows(r), m.limit/10)
	listed, places := m.opts.Placed.split(r)
	groups := worstFirst(listed, false, m.opts.Weakness)
	p.next(upperFirst(m.opts.Verdict.next(counts)), nextSteps(groups, counts, &m.opts), m.opts.Line)
	if m.opts.Audit != nil {
		p.audit(m.opts.Audit, r, &m.opts)
	}
	p.details("place", "", places, p.limit-m.limit/4)
	if m.opts.Each {
		groups = worstFirst(listed, true, m.opts.Weakness)
	}
	p.findings(groups, m.opts.Line, p.limit-m.limit/5)
	p.files(r, m.limit/4)
	patches := m.opts.Placed.patchRows()
	p.details("patch", fmt.Sprintf("<details><summary>Patches (%d)</summary>\n\n", len(patches)), patches, p.limit-m.limit/8)
	p.details("ignored finding", suppressedHead(counts), suppressedRows(r), p.limit-m.limit/10)
	notices := noticeRows(r)
	p.details("note", fmt.Sprintf("<details><summary>Notes (%d)</summary>\n\n", len(notices)), notices, p.limit-m.limit/20)
	p.details("skip reason", fmt.Sprintf("<details><summary>Not checked, for %s</summary>\n\n", text.Counted(len(skipped), "reason")), skipped, p.limit)
	if rest := counts.besides(); len(rest) > 0 {
		p.out.WriteString("<sub>Besides: " + strings.Join(rest, "; ") + "</sub>\n")
	}
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
		p.out.WriteString("**Not shown for lack of space: " + text.Counted(n, noun) + ".** Reports in other formats have no such limit.\n\n")
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

// rowsShown is how many entries stand in the open; the others are folded.
const rowsShown = 20

// next writes what to do: a line for one step, a list for several.
func (p *page) next(word string, steps []step, line func(string, int) string) {
	switch len(steps) {
	case 0:
	case 1:
		p.out.WriteString("**" + word + ":** " + steps[0].markdown(line) + "\n\n")
	default:
		p.out.WriteString("**" + word + ":**\n\n")
		for i, s := range steps {
			fmt.Fprintf(&p.out, "%d. %s\n", i+1, s.markdown(line))
		}
		p.out.WriteByte('\n')
	}
}

// findings writes one table, worst first. What does not fit is counted, the least
// severe of it last.
func (p *page) findings(groups []lint.Group, line func(string, int) string, limit int) {
	const table = "| Severity | Finding | Fix | Where |\n|---|---|---|---|\n"
	if len(groups) > rowsShown {
		groups = alike(groups)
	}
	rows := make([]string, len(groups))
	for i, g := range groups {
		rows[i] = groupRow(g, line)
	}
	open := min(len(rows), rowsShown)
	left := p.section(table, rows[:open], "\n", limit)
	if folded := rows[open:]; len(folded) > 0 && left == 0 {
		left = p.section(fmt.Sprintf("<details><summary>%d more</summary>\n\n", len(folded))+table, folded, "\n</details>\n\n", limit)
	} else {
		left += len(folded)
	}
	p.leftOut(left, "entry")
}

// alike joins entries of one rule that advise the same, at the place of the first.
func alike(groups []lint.Group) []lint.Group {
	type kind struct {
		rule, variant, advice string
		severity              lint.Severity
		fix                   string
	}
	at := map[kind]int{}
	var joined []lint.Group
	for _, g := range groups {
		_, advice, ok := cutLast(sentence(g), "; ")
		k := kind{g[0].Rule.ID, g[0].Variant, advice, g[0].Severity, fixWords(g[0])}
		i, known := at[k]
		if !ok || !known {
			at[k] = len(joined)
			joined = append(joined, g)
			continue
		}
		joined[i] = append(slices.Clone(joined[i]), g...)
	}
	return joined
}

// groupRow is the row of an entry: what is true of all its findings, and their places.
func groupRow(g lint.Group, line func(string, int) string) string {
	d := g[0]
	return fmt.Sprintf("| %s | %s<br>%s | %s | %s |\n",
		sign(d.Severity), cellText(sentence(g)), ruleLink(d), fixWords(d), where(g, line))
}

// fixWords are the fixes of a finding in a cell.
func fixWords(d *lint.Diagnostic) string {
	fixes := make([]string, len(d.Fixes))
	for i, f := range d.Fixes {
		fixes[i] = f.Applicability.String() + ": " + cellText(f.Title)
	}
	if len(fixes) == 0 {
		fixes = []string{"by hand"}
	}
	if isVerified := d.Proof.State == lint.ProofPassed && d.Proof.Effect < lint.EffectGraph; isVerified && len(d.Fixes) > 0 {
		fixes = append(fixes, "verified: "+d.Proof.Effect.Words(d.Rule.Target))
	}
	return strings.Join(fixes, "<br>")
}

const (
	// filesShown and linesShown bound the places that a row names.
	filesShown = 3
	linesShown = 4
)

// where lists a group's places, those of one file together: all, or their number and the
// first.
func where(g lint.Group, line func(string, int) string) string {
	var rows []string
	shown, lines := 0, 0
	for i, d := range g {
		switch isNew := i == 0 || d.Source != g[i-1].Source; {
		case isNew && len(rows) == filesShown, !isNew && len(rows) == filesShown && lines == linesShown:
			return fmt.Sprintf("%d places, the first:<br>", len(g)) + strings.Join(rows, "<br>")
		case isNew:
			rows, lines = append(rows, placeLink(d, line)), 1
		case lines < linesShown:
			rows[len(rows)-1] += ", " + lineLink(d, line)
			lines++
		default:
			continue
		}
		shown++
	}
	words := strings.Join(rows, "<br>")
	if shown < len(g) {
		words = fmt.Sprintf("%d places, the first:<br>", len(g)) + words
	}
	return words
}

// lineLink is a finding's line after another one of its file.
func lineLink(d *lint.Diagnostic, line func(string, int) string) string {
	n := d.Start().Line
	if line == nil {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("[%d](%s)", n, line(d.Source.Path, n))
}

// placeLink is a finding's file and line, with a link where there is an address.
func placeLink(d *lint.Diagnostic, line func(string, int) string) string {
	start := d.Start()
	place := MarkdownCode(fmt.Sprintf("%s:%d", d.Source.Path, start.Line))
	if line == nil {
		return place
	}
	return "[" + place + "](" + line(d.Source.Path, start.Line) + ")"
}

// files writes the counts of each file, folded.
func (p *page) files(r *lint.Result, room int) {
	files := byFile(r)
	if len(files) < 2 {
		return
	}
	head := fmt.Sprintf("<details><summary>By file (%d)</summary>\n\n", len(files)) +
		"| File | Errors | Warnings | Info | Style | Fixable |\n|---|---:|---:|---:|---:|---:|\n"
	p.leftOut(p.section(head, fileRows(files), "\n</details>\n\n", min(p.limit, p.out.Len()+room)), "file")
}

// byFile collects the findings that count by file, the file with the worst finding
// first; what is equally bad keeps its order.
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
	worst := func(file []*lint.Diagnostic) lint.Severity {
		highest := lint.SeverityUnset
		for _, d := range file {
			highest = max(highest, d.Severity)
		}
		return highest
	}
	slices.SortStableFunc(files, func(a, b []*lint.Diagnostic) int { return cmp.Compare(worst(b), worst(a)) })
	return files
}

// fileRows are the counts of each file. A severity without findings is a dash.
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
		rows[i] = fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", MarkdownCode(file[0].Source.Path),
			orDash(severities[lint.Error]), orDash(severities[lint.Warning]),
			orDash(severities[lint.Info]), orDash(severities[lint.Style]), orDash(fixable))
	}
	return rows
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
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
			row += fmt.Sprintf(" (and %s)", text.Counted(len(lines)-1, "more line"))
		}
		rows = append(rows, row+"\n")
	}
	return rows
}

func suppressedHead(t tally) string {
	return "<details><summary>" + text.Counted(t.suppressed, "finding") + " ignored by comments</summary>\n\n" +
		"| Place | Rule | Ignored by | Reason |\n|---|---|---|---|\n"
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

// skippedRows has a row for each reason, with the first rules that it kept from running.
func skippedRows(r *lint.Result) []string {
	var rows []string
	for _, g := range skipsOf(r) {
		places := strings.Join(g.places[:min(len(g.places), placesShown)], ", ")
		if left := len(g.places) - placesShown; left > 0 {
			places += fmt.Sprintf(" and %d more", left)
		}
		rows = append(rows, "- "+cellText(upperFirst(g.reason))+": "+cellText(places)+"\n")
	}
	return rows
}

// upperFirst begins a line with a capital.
func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
