package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBundleInstallsDevelopment finds bundle install that also installs the group
// development: debuggers and linters go along.
//
// Silent where BUNDLE_WITHOUT or BUNDLE_ONLY is set, or the same by a flag or by
// bundle config; in stages for development; where the Gemfile has no such group;
// and without a Gemfile to read, unless the stage is for Rails in production.
//
// In files for development or tests it is excused: an info, off by default, without a fix.
var RubyBundleInstallsDevelopment = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bundle-installs-development",
		Title:    "bundle install takes the group development along",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("tally/ruby/missing-bundle-without-development"),
		Needs:    lint.NeedsContext,
	},
	Check: checkRubyBundleInstallsDevelopment,
}

func checkRubyBundleInstallsDevelopment(p *facts.Pass[*facts.Dockerfile]) {
	bundleInstalls(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if bundleIsConfigured(p.Doc, s, c, "without") || bundleIsConfigured(p.Doc, s, c, "only") || !hasDevelopmentGroup(p, s) {
			return
		}
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s also installs the group development; set ENV BUNDLE_WITHOUT=development", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		}
		// Bundler asks for the same groups when the program starts, so that the
		// variable must hold in the image too.
		if in := c.Instruction; s.InFinalImage() && p.Doc.Instructions[in.Index()] == in {
			f.Fixes = insertAbove(p.Doc, in, "ENV", "BUNDLE_WITHOUT=development")
		}
		p.Report(weighDevPackages(p, f))
	})
}

// hasDevelopmentGroup tells whether the Gemfile names gems for development. Rails
// makes such a group in every project.
func hasDevelopmentGroup(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	src, err := p.Files.ReadFile("Gemfile")
	if err == nil {
		return strings.Contains(string(src), ":development")
	}
	v, ok := s.EndScope().Lookup("RAILS_ENV")
	return ok && v.Value == "production"
}
