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
	problems, refused          notes
}

// notes are lines of repositories, those of the same words together.
type notes struct {
	all []*note
	at  map[string]*note
	// cut counts those that are left out.
	cut int
}

// note is what was said of some places.
type note struct {
	words  string
	places []string
	more   int
}

func (n *notes) add(words, place string) {
	of := n.at[words]
	switch {
	case of == nil && len(n.all) == shownProblems:
		n.cut++
	case of == nil:
		of = &note{words: words, places: []string{place}}
		n.all = append(n.all, of)
		if n.at == nil {
			n.at = map[string]*note{}
		}
		n.at[words] = of
	case len(of.places) == shownPlaces:
		of.more++
	default:
		of.places = append(of.places, place)
	}
}

// lines are those of a report: what most have in common first.
func (n *notes) lines() []string {
	all := slices.Clone(n.all)
	slices.SortStableFunc(all, func(a, b *note) int { return cmp.Compare(len(b.places)+b.more, len(a.places)+a.more) })
	lines := make([]string, 0, len(all)+1)
	for _, x := range all {
		line := x.words + ": " + strings.Join(x.places, ", ")
		if x.more > 0 {
			line += fmt.Sprintf(" and %d more", x.more)
		}
		lines = append(lines, line)
	}
	if n.cut > 0 {
		lines = append(lines, text.Counted(n.cut, "more line")+" in the JSON report")
	}
	return lines
}

const (
	// shownLines is how many lines a table of the Markdown report has, shownProblems how
	// many problems are named.
	shownLines    = 50
	shownProblems = 200
	// shownPlaces is of how many places a problem is told that many have.
	shownPlaces = 20
	noOwner     = "(no owner)"
)

func (r *Report) overview() (*overview, error) {
	o := &overview{rules: tally{}, repositories: tally{}, teams: tally{}, images: map[string]*countedImage{}}
	err := r.Each(func(record *Record) error {
		name := record.Repository
		switch record.State {
		case Failed:
			// The same reason has the same words, whatever it is about.
			o.problems.add("not audited, "+strings.ReplaceAll(record.Reason, name, "the repository"), name)
		case Incomplete:
			for _, p := range record.Problems {
				o.problems.add("in part, "+p.Message, strings.TrimSuffix(name+" "+p.File, " "))
			}
			if record.Reason != "" {
				o.problems.add("in part, "+record.Reason, name)
			}
		case Audited, Skipped:
		}
		for _, line := range record.Refused {
			o.refused.add(line, name)
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

// state is what an audit found, in a sentence without its end.
func (t *Totals) state() string {
	if t.Findings == 0 {
		return "no findings in " + text.Counted(t.Files, "file")
	}
	var all []string
	for _, x := range []struct {
		n    int
		what string
	}{{t.Error, "error"}, {t.Warning, "warning"}, {t.Info, "info"}, {t.Style, "style"}} {
		if x.n > 0 {
			all = append(all, text.Counted(x.n, x.what))
		}
	}
	words := strings.Join(all, ", ") + " in " + text.Counted(t.Audited+t.Incomplete, "repository")
	if t.Fixable > 0 {
		words += fmt.Sprintf("; %d with a fix", t.Fixable)
	}
	return words
}

// unowned reports whether no finding has an owner, so that owners say nothing.
func (o *overview) unowned() bool { return len(o.teams) == 1 && o.teams[noOwner] != nil }

// WriteMarkdown writes an overview: the state first, then what to do, then tables.
func (r *Report) WriteMarkdown(w io.Writer) error {
	if err := r.Count(); err != nil {
		return err
	}
	o, err := r.overview()
	if err != nil {
		return err
	}
	var b strings.Builder
	s := &r.Summary
	fmt.Fprintf(&b, "# dockmend audit of %s\n\n**%s.**", report.MarkdownCode(r.Of), capital(s.state()))
	if s.Failed > 0 {
		fmt.Fprintf(&b, " **%s not audited.**", text.Counted(s.Failed, "repository"))
	}
	if s.Incomplete > 0 {
		fmt.Fprintf(&b, " %s in part.", text.Counted(s.Incomplete, "repository"))
	}
	if s.Skipped > 0 {
		fmt.Fprintf(&b, " %d of %d left out (archived, empty, forks).", s.Skipped, s.Repositories)
	}
	if r.Since != "" {
		fmt.Fprintf(&b, " Since the audit of %s: %d new, %d gone.", r.Since, s.New, s.Gone)
	}
	fmt.Fprintf(&b, "\nAs of %s, dockmend %s.\n", r.AsOf, r.Tool.Version)
	if todo := r.todo(o); len(todo) > 0 {
		b.WriteString("\n## What to do first\n\n")
		for _, x := range todo {
			fmt.Fprintf(&b, "- %s\n", report.MarkdownText(x.Words))
		}
	}
	s.markdownFigures(&b)
	r.markdownTables(&b, o)
	for _, list := range []struct {
		title string
		lines []string
	}{{"Not looked at", o.problems.lines()}, {"Tried against the policy", o.refused.lines()}} {
		if len(list.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", list.title)
		for _, line := range list.lines {
			fmt.Fprintf(&b, "- %s\n", report.MarkdownCode(line))
		}
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// capital is a sentence that begins with a capital letter.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// markdownFigures are counts that the first sentence does not have, where there are any.
func (t *Totals) markdownFigures(b *strings.Builder) {
	var rows strings.Builder
	for _, x := range []struct {
		what string
		n    int
	}{
		{"findings of secrets", t.Secrets}, {"findings that are ignored", t.Silenced}, {"references to images", t.Images},
		{"references without a digest", t.Unpinned}, {"references to images past their support", t.Unsupported},
	} {
		if x.n > 0 {
			fmt.Fprintf(&rows, "| %s | %d |\n", x.what, x.n)
		}
	}
	if rows.Len() > 0 {
		b.WriteString("\n| | |\n|---|---:|\n" + rows.String())
	}
}

// markdownTables are by repository, rule and owner. A column that says nothing is left out.
func (r *Report) markdownTables(b *strings.Builder, o *overview) {
	for _, table := range []struct {
		title string
		of    tally
	}{{"By repository", o.repositories}, {"By rule", o.rules}, {"By owner", o.teams}} {
		isOwners := table.title == "By owner"
		lines, more := table.of.worst(shownLines)
		if len(lines) == 0 || (isOwners && o.unowned()) {
			continue
		}
		isCompared, hasRepositories := r.Since != "", table.title != "By repository" && r.Summary.Repositories > 1
		columns := []string{"", "findings"}
		if r.Summary.Error > 0 {
			columns = append(columns, "errors")
		}
		if isCompared {
			columns = append(columns, "new")
		}
		columns = append(columns, "fixable")
		if hasRepositories {
			columns = append(columns, "repositories")
		}
		fmt.Fprintf(b, "\n## %s\n\n| %s |\n|---%s|\n", table.title, strings.Join(columns, " | "), strings.Repeat("|---:", len(columns)-1))
		for _, c := range lines {
			name := report.MarkdownCode(c.name)
			switch page := pageOf(c.name); {
			case isOwners && c.name == noOwner:
				name = "nobody in CODEOWNERS"
			case table.title == "By rule" && page != "":
				name = "[" + name + "](" + page + ")"
			}
			numbers := map[string]int{"errors": c.errors, "findings": c.findings, "new": c.fresh, "fixable": c.fixable, "repositories": len(c.in)}
			fmt.Fprintf(b, "| %s |", name)
			for _, column := range columns[1:] {
				fmt.Fprintf(b, " %d |", numbers[column])
			}
			b.WriteString("\n")
		}
		if more > 0 {
			fmt.Fprintf(b, "\n%d more are in the other formats.\n", more)
		}
	}
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
