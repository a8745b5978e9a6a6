package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeVolumesNeedlesslyQuoted finds volumes in quotes that YAML does not need.
//
// Off by default: quotes do no harm. Silent where the entry is something else
// without them: a hash sign, brackets, a colon with a blank, a word that reads as a
// number.
var ComposeVolumesNeedlesslyQuoted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-volumes-needlessly-quoted",
		Title:    "A volume has quotes that it does not need",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:no-quotes-in-volumes"),
	},
	Check: checkComposeVolumesNeedlesslyQuoted,
}

func checkComposeVolumesNeedlesslyQuoted(p *facts.Pass[*facts.Compose]) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		list := s.Get("volumes")
		if list == nil {
			continue
		}
		for _, item := range list.Items {
			if item.Kind != yaml.Scalar || !item.Quoted() || seen[item] {
				continue
			}
			seen[item] = true
			edits, ok := p.Doc.File.Unquote(item)
			if !ok {
				continue
			}
			p.Report(lint.Finding{
				Span:    item.Span,
				Message: fmt.Sprintf("%q needs no quotes; write it without", shortText(item.Value)),
				Fixes:   yamlFix("take the quotes away", lint.Safe, edits, ok),
			})
		}
	}
}
