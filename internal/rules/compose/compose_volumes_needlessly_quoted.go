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
// number. There is no fix in a file that quotes most of its other texts, too: it would
// become mixed.
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
	mixed := quotesMost(p.Doc)
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
			f := lint.Finding{Span: item.Span, Message: fmt.Sprintf("%q needs no quotes; write it without", shortText(item.Value))}
			if !mixed {
				f.Fixes = yamlFix("take the quotes away", lint.Safe, edits, ok)
			}
			p.Report(f)
		}
	}
}

// quotesMost reports whether most texts of a file outside of volumes have quotes that
// they do not need.
func quotesMost(d *facts.Compose) bool {
	quoted, plain := 0, 0
	d.File.Root().Walk(func(n *yaml.Node) bool {
		pair := n.Pair()
		isValue := pair == nil || pair.Value == n
		switch _, needless := d.File.Unquote(n); {
		case isValue && pair != nil && pair.Key.Value == "volumes":
			return false
		case !isValue || n.Kind != yaml.Scalar:
		case needless:
			quoted++
		case !n.Quoted() && yaml.PlainString(n.Value, false):
			plain++
		}
		return true
	})
	return quoted > plain
}
