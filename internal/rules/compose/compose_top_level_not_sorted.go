package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeTopLevelNotSorted reports sections at the top level that are not in the usual
// order: `version`, extensions (`x-...`), `name`, `include`, `services`, `models`,
// `networks`, `volumes`, `secrets` and `configs`.
//
// # Why it matters
//
// If all files have the same order, a reader finds a section faster. Any order works,
// so the rule is off by default.
//
// # How to fix it
//
// Sort the sections.
//
// # Exceptions
//
// It does not report:
//
//   - files in which an anchor must come before its alias
//   - files with comments that cannot be assigned to one section
var ComposeTopLevelNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-top-level-not-sorted",
		Title:    "Sections are not in the usual order",
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
			return // not a section: Compose refuses it anyway
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
		Message: fmt.Sprintf("the sections are not in the usual order; move %[2]q above %[1]q", shortText(pairs[at].Key.Value), shortText(pairs[order[at]].Key.Value)),
		Fixes:   fixes,
	})
}
