package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDeprecatedOption finds options that have a better form today: links and
// external_links, in place of which services find each other by name on a network
// they share, and the name inside of "external", which stands beside it now.
//
// Off by default: they work as before, and Compose warns of the last one only.
//
// Silent for links with an alias, which other services may use as a name.
var ComposeDeprecatedOption = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deprecated-option",
		Title:    "An option has a better form today",
		Category: lint.Deprecated,
		Severity: lint.Info,
		Since:    "0.1.0",
		Variants: []string{"links", "external-name"},
		Aliases:  []lint.Alias{{Name: "compose-go:external-name", Variants: []string{"external-name"}}},
	},
	Check: checkComposeDeprecatedOption,
}

func checkComposeDeprecatedOption(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	for _, s := range d.All() {
		for _, key := range []string{"links", "external_links"} {
			if pair := s.Entry(key); isSet(pair) && !aliased(s.Values(key)) {
				p.Report(lint.Finding{
					Span: pair.Key.Span, Variant: "links",
					Message: fmt.Sprintf("%q adds nothing to a network: services on one find each other by name; put them on a network, and use depends_on for the order", key),
				})
			}
		}
	}
	for _, section := range []string{"networks", "volumes", "secrets", "configs"} {
		for _, r := range d.Resources(section) {
			external := d.View.Pair(r.Node, "external")
			if external == nil || !external.Value.Is(yaml.Mapping) {
				continue
			}
			p.Report(lint.Finding{
				Span: external.Key.Span, Variant: "external-name",
				Message: "the name inside of \"external\" is deprecated, and Compose warns of it; write \"external: true\" and the name beside it",
				Fixes:   externalName(d, r.Node, external),
			})
		}
	}
}

// aliased tells whether a link gives the other service a name of its own.
func aliased(links []compose.Value) bool {
	for _, l := range links {
		if strings.Contains(l.Raw, ":") {
			return true
		}
	}
	return false
}

// externalName writes the name beside "external", where nothing else is in it.
func externalName(d *facts.Compose, n *yaml.Node, external *yaml.Pair) []lint.Fix {
	name := d.View.Pair(external.Value, "name")
	inner := external.Value
	if name == nil || inner.Kind != yaml.Mapping || len(inner.Pairs) != 1 || external.Key.Parent != n || d.View.Pair(n, "name") != nil ||
		name.Value.Kind != yaml.Scalar || strings.Contains(d.File.Text(name.Span), "\n") {
		return nil
	}
	for _, c := range d.File.Comments {
		if external.Span.Contains(c.Span) {
			return nil
		}
	}
	gap := ", "
	if n.Style == yaml.Block {
		gap = d.File.Newline() + strings.Repeat(" ", d.File.OwnLines().Position(external.Key.Span.Start).Column-1)
	}
	written := d.File.Text(external.Key.Span) + ": true" + gap + d.File.Text(name.Span)
	return []lint.Fix{{Title: "write the name beside it", Applicability: lint.Unsafe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{lint.Replace(external.Span, written)}}}
}
