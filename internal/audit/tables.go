package audit

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/text"
)

// cell keeps a spreadsheet from taking a text for a formula
// (owasp.org/www-community/attacks/CSV_Injection), and a terminal from acting on it.
func cell(text string) string {
	text = report.Terminal(text)
	if text != "" && strings.ContainsAny(text[:1], "=+-@") {
		return "'" + text
	}
	return text
}

// WriteCSV writes a line for each finding.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	header := []string{
		"repository", "commit", "rule", "variant", "category", "severity", "file", "line", "message", "owners", "fixable", "since", "new", "fingerprint",
	}
	if err := out.Write(header); err != nil {
		return err
	}
	err := r.Each(func(record *Record) error {
		for i := range record.Findings {
			f := &record.Findings[i]
			err := out.Write([]string{
				cell(record.Repository), record.Commit, f.Rule, cell(f.Variant), f.Category, f.Severity.String(), cell(f.File), strconv.Itoa(f.Line),
				cell(f.Message), cell(strings.Join(f.Owners, " ")), strconv.FormatBool(f.Fixable), f.Since, strconv.FormatBool(f.New), f.Fingerprint,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// counted is a line of a table: of a rule, a repository, a team, an image.
type counted struct {
	name, page string
	severity   lint.Severity
	findings   int
	errors     int
	fixable    int
	fresh      int
	// in are the repositories, by name.
	in map[string]bool
}

func (c *counted) add(f *Finding, repository string) {
	c.findings++
	c.severity = max(c.severity, f.Severity)
	if f.Severity == lint.Error {
		c.errors++
	}
	if f.Fixable {
		c.fixable++
	}
	if f.New {
		c.fresh++
	}
	c.in[repository] = true
}

// tally counts by name.
type tally map[string]*counted

func (t tally) at(name string) *counted {
	if t[name] == nil {
		t[name] = &counted{name: name, in: map[string]bool{}}
	}
	return t[name]
}

// worst are the lines, the worst first, at most so many.
func (t tally) worst(most int) (lines []*counted, more int) {
	for _, c := range t {
		lines = append(lines, c)
	}
	slices.SortFunc(lines, func(a, b *counted) int {
		return cmp.Or(cmp.Compare(b.errors, a.errors), cmp.Compare(b.findings, a.findings), cmp.Compare(a.name, b.name))
	})
	more = max(len(lines)-most, 0)
	return lines[:len(lines)-more], more
}

// overview is what tables are made of. Of what there is without bound, it keeps counts.
type overview struct {
	rules, repositories, teams tally
	images                     map[string]*countedImage
	problems, refused          []string
	cut                        int
}

const (
	// shownLines is how many lines a table of the Markdown report has, shownProblems how
	// many problems are named.
	shownLines    = 50
	shownProblems = 200
	noOwner       = "(no owner)"
)

func (r *Report) overview() (*overview, error) {
	o := &overview{rules: tally{}, repositories: tally{}, teams: tally{}, images: map[string]*countedImage{}}
	note := func(to *[]string, line string) {
		if len(*to) == shownProblems {
			o.cut++
			return
		}
		*to = append(*to, line)
	}
	err := r.Each(func(record *Record) error {
		name := record.Repository
		switch record.State {
		case Failed:
			note(&o.problems, fmt.Sprintf("%s was not audited: %s", name, record.Reason))
		case Incomplete:
			for _, p := range record.Problems {
				parts := slices.DeleteFunc([]string{name, p.File, p.Message}, func(s string) bool { return s == "" })
				note(&o.problems, strings.Join(parts, ": "))
			}
			if record.Reason != "" {
				note(&o.problems, name+": "+record.Reason)
			}
		case Audited, Skipped:
		}
		for _, line := range record.Refused {
			note(&o.refused, name+": "+line)
		}
		for i := range record.Images {
			o.addImage(&record.Images[i], name)
		}
		for i := range record.Findings {
			f := &record.Findings[i]
			o.rules.at(f.Rule).add(f, name)
			at := o.repositories.at(name)
			at.add(f, name)
			at.page = record.URL
			owners := f.Owners
			if len(owners) == 0 {
				owners = []string{noOwner}
			}
			for _, owner := range owners {
				o.teams.at(owner).add(f, name)
			}
		}
		return nil
	})
	return o, err
}

// pageOf is a rule's page; empty for one that this version does not know.
func pageOf(rule string) string {
	if found := rules.All().Find(rule); len(found) == 1 {
		return found[0].HelpURI()
	}
	return ""
}

// WriteMarkdown writes an overview.
func (r *Report) WriteMarkdown(w io.Writer) error {
	if err := r.Count(); err != nil {
		return err
	}
	o, err := r.overview()
	if err != nil {
		return err
	}
	var b strings.Builder
	s := r.Summary
	fmt.Fprintf(&b, "# dockmend audit of %s\n\nAs of %s, dockmend %s", report.MarkdownCode(r.Of), r.AsOf, r.Tool.Version)
	if r.Since != "" {
		fmt.Fprintf(&b, ", compared with %s: %d new, %d gone", r.Since, s.New, s.Gone)
	}
	fmt.Fprintf(
		&b, ".\n\n| | |\n|---|---:|\n| Repositories | %d |\n| audited | %d |\n| in part | %d |\n| failed | %d |\n| left out (archived, empty, forks) | %d |\n",
		s.Repositories, s.Audited, s.Incomplete, s.Failed, s.Skipped,
	)
	for _, x := range []struct {
		what string
		n    int
	}{
		{"Findings", s.Findings}, {"error", s.Error}, {"warning", s.Warning}, {"info", s.Info}, {"style", s.Style}, {"with a fix", s.Fixable},
		{"of secrets", s.Secrets}, {"ignored", s.Silenced}, {"References to images", s.Images}, {"without a digest", s.Unpinned},
		{"past their support", s.Unsupported},
	} {
		fmt.Fprintf(&b, "| %s | %d |\n", x.what, x.n)
	}
	for _, table := range []struct {
		title string
		of    tally
	}{{"By repository", o.repositories}, {"By rule", o.rules}, {"By owner", o.teams}} {
		lines, more := table.of.worst(shownLines)
		if len(lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| | errors | findings | new | fixable | repositories |\n|---|---:|---:|---:|---:|---:|\n", table.title)
		for _, c := range lines {
			name := report.MarkdownCode(c.name)
			if page := pageOf(c.name); table.title == "By rule" && page != "" {
				name = "[" + name + "](" + page + ")"
			}
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", name, c.errors, c.findings, c.fresh, c.fixable, len(c.in))
		}
		if more > 0 {
			fmt.Fprintf(&b, "\n%d more are in the other formats.\n", more)
		}
	}
	for _, list := range []struct {
		title string
		lines []string
	}{{"Not looked at", o.problems}, {"Tried against the policy", o.refused}} {
		if len(list.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", list.title)
		for _, line := range list.lines {
			fmt.Fprintf(&b, "- %s\n", report.MarkdownCode(line))
		}
	}
	if o.cut > 0 {
		fmt.Fprintf(&b, "\n%d more lines are in the JSON report.\n", o.cut)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// WriteBadge writes an SVG of two fields: the worst severity that there is, with its count.
func (r *Report) WriteBadge(w io.Writer) error {
	if err := r.Count(); err != nil {
		return err
	}
	words, color := "no findings", "#2e7d32"
	switch s := r.Summary; {
	case s.Error > 0:
		words, color = text.Counted(s.Error, "error"), "#b3261e"
	case s.Warning > 0:
		words, color = text.Counted(s.Warning, "warning"), "#8a5a00"
	case s.Findings > 0:
		words, color = text.Counted(s.Findings, "finding"), "#1f5fa8"
	}
	const left, letter, pad = 70, 7, 10
	right := len(words)*letter + pad
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="dockmend: %[2]s">`+
		`<title>dockmend: %[2]s</title><rect width="%[3]d" height="20" fill="#444"/><rect x="%[3]d" width="%[4]d" height="20" fill="%[5]s"/>`+
		`<g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11" text-anchor="middle"><text x="%[6]d" y="14">dockmend</text>`+
		`<text x="%[7]d" y="14">%[2]s</text></g></svg>`+"\n",
		left+right, words, left, right, color, left/2, left+right/2)
	return err
}
