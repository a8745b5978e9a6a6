package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDependsOnInactiveProfile finds a service that depends on one of a
// profile that it is not in itself. Without the profile Compose refuses to start
// it: there is no such service then.
//
// Put both into the profile, or write "required: false".
//
// Silent for services that share a profile, for profiles with variables, and for
// services that extend another, which may have its profiles.
//
// There is no fix: the dependency may be optional, or its profile too narrow; the file
// does not say which.
var ComposeDependsOnInactiveProfile = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-depends-on-inactive-profile",
		Title:    "A service depends on one that only a profile starts",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeDependsOnInactiveProfile,
}

func checkComposeDependsOnInactiveProfile(p *facts.Pass[*facts.Compose]) {
	for _, e := range p.Doc.Edges() {
		if e.Target == nil || e.Kind > facts.NamespaceEdge || !e.Required || e.From.Has("extends") || e.Target.Has("extends") {
			continue
		}
		mine, theirs := e.From.Profiles(), e.Target.Profiles()
		if len(theirs) == 0 || slices.ContainsFunc(slices.Concat(mine, theirs), func(s string) bool { return strings.Contains(s, "$") }) {
			continue
		}
		if slices.ContainsFunc(mine, func(s string) bool { return slices.Contains(theirs, s) }) {
			continue
		}
		p.Report(lint.Finding{
			Span:    e.Span,
			Message: fmt.Sprintf("%q is there only with the profile %q, and Compose refuses to start %q without; put both into it, or write \"required: false\"", shortText(e.To), shortText(theirs[0]), shortText(e.From.Name)),
			Related: []lint.Related{{Span: e.Target.Entry("profiles").Span, Message: "its profiles"}},
		})
	}
}
