package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DebugModeInEnv reports `ENV` that turns on the debug mode of a framework in the image
// of a service, such as `FLASK_DEBUG=1` or `RAILS_ENV=development`.
//
// # Why it matters
//
// The setting applies to every container of the image. In debug mode, error pages show
// code and variables, and some frameworks run code that a visitor of the page enters.
//
// # How to fix it
//
// Remove the variable from the image, and set it when you start a container for
// development.
//
// # Exceptions
//
// It does not report:
//
//   - stages, files and folders with a name for development or tests
//   - images that start no service
//   - variables that a later `ENV` sets to another value
var DebugModeInEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "debug-mode-in-env",
		Title:    "Image turns on the debug mode of a framework",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
	},
	Check: checkDebugModeInEnv,
}

func checkDebugModeInEnv(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || isForTrial(p.Doc, s) || (s.Last("expose") == nil && !isServer(p.Doc, s)) {
		return
	}
	for _, in := range p.Doc.Instructions {
		if in.Keyword != "env" || in.Err != nil || !inFinalImage(p.Doc, in) {
			continue
		}
		for _, pair := range in.Pairs {
			value, known := p.Doc.Expand(in, pair.Value)
			last, set := s.EndScope().Lookup(pair.Key)
			if !known || !isDebugMode(pair.Key, value) || !set || last.Value != value {
				continue
			}
			p.Report(lint.Finding{
				Span:    pair.Span,
				Message: fmt.Sprintf("%q turns on debug mode in every container, which shows code and variables to anyone who can reach it; set it only in development", short(pair.Key+"="+value)),
			})
		}
	}
}

// isDebugMode reports whether a variable turns on the debug mode of a framework.
func isDebugMode(name, value string) bool {
	value = strings.ToLower(value)
	on := slices.Contains([]string{"1", "true", "on", "yes"}, value)
	switch name {
	case "FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG", "SYMFONY_DEBUG", "QUART_DEBUG":
		return on
	case "FLASK_ENV", "RAILS_ENV", "RACK_ENV", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT":
		return value == "development"
	case "GIN_MODE":
		return value == "debug"
	}
	return false
}
