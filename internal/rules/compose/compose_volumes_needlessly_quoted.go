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
// There is only a fix where at least half of the volumes in the file have no quotes. In
// other files the quotes are the form that the file uses.
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
	var findings []lint.Finding
	plain := 0
	for _, s := range p.Doc.All() {
		list := s.Get("volumes")
		if list == nil {
			continue
		}
		for _, item := range list.Items {
			if item.Kind != yaml.Scalar || seen[item] {
				continue
			}
			seen[item] = true
			if !item.Quoted() {
				plain++
				continue
			}
			if edits, ok := p.Doc.File.Unquote(item); ok {
				findings = append(findings, lint.Finding{
					Span: item.Span, Message: fmt.Sprintf("%q needs no quotes; remove them", shortText(item.Value)),
					Fixes: yamlFix("remove the quotes", lint.Safe, edits, ok),
				})
			}
		}
	}
	for _, f := range findings {
		if plain < len(findings) {
			f.Fixes = nil // the quotes are this file's form
		}
		p.Report(f)
	}
}
