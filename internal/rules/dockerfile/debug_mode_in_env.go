package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DebugModeInEnv finds ENV that switches the debug mode of a framework on in the image of
// a service, such as FLASK_DEBUG=1 and RAILS_ENV=development: error pages then show code
// and variables, and some run code for whoever asks.
//
// Set it where the container is started for development, and leave it out of the image.
//
// Silent for stages, files and folders that are for development or tests by their name, and
// for images that start no service.
var DebugModeInEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "debug-mode-in-env",
		Title:    "The image switches a framework's debug mode on",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
	},
	Check: checkDebugModeInEnv,
}

func checkDebugModeInEnv(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || isForTrial(p.Doc, s) || s.Last("expose") == nil && !isServer(p.Doc, s) {
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
				Message: fmt.Sprintf("%q switches the debug mode on in every container of the image, which shows code and variables to anyone who can reach it; set it at the start, for development alone", short(pair.Key+"="+value)),
			})
		}
	}
}

// isDebugMode reports whether a variable switches the debug mode of a framework on.
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
