package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeVolumesNeedlesslyQuoted reports entries of `volumes` in quotes that YAML does
// not need.
//
// # Why it matters
//
// Entries without quotes are easier to read and compare. Quotes do no harm, so the
// rule is off by default.
//
// # How to fix it
//
// Remove the quotes:
//
//	volumes:
//	  - ./conf:/conf
//
// # Fix safety
//
// There is no fix in a file that quotes most of its other texts, because the file
// would then mix both forms.
//
// # Exceptions
//
// It does not report entries that YAML reads differently without quotes: with a hash
// sign, brackets, or a colon before a space, and words that look like a number.
var ComposeVolumesNeedlesslyQuoted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-volumes-needlessly-quoted",
		Title:    "Volume has quotes that it does not need",
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
			f := lint.Finding{Span: item.Span, Message: fmt.Sprintf("%q needs no quotes; remove them", shortText(item.Value))}
			if !mixed {
				f.Fixes = yamlFix("remove the quotes", lint.Safe, edits, ok)
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
