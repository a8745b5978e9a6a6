package rules

import (
	_ "embed"
	"slices"
	"strings"
)

// The codes of other linters for the files that dockmend reads, by their documentation as
// of November 2026, and what the founding document of the preset cloud-native says: a line
// each, with tabs between the values.
var (
	//go:embed data/codes.tsv
	codes string
	//go:embed data/statements.tsv
	statements string
)

// Tool is another linter and all its codes.
type Tool struct {
	Name  string
	Codes []string
	// Without are codes for which there is no rule, each with the reason.
	Without map[string]string
}

// Tools lists the linters whose codes all have a rule here, or a reason why not.
func Tools() []Tool {
	var all []Tool
	for _, row := range rows(codes) {
		name, code, why := row[0], row[1], row[2]
		if n := len(all); n == 0 || all[n-1].Name != name {
			all = append(all, Tool{Name: name, Without: map[string]string{}})
		}
		tool := &all[len(all)-1]
		tool.Codes = append(tool.Codes, code)
		if why != "" {
			tool.Without[code] = why
		}
	}
	return all
}

// Coverage says for each of the tool's codes which rules have it as an alias, in
// the order of the codes; a code without any has none.
func (t Tool) Coverage(c *Catalog) [][]string {
	byAlias := map[string][]string{}
	for _, m := range c.Metas() {
		for _, a := range m.Aliases {
			byAlias[a.Name] = append(byAlias[a.Name], m.ID)
		}
	}
	found := make([][]string, len(t.Codes))
	for i, code := range t.Codes {
		found[i] = byAlias[code]
	}
	return found
}

// Statement is what the founding document says in one place, and the rules that hold
// files against it.
type Statement struct {
	// ID is "S01" to "S30".
	ID, Text string
	Rules    []string
}

// Statements lists what the founding document says, in its order.
func Statements() []Statement {
	var all []Statement
	for _, row := range rows(statements) {
		all = append(all, Statement{ID: row[0], Text: row[1], Rules: strings.Fields(row[2])})
	}
	return all
}

// rows reads a table; each row has three values.
func rows(table string) [][]string {
	var all [][]string
	for line := range strings.Lines(table) {
		row := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		all = append(all, slices.Concat(row, make([]string, 3))[:3])
	}
	return all
}
