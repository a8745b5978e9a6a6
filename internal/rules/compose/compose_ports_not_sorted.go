package compose

import (
	"cmp"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposePortsNotSorted finds ports that are not in the order of the host's
// ports, or of the container's where no port of the host is given.
//
// Off by default: the main port first reads as well. Silent for lists with an
// entry in the long form, or with a variable.
var ComposePortsNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-ports-not-sorted",
		Title:    "The ports are not in order",
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
		// The model keeps the order, which means nothing.
		fixes[0].MaxEffect, fixes[0].Changes = lint.EffectConfig, []string{"services.*.ports"}
		at := firstMisplaced(order)
		p.Report(lint.Finding{
			Span:    list.Items[at].Span,
			Message: fmt.Sprintf("%q is not in the order of the ports; %q comes here", shortText(ports[at].Value.Raw), shortText(ports[order[at]].Value.Raw)),
			Fixes:   fixes,
		})
	}
}
