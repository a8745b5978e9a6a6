package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeQuotesInValue reports quotes that become part of a value: after the equals
// sign of a list item, such as `- KEY="value"`, and in a default, such as
// `${KEY:-"value"}`. It checks environment, labels, build arguments and images.
//
// # Why it matters
//
// YAML removes quotes only around a whole item, and Compose keeps quotes in a default.
// The program gets `"value"` with its quotes, and for example cannot parse a URL.
//
// # How to fix it
//
// Remove the quotes, or quote the whole item:
//
//	environment:
//	  - "KEY=value with spaces"
//
// # Exceptions
//
// It does not report:
//
//   - items that are quoted as a whole, where the inner quotes are there on purpose
//   - text with more than one pair of quotes
var ComposeQuotesInValue = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-quotes-in-value",
		Title:    "Quotes are part of the value",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeQuotesInValue,
}

func checkComposeQuotesInValue(p *facts.Pass[*facts.Compose]) {
	seen := map[text.Span]bool{}
	for _, s := range p.Doc.All() {
		for _, section := range [][]string{{"environment"}, {"labels"}, {"build", "args"}} {
			for _, kv := range p.Doc.KeyValues(s.Get(section...)) {
				v := kv.Value
				if !v.Exists() || v.Node.Style != yaml.Plain || seen[v.Span] {
					continue
				}
				seen[v.Span] = true
				if kv.Item != nil && isQuoted(v.Raw) {
					reportQuotes(p, v, text.Span{End: len(v.Raw)}, "a YAML list item")
				}
				checkQuotedDefaults(p, v)
			}
		}
		if image := s.Value("image"); image.Exists() && image.Node.Style == yaml.Plain && !seen[image.Span] {
			seen[image.Span] = true
			checkQuotedDefaults(p, image)
		}
	}
}

// checkQuotedDefaults looks at the defaults of a value's own variables.
func checkQuotedDefaults(p *facts.Pass[*facts.Compose], v compose.Value) {
	for _, part := range v.Template.Parts {
		variable := part.Variable
		if variable == nil || !strings.HasSuffix(variable.Operator, "-") || !isQuoted(variable.Raw) {
			continue
		}
		end := variable.Span.End - len("}")
		reportQuotes(p, v, text.Span{Start: end - len(variable.Raw), End: end}, "a default in Compose")
	}
}

// isQuoted reports whether a text is between two quotes of one kind, without
// more of them inside.
func isQuoted(s string) bool {
	if len(s) < 2 || (s[0] != '"' && s[0] != '\'') {
		return false
	}
	return strings.IndexByte(s[1:], s[0]) == len(s)-2
}

// reportQuotes reports a part of a value, given by offsets into Raw, that is quoted.
func reportQuotes(p *facts.Pass[*facts.Compose], v compose.Value, part text.Span, where string) {
	place := p.Doc.Place(v, part)
	f := lint.Finding{
		Span: place,
		Message: fmt.Sprintf("the quotes in %s become part of the value, because %s keeps them; remove the quotes, or quote the whole item",
			shortText(v.Raw[part.Start:part.End]), where),
	}
	inner := v.Raw[part.Start+1 : part.End-1]
	if place.Len() == part.Len() && isPlainWord(inner) {
		f.Fixes = []lint.Fix{{
			Title: "remove the quotes", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
			Changes: []string{"services.*.environment", "services.*.labels", "services.*.build.args", "services.*.image"},
			Edits:   []lint.FileEdit{lint.Replace(place, inner)},
		}}
	}
	p.Report(f)
}

// isPlainWord reports whether a text means the same without quotes in a plain
// scalar: letters, digits and signs that YAML and Compose read nothing into.
func isPlainWord(s string) bool {
	return !strings.HasSuffix(s, ":") && !strings.ContainsFunc(s, func(r rune) bool {
		isLetter := (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		return !isLetter && (r < '0' || r > '9') && !strings.ContainsRune("._/-+@=:", r)
	})
}
