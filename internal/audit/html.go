package audit

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// maxPageRows bounds the rows of a table of a page, maxNames what is named in one.
	maxPageRows = 2_000
	maxNames    = 200
	// mostTodo is how many images and rules are named in what to do.
	mostTodo = 3
)

// WriteHTML writes the report as one file for a browser.
func (r *Report) WriteHTML(w io.Writer) error {
	if err := r.Count(); err != nil {
		return err
	}
	o, err := r.overview()
	if err != nil {
		return err
	}
	s := &r.Summary
	page := &report.Page{
		Title: "dockmend audit of " + r.Of, AsOf: r.AsOf, Version: r.Tool.Version, Figures: r.figures(), Trend: r.trend(),
		Elsewhere: "The JSON report (-o json=FILE) and the CSV report (-o csv=FILE) have all.",
		Lists: []report.PageList{
			{Title: "Not looked at", Lines: o.problems.lines()}, {Title: "Tried against the policy", Lines: o.refused.lines()},
		},
	}
	if s.Repositories > 1 {
		page.Lead = append(page.Lead, fmt.Sprintf(
			"As of %s: %d of %d repositories were looked at, %d in part, %d failed, %d were left out (archived, empty, forks).",
			r.AsOf, s.Audited+s.Incomplete, s.Repositories, s.Incomplete, s.Failed, s.Skipped,
		))
	} else {
		page.Lead = append(page.Lead, fmt.Sprintf("As of %s: %s looked at.", r.AsOf, text.Counted(s.Files, "file")))
	}
	if r.Since != "" {
		page.Lead = append(page.Lead, fmt.Sprintf("Since the audit of %s: %d new, %d gone.", r.Since, s.New, s.Gone))
	}
	if s.Silenced > 0 {
		page.Lead = append(page.Lead, text.Counted(s.Silenced, "finding")+" ignored by comments or a baseline.")
	}
	page.Todo = r.todo(o)
	page.Tables = o.tables(s.Repositories > 1)
	page.Findings = r.pageFindings
	return page.Write(w)
}

func (r *Report) figures() []report.Figure {
	s, past := &r.Summary, &Totals{}
	compared := len(r.History) > 0
	if compared {
		past = &r.History[len(r.History)-1].Totals
	}
	all := []report.Figure{
		{Label: "Repositories", Value: s.Repositories, Change: s.Repositories - past.Repositories},
		{Label: "Error", Value: s.Error, Change: s.Error - past.Error, Level: "error", By: report.By{Key: "severity", Is: "error"}},
		{Label: "Warning", Value: s.Warning, Change: s.Warning - past.Warning, Level: "warning", By: report.By{Key: "severity", Is: "warning"}},
		{Label: "Info", Value: s.Info, Change: s.Info - past.Info, Level: "info", By: report.By{Key: "severity", Is: "info"}},
		{Label: "Style", Value: s.Style, Change: s.Style - past.Style, Level: "style", By: report.By{Key: "severity", Is: "style"}},
		{Label: "With a fix", Value: s.Fixable, Change: s.Fixable - past.Fixable, By: report.By{Key: "fix", Is: "yes"}},
		{Label: "Secrets", Value: s.Secrets, Change: s.Secrets - past.Secrets},
		{Label: "Images past support", Value: s.Unsupported, Change: s.Unsupported - past.Unsupported},
		{Label: "Images without digest", Value: s.Unpinned, Change: s.Unpinned - past.Unpinned},
		{Label: "References to images", Value: s.Images, Change: s.Images - past.Images},
	}
	for i := range all {
		all[i].Compared = compared
	}
	return all
}

// trend has the audits before and this one.
func (r *Report) trend() []report.TrendPoint {
	if len(r.History) == 0 {
		return nil
	}
	var all []report.TrendPoint
	for _, past := range append(slices.Clone(r.History), Past{r.AsOf, r.Summary}) {
		s := &past.Totals
		all = append(all, report.TrendPoint{
			Day: past.AsOf, Error: s.Error, Warning: s.Warning, Info: s.Info, Style: s.Style, Fixable: s.Fixable, New: s.New, Gone: s.Gone,
			Past: s.Unsupported, Unpinned: s.Unpinned,
		})
	}
	return all
}

// todo says what to begin with: what strangers can use, what gets no fixes any more, and
// what needs no work.
func (r *Report) todo(o *overview) []report.Todo {
	var all []report.Todo
	s := &r.Summary
	in := func(n int) string {
		if s.Repositories == 1 {
			return ""
		}
		return fmt.Sprintf(" in %s", text.Counted(n, "repository"))
	}
	byRule, _ := o.rules.worst(len(o.rules))
	secrets := slices.DeleteFunc(slices.Clone(byRule), func(c *counted) bool { return !rules.FindsSecret(c.name) })
	for _, c := range secrets[:min(len(secrets), mostTodo)] {
		all = append(all, report.Todo{
			Words: fmt.Sprintf("Revoke and move secrets: %s of %s%s.", text.Counted(c.findings, "finding"), c.name, in(len(c.in))),
			By:    report.By{Key: "rule", Is: c.name},
		})
	}
	errors := slices.DeleteFunc(slices.Clone(byRule), func(c *counted) bool { return c.errors == 0 || rules.FindsSecret(c.name) })
	for _, c := range errors[:min(len(errors), mostTodo)] {
		all = append(all, report.Todo{
			Words: fmt.Sprintf("Look at %s of %s%s.", text.Counted(c.errors, "error"), c.name, in(len(c.in))),
			By:    report.By{Key: "rule", Is: c.name},
		})
	}
	images := slices.DeleteFunc(o.imageLines(), func(c *countedImage) bool { return !c.ended })
	for _, c := range images[:min(len(images), mostTodo)] {
		words := fmt.Sprintf("Move from %s, which reached end of support on %s: %s%s.", c.name, c.end, text.Counted(c.references, "reference"), in(len(c.in)))
		all = append(all, report.Todo{Words: words})
	}
	if s.Fixable > 0 {
		words := fmt.Sprintf("Apply fixes with dockmend fix, or by pull requests: there are some for %d of %s.", s.Fixable, text.Counted(s.Findings, "finding"))
		all = append(all, report.Todo{Words: words, By: report.By{Key: "fix", Is: "yes"}})
	}
	if s.Failed+s.Incomplete > 0 {
		n := text.Counted(s.Failed+s.Incomplete, "repository")
		all = append(all, report.Todo{Words: fmt.Sprintf("Find out why %s could not be looked at, or not all of it; see the end of the page.", n)})
	}
	return all
}

// tables are those of a page. One repository has no table of repositories.
func (o *overview) tables(many bool) []report.Table {
	var all []report.Table
	columns := []string{"Findings", "Errors", "New", "Fixable"}
	for _, x := range []struct {
		id, title, words, by string
		of                   tally
	}{
		{"team", "By team", "Owners come from CODEOWNERS. A finding of several owners is counted for each.", "team", o.teams},
		{"repository", "By repository", "", "repository", o.repositories},
		{"rule", "By rule", "", "rule", o.rules},
	} {
		isAlone := x.id == "repository" && !many
		isUnowned := x.id == "team" && o.unowned()
		if isAlone || isUnowned {
			continue
		}
		table := report.Table{ID: x.id, Title: x.title, Words: x.words, Columns: columns}
		if many && x.id != "repository" {
			table.Columns = append(slices.Clone(columns), "Repositories")
		}
		lines, more := x.of.worst(maxPageRows)
		table.More = more
		for _, c := range lines {
			row := report.TableRow{Name: c.name, Page: c.page, By: report.By{Key: x.by, Is: c.name}}
			if x.id == "rule" {
				row.Page = pageOf(c.name)
			}
			for _, n := range []int{c.findings, c.errors, c.fresh, c.fixable, len(c.in)}[:len(table.Columns)] {
				row.Numbers = append(row.Numbers, strconv.Itoa(n))
			}
			table.Rows = append(table.Rows, row)
		}
		all = append(all, table)
	}
	return append(all, o.imageTable(many))
}

func (o *overview) imageTable(many bool) report.Table {
	table := report.Table{
		ID: "image", Title: "By image", Columns: []string{"References", "Without digest", "End of support"},
		Words: "Images that Dockerfiles, Compose files and manifests name, past their support first.",
	}
	if many {
		table.Columns = append(table.Columns, "Repositories")
	}
	lines := o.imageLines()
	table.More = max(len(lines)-maxPageRows, 0)
	for _, c := range lines[:len(lines)-table.More] {
		end := c.end
		if c.ended {
			end += " (over)"
		}
		row := report.TableRow{Name: c.name, Numbers: []string{strconv.Itoa(c.references), strconv.Itoa(c.unpinned), cmp.Or(end, "not known")}}
		if many {
			row.Numbers = append(row.Numbers, strconv.Itoa(len(c.in)))
			row.Names = slices.Sorted(maps.Keys(c.in))
			row.More = max(len(row.Names)-maxNames, 0)
			row.Names = row.Names[:len(row.Names)-row.More]
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// countedImage is a line of the table of images.
type countedImage struct {
	name, end            string
	ended                bool
	references, unpinned int
	in                   map[string]bool
}

func (o *overview) addImage(i *Image, repository string) {
	name := i.Name()
	c := o.images[name]
	if c == nil {
		c = &countedImage{name: name, in: map[string]bool{}}
		o.images[name] = c
	}
	c.references++
	c.in[repository] = true
	if i.Digest == "" {
		c.unpinned++
	}
	if i.EndOfSupport != "" && (c.end == "" || i.EndOfSupport < c.end) {
		c.end = i.EndOfSupport
	}
	c.ended = c.ended || i.Ended
}

// imageLines are the images: those past their support first, then by use.
func (o *overview) imageLines() []*countedImage {
	var lines []*countedImage
	for _, c := range o.images {
		lines = append(lines, c)
	}
	rank := func(c *countedImage) int { return map[bool]int{true: 0, false: 1}[c.ended] }
	slices.SortFunc(lines, func(a, b *countedImage) int {
		byUse := cmp.Or(cmp.Compare(len(b.in), len(a.in)), cmp.Compare(b.references, a.references))
		return cmp.Or(cmp.Compare(rank(a), rank(b)), byUse, cmp.Compare(a.name, b.name))
	})
	return lines
}

// pageFindings gives the findings to a page, with links and ages.
func (r *Report) pageFindings(yield func(*report.PageFinding) error) error {
	harms, pages := map[string]int{}, map[string]string{}
	one := r.Summary.Repositories == 1
	return r.Each(func(record *Record) error {
		for i := range record.Findings {
			f := &record.Findings[i]
			key := f.Rule + " " + f.Severity.String()
			if _, ok := harms[key]; !ok {
				harms[key] = report.Harm(&lint.Meta{ID: f.Rule, Category: lint.Category(f.Category)}, f.Severity, rules.Weakness)
				pages[f.Rule] = pageOf(f.Rule)
			}
			x := &report.PageFinding{
				Severity: f.Severity.String(), Rule: f.Rule, RulePage: pages[f.Rule], Repository: record.Repository, Message: f.Message,
				Rank:   harms[key],
				Places: []report.PagePlace{{Text: fmt.Sprintf("%s:%d", f.File, f.Line), Link: record.line(f.File, f.Line)}},
				Owners: f.Owners, Age: age(f.Since, r.AsOf), New: f.New, Because: f.Because, Diff: f.Fix, Fixable: f.Fixable,
			}
			if one {
				x.Repository = ""
			}
			if err := yield(x); err != nil {
				return err
			}
		}
		return nil
	})
}

// line is the address of a line of a file as it was looked at; empty where there is none.
func (r *Record) line(file string, line int) string {
	if !strings.HasPrefix(r.URL, "https://") || r.Commit == "" {
		return ""
	}
	u := url.URL{Path: "/" + file}
	return fmt.Sprintf("%s/blob/%s%s#L%d", strings.TrimSuffix(r.URL, "/"), url.PathEscape(r.Commit), u.EscapedPath(), line)
}

// age says since when a finding is there, as of a day.
func age(since, today string) string {
	from, err := time.Parse(time.DateOnly, since)
	if err != nil {
		return ""
	}
	to, err := time.Parse(time.DateOnly, today)
	if err != nil || to.Before(from) {
		return ""
	}
	const hours = 24
	return fmt.Sprintf("there since %s (%s)", since, text.Counted(int(to.Sub(from).Hours())/hours, "day"))
}
