package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeServicesNotSorted finds services that are not in alphabetical order.
//
// Off by default: the order in which they depend on each other reads as well.
// Silent where comments group them, and where an anchor has to come first.
var ComposeServicesNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-services-not-sorted",
		Title:    "The services are not in alphabetical order",
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
		fixes[i].Applicability = lint.Unsafe // the order of services often says something to readers
	}
	at := firstMisplaced(order)
	p.Report(lint.Finding{
		Span:    pairs[at].Key.Span,
		Message: fmt.Sprintf("%q is not in alphabetical order; %q comes here", shortText(pairs[at].Key.Value), shortText(pairs[order[at]].Key.Value)),
		Fixes:   fixes,
	})
}
