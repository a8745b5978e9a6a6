package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDependsOnNotSorted reports entries of `depends_on` that are not in
// alphabetical order, in a list and in a mapping.
//
// # Why it matters
//
// In an ordered list, an entry is easier to find, and duplicates are easier to see.
// Compose ignores the order, so the rule is off by default.
//
// # How to fix it
//
// Sort the entries:
//
//	depends_on:
//	  - cache
//	  - db
//
// # Fix safety
//
// There is no fix where the order tells readers something: where the services are declared
// in the same order, or where an entry depends on one above it.
//
// # Exceptions
//
// It does not report entries whose comments cannot be assigned to one entry each.
var ComposeDependsOnNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-depends-on-not-sorted",
		Title:    "Dependencies are not in alphabetical order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:service-dependencies-alphabetical-order"),
	},
	Check: checkComposeDependsOnNotSorted,
}

func checkComposeDependsOnNotSorted(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		n := s.Get("depends_on")
		if n == nil || seen[n] || n.Kind == yaml.Scalar {
			continue
		}
		seen[n] = true
		var names []*yaml.Node
		for _, pair := range n.Pairs {
			names = append(names, pair.Key)
		}
		names = append(names, n.Items...)
		order := sortedOrder(len(names), func(a, b int) int { return strings.Compare(names[a].Value, names[b].Value) })
		fixes, ok := reordered(p.Doc, n, order)
		if !ok {
			continue
		}
		if showsStart(p.Doc, names) {
			fixes = nil
		}
		at := firstMisplaced(order)
		p.Report(lint.Finding{
			Span:    names[at].Span,
			Message: fmt.Sprintf("the dependencies are not in alphabetical order; move %[2]q before %[1]q", shortText(names[at].Value), shortText(names[order[at]].Value)),
			Fixes:   fixes,
		})
	}
}

// showsStart reports whether the order of dependencies is that in which the file declares
// the services, or in which they start: one of them depends on one before it.
func showsStart(d *facts.Compose, names []*yaml.Node) bool {
	declared := map[string]int{}
	dependsOn := map[string][]string{}
	for i, s := range d.All() {
		declared[s.Name] = i
		if on := s.Get("depends_on"); on != nil {
			for _, pair := range on.Pairs {
				dependsOn[s.Name] = append(dependsOn[s.Name], pair.Key.Value)
			}
			for _, item := range on.Items {
				dependsOn[s.Name] = append(dependsOn[s.Name], item.Value)
			}
		}
	}
	var before []string
	asDeclared := true
	last := -1
	for _, n := range names {
		at, ok := declared[n.Value]
		asDeclared = asDeclared && ok && at > last
		last = at
		if slices.ContainsFunc(dependsOn[n.Value], func(on string) bool { return slices.Contains(before, on) }) {
			return true
		}
		before = append(before, n.Value)
	}
	return asDeclared
}
