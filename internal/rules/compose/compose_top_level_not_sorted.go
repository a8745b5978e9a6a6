package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeTopLevelNotSorted finds sections of the top level out of the usual order:
// extensions, name, include, services, networks, volumes, secrets, configs.
//
// Off by default: any order works. Silent where an anchor has to come first, and
// where comments stand apart from the sections.
var ComposeTopLevelNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-top-level-not-sorted",
		Title:    "The sections are not in the usual order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:top-level-properties-order"),
	},
	Check: checkComposeTopLevelNotSorted,
}

// sectionOrder has the empty word for extensions, whose names are the user's.
var sectionOrder = []string{"version", "", "name", "include", "services", "models", "networks", "volumes", "secrets", "configs"}

func checkComposeTopLevelNotSorted(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if d.Root == nil || d.Section("services") == nil {
		return
	}
	pairs := d.Root.Pairs
	ranks := make([]int, len(pairs))
	for i, pair := range pairs {
		name := pair.Key.Value
		if strings.HasPrefix(name, "x-") {
			name = ""
		}
		if ranks[i] = slices.Index(sectionOrder, name); ranks[i] < 0 {
			return // no section: it is refused anyway
		}
	}
	order := sortedOrder(len(ranks), func(a, b int) int { return ranks[a] - ranks[b] })
	fixes, ok := reordered(d, d.Root, order)
	if !ok {
		return
	}
	at := firstMisplaced(order)
	p.Report(lint.Finding{
		Span:    pairs[at].Key.Span,
		Message: fmt.Sprintf("%q does not come here in the usual order of sections; %q does", shortText(pairs[at].Key.Value), shortText(pairs[order[at]].Key.Value)),
		Fixes:   fixes,
	})
}
