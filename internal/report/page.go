package report

import (
	"bytes"
	"cmp"
	"container/heap"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/text"
)

//go:embed page.html.tmpl
var pageTemplate string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

const (
	// maxPage bounds a page in bytes, maxTables what stands above the list of findings.
	maxPage   = 15 << 20
	maxTables = 3 << 20
	// worstShown is how many findings a page has that cannot have all.
	worstShown = 10_000
	// openFindings is how many findings are drawn before the others are asked for: a
	// browser that draws all of them opens the page late.
	openFindings = 500
	// shownRows is how many rows of a table are seen before it is opened.
	shownRows = 15
	// maxShown bounds a text that comes from files, in bytes.
	maxShown = 2 << 10
)

// Page is a report on one or many repositories as one file of HTML: nothing is loaded, and
// all texts are escaped when it is written.
type Page struct {
	// Title is the heading, Lead are sentences below it.
	Title string
	Lead  []string
	// AsOf is the day of the report.
	AsOf    string
	Figures []Figure
	Todo    []Todo
	// Trend has the audits, the oldest first. Fewer than two are no trend.
	Trend  []TrendPoint
	Tables []Table
	// Findings gives all findings, in an order of which the severest come first in the page.
	Findings func(yield func(*PageFinding) error) error
	Lists    []PageList
	// Elsewhere says where all findings are if the page cannot have them.
	Elsewhere string
	Version   string
}

// Figure is a number of the state.
type Figure struct {
	Label string
	Value int
	// Change is the difference from the audit before, if Compared.
	Change   int
	Compared bool
	// Level is the name of a severity or empty.
	Level string
	By
}

// By is a filter of the list: findings whose field Key ("severity", "rule", "team",
// "repository", "fix", "new") is Is. The zero value is none.
type By struct{ Key, Is string }

// Todo is something to do: a sentence, and the findings that it is about.
type Todo struct {
	Words string
	By
}

// TrendPoint is an audit in a trend.
type TrendPoint struct {
	Day                                                             string
	Error, Warning, Info, Style, Fixable, New, Gone, Past, Unpinned int
}

// Table counts findings by something.
type Table struct {
	ID, Title, Words string
	// Columns name the numbers.
	Columns []string
	Rows    []TableRow
	// More is how many rows are not in Rows.
	More int
}

// TableRow is a row of a table.
type TableRow struct {
	Name, Page string
	By
	Numbers []string
	// Names are what belongs to the row, such as repositories; More others are not named.
	Names []string
	More  int
}

// PageFinding is a finding in a page.
type PageFinding struct {
	Severity, Rule, RulePage, Repository, Message string
	// Rank orders findings of one severity: the lower, the worse.
	Rank   int
	Places []PagePlace
	Owners []string
	// Age says since when it is there; empty where that is not known.
	Age string
	New bool
	// Because says why it is new.
	Because string
	// Source is the text around it. Diff is its fix, Fixes words about fixes.
	Source, Diff string
	Fixes        []string
	Fixable      bool
}

// PagePlace is a place of a finding. Link is its address or empty.
type PagePlace struct{ Text, Link string }

// PageList is a list of lines.
type PageList struct {
	Title string
	Lines []string
}

// bounded is Terminal for a text that may have any length.
func bounded(s string) string {
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + " ..."
	}
	return Terminal(s)
}

// diffLine is a line of a diff with its kind: "add", "del", "at" or nothing.
type diffLine struct{ Kind, Text string }

func diffLines(diff string) []diffLine {
	var lines []diffLine
	for line := range strings.Lines(diff) {
		x := diffLine{Text: inertLine(strings.TrimRight(line, "\r\n"))}
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "@@"):
			x.Kind = "at"
		case strings.HasPrefix(line, "+"):
			x.Kind = "add"
		case strings.HasPrefix(line, "-"):
			x.Kind = "del"
		}
		lines = append(lines, x)
	}
	return lines
}

// templates parses the template, once: writing many small pages is a usual test.
var templates = sync.OnceValues(func() (*template.Template, error) { //nolint:gochecknoglobals // it does not change
	return template.New("page").Funcs(template.FuncMap{
		"link":   func(url string) bool { return strings.HasPrefix(url, "https://") && len(url) <= maxShown },
		"source": func(s string) string { return strings.Join(terminalLines(s), "\n") },
		"show":   bounded, "lines": diffLines, "join": func(all []string) string { return strings.Join(all, " ") },
		"first": func(rows []TableRow) []TableRow { return rows[:min(len(rows), shownRows)] },
		"rest":  func(rows []TableRow) []TableRow { return rows[min(len(rows), shownRows):] },
		"signed": func(n int) string {
			if n == 0 {
				return "as before"
			}
			return fmt.Sprintf("%+d", n)
		},
		"count": text.Counted,
	}).Parse(pageTemplate)
})

// hashOf is the source of a Content-Security-Policy that allows a text alone
// (w3.org/TR/CSP3/#grammardef-hash-source).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageHead is what the template of the head is given.
type pageHead struct {
	*Page
	Policy string
	Style  template.CSS
	Chart  *chart
	// All are the findings, Shown those in the page, Diffs those of them whose fix is
	// left out.
	All, Shown, Diffs int
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	t, err := templates()
	if err != nil {
		return fmt.Errorf("read the template of pages: %w", err)
	}
	list := &worstList{budget: maxPage - maxTables - len(pageStyle) - len(pageScript), most: worstShown}
	if err := list.fill(t, p.Findings); err != nil {
		return err
	}
	items, diffs := list.items()
	head := pageHead{Page: p, Style: template.CSS(pageStyle), Chart: chartOf(p.Trend), All: list.all, Shown: len(items), Diffs: diffs} //nolint:gosec // our own file
	head.Policy = fmt.Sprintf(
		"default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hashOf(pageStyle), hashOf(pageScript),
	)
	var b bytes.Buffer
	if err := p.cut(t, &b); err != nil {
		return err
	}
	if err := t.ExecuteTemplate(&b, "head", head); err != nil {
		return fmt.Errorf("make html report: %w", err)
	}
	if err := write(w, "html", b.Bytes()); err != nil {
		return err
	}
	for i, item := range items {
		if i == openFindings {
			b.Reset()
			if err := t.ExecuteTemplate(&b, "more", len(items)-i); err != nil {
				return fmt.Errorf("make html report: %w", err)
			}
			item = append(b.Bytes(), item...)
		}
		if err := write(w, "html", item); err != nil {
			return err
		}
	}
	b.Reset()
	foot := struct {
		*Page
		Script template.JS
		Closes bool
	}{p, template.JS(pageScript), len(items) > openFindings} //nolint:gosec // our own file
	if err := t.ExecuteTemplate(&b, "foot", foot); err != nil {
		return fmt.Errorf("make html report: %w", err)
	}
	return write(w, "html", b.Bytes())
}

// cut takes from tables and lists the rows that the page has no room for.
func (p *Page) cut(t *template.Template, b *bytes.Buffer) error {
	fits := func(name string, data any, left *int) (bool, error) {
		b.Reset()
		if err := t.ExecuteTemplate(b, name, data); err != nil {
			return false, fmt.Errorf("make html report: %w", err)
		}
		*left -= b.Len()
		return *left >= 0, nil
	}
	defer b.Reset()
	for i := range p.Tables {
		table := &p.Tables[i]
		left := maxTables / (len(p.Tables) + 1)
		for n := range table.Rows {
			if ok, err := fits("row", &table.Rows[n], &left); err != nil {
				return err
			} else if !ok {
				table.More += len(table.Rows) - n
				table.Rows = table.Rows[:n]
				break
			}
		}
	}
	left := maxTables / (len(p.Tables) + 1) / 2 // the rest is for the title and what to do
	for i := range p.Lists {
		list := &p.Lists[i]
		for n, line := range list.Lines {
			if ok, err := fits("line", line, &left); err != nil {
				return err
			} else if !ok {
				list.Lines = append(list.Lines[:n:n], text.Counted(len(list.Lines)-n, "more line"))
				break
			}
		}
	}
	return nil
}

// item is a finding of the list: its key, and its HTML before, of and after the diff.
type item struct {
	severity, rank, number int
	head, diff, tail       []byte
}

// compare is negative where a is worse.
func (a *item) compare(b *item) int {
	return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.rank, b.rank), cmp.Compare(a.number, b.number))
}

// worstList keeps the worst findings that a number of bytes has room for: all, or the worst
// so many. Diffs are the first that are left out, those of the mildest first.
type worstList struct {
	budget, most int
	all          int
	kept         milder
	size, diffs  int
	// bar is the worst of those that were left out.
	bar *item
}

func (l *worstList) fill(t *template.Template, findings func(yield func(*PageFinding) error) error) error {
	var b bytes.Buffer
	part := func(name string, f *PageFinding) ([]byte, error) {
		b.Reset()
		if err := t.ExecuteTemplate(&b, name, f); err != nil {
			return nil, fmt.Errorf("make html report: %w", err)
		}
		return bytes.Clone(b.Bytes()), nil
	}
	return findings(func(f *PageFinding) (err error) {
		l.all++
		x := &item{severity: levels(f.Severity), rank: f.Rank, number: l.all}
		if l.bar != nil && x.compare(l.bar) > 0 {
			return nil
		}
		if x.head, err = part("finding", f); err != nil {
			return err
		}
		if f.Diff != "" {
			if x.diff, err = part("diff", f); err != nil {
				return err
			}
		}
		x.tail = []byte("</article>\n")
		heap.Push(&l.kept, x)
		l.size += len(x.head) + len(x.tail)
		l.diffs += len(x.diff)
		for len(l.kept) > 0 && (l.size > l.budget || (l.size+l.diffs > l.budget && len(l.kept) > l.most)) {
			l.bar, _ = heap.Pop(&l.kept).(*item)
			l.size -= len(l.bar.head) + len(l.bar.tail)
			l.diffs -= len(l.bar.diff)
		}
		return nil
	})
}

// items are the findings of the page, the worst first. If not all are among them, they are
// at most the number of worstShown.
func (l *worstList) items() (items [][]byte, left int) {
	worst := slices.SortedFunc(slices.Values(l.kept), (*item).compare)
	if len(worst) < l.all {
		worst = worst[:min(len(worst), l.most)]
	}
	room := l.budget
	for _, x := range worst {
		room -= len(x.head) + len(x.tail)
	}
	for _, x := range worst {
		whole := x.head
		switch {
		case len(x.diff) <= room:
			room -= len(x.diff)
			whole = append(whole, x.diff...)
		default:
			left++
		}
		items = append(items, append(whole, x.tail...))
	}
	return items, left
}

func levels(severity string) int {
	return slices.Index([]string{"style", "info", "warning", "error"}, severity)
}

// milder is a heap with the mildest finding at its top.
type milder []*item

func (h milder) Len() int           { return len(h) }
func (h milder) Less(i, j int) bool { return h[i].compare(h[j]) > 0 }
func (h milder) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *milder) Push(x any) {
	if it, ok := x.(*item); ok {
		*h = append(*h, it)
	}
}

func (h *milder) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
