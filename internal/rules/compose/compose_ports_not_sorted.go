package compose

import (
	"cmp"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposePortsNotSorted reports entries of `ports` that are not sorted by host port. An
// entry without a host port is sorted by its container port.
//
// # Why it matters
//
// In an ordered list, a port is easier to find, and duplicates are easier to see. The
// order has no effect, so the rule is off by default.
//
// # How to fix it
//
// Sort the entries:
//
//	ports:
//	  - "80:80"
//	  - "443:443"
//
// # Exceptions
//
// It does not report lists with an entry in the long form or with a variable.
var ComposePortsNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-ports-not-sorted",
		Title:    "Ports are not in numerical order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:service-ports-alphabetical-order"),
	},
	Check: checkComposePortsNotSorted,
}

func checkComposePortsNotSorted(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		list := s.Get("ports")
		ports := s.PublishedPorts()
		if list == nil || seen[list] || len(ports) != len(list.Items) {
			continue
		}
		seen[list] = true
		keys := make([]int, len(ports))
		known := true
		for i, port := range ports {
			known = known && port.Known && !port.Long
			keys[i] = cmp.Or(port.Published.First, port.Target.First)
		}
		if !known {
			continue
		}
		order := sortedOrder(len(keys), func(a, b int) int { return keys[a] - keys[b] })
		fixes, ok := reordered(p.Doc, list, order)
		if !ok {
			continue
		}
		// The model keeps the order, which has no effect.
		for i := range fixes {
			fixes[i].MaxEffect, fixes[i].Changes = lint.EffectConfig, []string{"services.*.ports"}
		}
		at := firstMisplaced(order)
		p.Report(lint.Finding{
			Span:    list.Items[at].Span,
			Message: fmt.Sprintf("the ports are not in numerical order; move %[2]q before %[1]q", shortText(ports[at].Value.Raw), shortText(ports[order[at]].Value.Raw)),
			Fixes:   fixes,
		})
	}
}
