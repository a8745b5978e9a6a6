package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeDeprecatedOption reports `links` and `external_links`, and a `name` inside of
// `external`.
//
// # Why it matters
//
// `links` is a form from the time before Docker had networks: services on the same
// network find each other by name. Compose warns about a name inside of `external`
// each time it reads the file.
//
// The rule is off by default, because all of them still work.
//
// # How to fix it
//
// Remove `links`, put the services on a network, and use `depends_on` for the start
// order. Write an external resource like this:
//
//	networks:
//	  backend:
//	    external: true
//	    name: shared-backend
//
// # Exceptions
//
// It does not report links with an alias, because other services can use it as a name.
var ComposeDeprecatedOption = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deprecated-option",
		Title:    "Option is deprecated or no longer needed",
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
					Message: fmt.Sprintf("%q is no longer needed, since services on the same network find each other by name; use a shared network, and depends_on for the start order", key),
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
				Message: "the name inside of \"external\" is deprecated, and Compose warns about it; write \"external: true\" and the name next to it",
				Fixes:   externalName(d, r.Node, external),
			})
		}
	}
}

// aliased reports whether a link gives the other service a name of its own.
func aliased(links []compose.Value) bool {
	for _, l := range links {
		if strings.Contains(l.Raw, ":") {
			return true
		}
	}
	return false
}

// externalName writes the name next to "external", where nothing else is in it.
func externalName(d *facts.Compose, n *yaml.Node, external *yaml.Pair) []lint.Fix {
	name := d.View.Pair(external.Value, "name")
	inner := external.Value
	if name == nil || inner.Kind != yaml.Mapping || len(inner.Pairs) != 1 || external.Key.Parent != n {
		return nil
	}
	if d.View.Pair(n, "name") != nil || name.Value.Kind != yaml.Scalar || strings.Contains(d.File.Text(name.Span), "\n") {
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
	return []lint.Fix{
		{
			Title:         "move the name out of external",
			Applicability: lint.Unsafe,
			MaxEffect:     lint.EffectNone,
			Edits:         []lint.FileEdit{lint.Replace(external.Span, written)},
		},
	}
}
