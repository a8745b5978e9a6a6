package report

import (
	"cmp"
	"slices"

	"github.com/dockmend/dockmend/internal/lint"
)

// harms are what findings of one severity lead to, the worst first. Reports for people
// list entries in this order; how many places an entry has does not count.
const (
	secretIsOut = iota
	strangersGetIn
	buildOrStartFails
	strangersDecide
	noMoreFixes
	otherExposure
	misbehaves
	differsNextTime
	leftOver
	wastes
	untidy
)

// harmOfWeakness is the harm of a rule's entry in the Common Weakness Enumeration.
func harmOfWeakness(number int) (harm int, ok bool) {
	switch number {
	case 259, 522, 538, 798: // passwords and keys that others can read
		return secretIsOut, true
	case 306, 489, 653, 668, 693, 1327: // no login, no border, open to the network
		return strangersGetIn, true
	case 295, 319, 347, 494, 829: // what is downloaded is not verified
		return strangersDecide, true
	case 1104:
		return noMoreFixes, true
	}
	return 0, false
}

// harmOf is what a finding leads to.
func harmOf(d *lint.Diagnostic, weakness func(string) int) int {
	if weakness != nil {
		if harm, ok := harmOfWeakness(weakness(d.Rule.ID)); ok {
			return harm
		}
	}
	switch d.Rule.Category {
	case lint.Security:
		return otherExposure
	case lint.Correctness:
		if d.Severity == lint.Error {
			return buildOrStartFails
		}
		return misbehaves
	case lint.Runtime:
		return misbehaves
	case lint.Reproducibility, lint.Python:
		return differsNextTime
	case lint.Deprecated:
		return leftOver
	case lint.Speed, lint.Size:
		return wastes
	case lint.StyleIssue:
		return untidy
	}
	return untidy
}

// worstFirst are the entries, by severity and then by harm; what is equally bad keeps its
// order.
func worstFirst(r *lint.Result, each bool, weakness func(string) int) []lint.Group {
	groups := entries(r, each)
	slices.SortStableFunc(groups, func(a, b lint.Group) int {
		return cmp.Or(cmp.Compare(b[0].Severity, a[0].Severity), cmp.Compare(harmOf(a[0], weakness), harmOf(b[0], weakness)))
	})
	return groups
}
