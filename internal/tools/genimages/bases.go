package main

import (
	"cmp"
	"slices"
	"strings"
)

// baseColumns are the columns of bases.tsv that rules ask, in the order in which the
// code numbers them.
func baseColumns() []string {
	return []string{
		"system", "user", "entrypoint", "command", "shell", "own_shell", "programs", "lacks", "environment", "workdir", "signal", "ports",
		"volumes", "data", "writes",
	}
}

// splitBases parts the rows of one repository each from those of several, each sorted by
// repository and then from the general to the specific.
func splitBases(rows []row) (own, shared []row) {
	for _, r := range rows {
		if repository, _, _ := strings.Cut(r["pattern"], ":"); strings.Contains(repository, "*") {
			shared = append(shared, r)
		} else {
			own = append(own, r)
		}
	}
	slices.SortStableFunc(own, func(a, b row) int {
		left, leftTag, _ := strings.Cut(a["pattern"], ":")
		right, rightTag, _ := strings.Cut(b["pattern"], ":")
		return cmp.Or(cmp.Compare(left, right), cmp.Compare(literals(leftTag), literals(rightTag)), cmp.Compare(leftTag, rightTag))
	})
	slices.SortStableFunc(shared, func(a, b row) int {
		return cmp.Or(cmp.Compare(literals(a["pattern"]), literals(b["pattern"])), cmp.Compare(a["pattern"], b["pattern"]))
	})
	return own, shared
}

// literals is how much of a pattern is not a wild card.
func literals(pattern string) int {
	return len(strings.NewReplacer("*", "", "[0-9]", "").Replace(pattern))
}

func writeBases(p func(format string, args ...any), name string, rows []row) {
	p("\nvar %s = []baseRow{", name)
	for _, r := range rows {
		cells := make([]any, 0, len(baseColumns()))
		for _, c := range baseColumns() {
			cells = append(cells, r[c])
		}
		p("{%q, [columns]string{"+strings.Repeat("%q, ", len(cells)-1)+"%q}},", append([]any{r["pattern"]}, cells...)...)
	}
	p("}")
}
