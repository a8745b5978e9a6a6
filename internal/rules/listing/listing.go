// Package listing has the lists of rules that the command rules prints.
package listing

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// HasWords reports whether a rule's row has each of the words, in any letter case.
func HasWords(m *lint.Meta, words []string) bool {
	row := strings.ToLower(strings.Join(
		[]string{
			m.ID, m.Target.String(), m.Severity.String(), state(m), string(m.Category), m.Title, aliasNames(m),
			strings.Join(m.Presets, " "),
		},
		" ",
	))
	return !slices.ContainsFunc(words, func(w string) bool {
		return !slices.ContainsFunc(lint.NameForms(w), func(form string) bool { return strings.Contains(row, strings.ToLower(form)) })
	})
}

// aliasNames are a rule's names in other tools.
func aliasNames(m *lint.Meta) string {
	names := make([]string, len(m.Aliases))
	for i, a := range m.Aliases {
		names[i] = a.Name
	}
	return strings.Join(names, " ")
}

func state(m *lint.Meta) string {
	switch {
	case m.Status != lint.Stable:
		return m.Status.String()
	case m.Default:
		return "on"
	}
	return "off"
}

// Text writes a row for each rule.
func Text(w io.Writer, metas []*lint.Meta) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range metas {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.Target, m.Severity, state(m), m.Category, m.Title, aliasNames(m))
	}
	return table.Flush()
}

type jsonRule struct {
	ID       string        `json:"id"`
	Target   lint.Target   `json:"target"`
	Title    string        `json:"title"`
	Category lint.Category `json:"category"`
	Severity lint.Severity `json:"severity"`
	Default  bool          `json:"default"`
	Status   lint.Status   `json:"status"`
	Since    string        `json:"since"`
	Presets  []string      `json:"presets"`
	Variants []string      `json:"variants"`
	Aliases  []string      `json:"aliases"`
	Needs    string        `json:"needs"`
	HelpURI  string        `json:"help_uri"`
}

// JSON writes an array of the rules.
func JSON(w io.Writer, metas []*lint.Meta) error {
	list := []jsonRule{}
	for _, m := range metas {
		r := jsonRule{
			m.ID, m.Target, m.Title, m.Category, m.Severity, m.Default, m.Status, m.Since, m.Presets, m.Variants, []string{},
			m.Needs.String(), m.HelpURI(),
		}
		for _, a := range m.Aliases {
			r.Aliases = append(r.Aliases, a.Name)
		}
		r.Presets, r.Variants = append([]string{}, r.Presets...), append([]string{}, r.Variants...)
		list = append(list, r)
	}
	return printJSON(w, list)
}

func printJSON[T any](w io.Writer, list []T) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}

// Markdown writes a table of the rules.
func Markdown(w io.Writer, metas []*lint.Meta) error {
	var b strings.Builder
	b.WriteString("| rule | target | severity | by default | category | what it finds |\n|---|---|---|---|---|---|\n")
	for _, m := range metas {
		fmt.Fprintf(
			&b, "| [%s](%s) | %s | %s | %s | %s | %s |\n", m.ID, m.HelpURI(), m.Target, m.Severity, state(m), m.Category,
			strings.ReplaceAll(m.Title, "|", `\|`),
		)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// covered is a rule of another tool and what covers it here: a rule, or some of
// its variants.
type covered struct {
	Tool     string   `json:"tool"`
	Code     string   `json:"code"`
	Rule     string   `json:"rule"`
	Variants []string `json:"variants,omitempty"`
}

func (c covered) String() string {
	if len(c.Variants) == 0 {
		return c.Rule
	}
	return c.Rule + " (" + strings.Join(c.Variants, ", ") + ")"
}

// Coverage writes which codes of other tools have a rule, in the format "text", "json" or
// "markdown".
func Coverage(w io.Writer, metas []*lint.Meta, format string) error {
	list := []covered{}
	for _, m := range metas {
		for _, a := range m.Aliases {
			list = append(list, covered{a.Tool(), a.Name, m.ID, a.Variants})
		}
	}
	slices.SortFunc(list, func(a, b covered) int {
		return cmp.Or(cmp.Compare(a.Tool, b.Tool), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Rule, b.Rule))
	})
	switch format {
	case "json":
		return printJSON(w, list)
	case "markdown":
		return printCoverageMarkdown(w, list)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", c.Tool, c.Code, c)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, line := range totals() {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// printCoverageMarkdown prints the totals of the tools whose codes are known, and
// a row for each code.
func printCoverageMarkdown(w io.Writer, list []covered) error {
	var b strings.Builder
	for _, line := range totals() {
		b.WriteString("- " + line + "\n")
	}
	b.WriteString("\n| tool | code | rule |\n|---|---|---|\n")
	for _, c := range list {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Tool, c.Code, c)
	}
	b.WriteString("\n| statement of the founding document | rules |\n|---|---|\n")
	for _, s := range rules.Statements() {
		fmt.Fprintf(&b, "| %s %s | %s |\n", s.ID, s.Text, strings.Join(s.Rules, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// totals says for each tool how many of its codes have a rule.
func totals() []string {
	var lines []string
	for _, tool := range rules.Tools() {
		n := 0
		for _, ids := range tool.Coverage(rules.All()) {
			n += min(len(ids), 1)
		}
		line := fmt.Sprintf("%s: %d of %d codes have a rule", tool.Name, n, len(tool.Codes))
		for _, code := range slices.Sorted(maps.Keys(tool.Without)) {
			line += fmt.Sprintf("; %s %s", code, tool.Without[code])
		}
		lines = append(lines, line)
	}
	// Statements has no statement without a rule; a test holds that.
	return append(lines, fmt.Sprintf("founding document: %d statements have rules", len(rules.Statements())))
}
