package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeServicesNotSorted reports services that are not in alphabetical order.
//
// # Why it matters
//
// In a long file, an ordered service is easier to find. Compose ignores the order, and
// an order by dependencies reads as well, so the rule is off by default.
//
// # How to fix it
//
// Sort the services by their names.
//
// # Exceptions
//
// It does not report:
//
//   - files with comments that cannot be assigned to one service
//   - files in which an anchor must come before its alias
var ComposeServicesNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-services-not-sorted",
		Title:    "Services are not in alphabetical order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:services-alphabetical-order"),
	},
	Check: checkComposeServicesNotSorted,
}

func checkComposeServicesNotSorted(p *facts.Pass[*facts.Compose]) {
	section := p.Doc.Section("services")
	if section == nil || section.Value.Kind != yaml.Mapping {
		return
	}
	pairs := section.Value.Pairs
	order := sortedOrder(len(pairs), func(a, b int) int { return strings.Compare(pairs[a].Key.Value, pairs[b].Key.Value) })
	fixes, ok := reordered(p.Doc, section.Value, order)
	if !ok {
		return
	}
	for i := range fixes {
		fixes[i].Applicability = lint.Unsafe // the order of services often tells readers something
	}
	at := firstMisplaced(order)
	p.Report(lint.Finding{
		Span:    pairs[at].Key.Span,
		Message: fmt.Sprintf("the services are not in alphabetical order; move %[2]q above %[1]q", shortText(pairs[at].Key.Value), shortText(pairs[order[at]].Key.Value)),
		Fixes:   fixes,
	})
}
