package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDependsOnInactiveProfile reports services that depend on a service with
// `profiles`, and are in none of these profiles themselves.
//
// # Why it matters
//
// Without the profile, the dependency does not exist for Compose. `docker compose up`
// then stops with an error, and the service does not start.
//
// # How to fix it
//
// Add both services to the profile, or make the dependency optional:
//
//	depends_on:
//	  db:
//	    condition: service_started
//	    required: false
//
// # Fix safety
//
// There is no automatic fix: the file does not show whether the dependency is optional or its
// profile is too narrow.
//
// # Exceptions
//
// It does not report:
//
//   - services that share a profile
//   - profiles that contain a variable
//   - services that extend another service, because they can have its profiles
var ComposeDependsOnInactiveProfile = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-depends-on-inactive-profile",
		Title:    "Service depends on a service that only a profile starts",
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
		if e.Target == nil || e.Kind > facts.NamespaceEdge || !e.Required || e.From.Has("extends") {
			continue
		}
		if e.Target.Has("extends") {
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
			Message: fmt.Sprintf("%q exists only with the profile %q, so Compose refuses to start %q without it; add both to the profile, or write \"required: false\"", shortText(e.To), shortText(theirs[0]), shortText(e.From.Name)),
			Related: []lint.Related{{Span: e.Target.Entry("profiles").Span, Message: "the profiles of the dependency"}},
		})
	}
}
