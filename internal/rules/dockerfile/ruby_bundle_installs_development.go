package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBundleInstallsDevelopment reports `bundle install` that also installs the group
// `development` of the Gemfile. In files for development or tests, whose images are not
// shipped, findings have severity info and the variant `excused`. Such findings have no
// fix.
//
// # Why it matters
//
// Debuggers, linters and other development tools become a part of the image. They make
// it larger, and each of them can have vulnerabilities.
//
// # How to fix it
//
// Exclude the group in the build and at run time, because Bundler looks for the same
// groups when the program starts:
//
//	ENV BUNDLE_WITHOUT=development
//
// # Fix safety
//
// There is no fix in a build stage, because the variable must also be set in the final
// image.
//
// # Exceptions
//
// It does not report:
//
//   - installations for which `BUNDLE_WITHOUT` or `BUNDLE_ONLY` is set, as a variable, an
//     option or with `bundle config`
//   - stages for development, by their name or by `RAILS_ENV`, `RACK_ENV` or `APP_ENV`
//   - files in which a build argument chooses between development and production
//   - Gemfiles without such a group
//   - projects without a Gemfile in the build context, unless `RAILS_ENV` is
//     `production`
var RubyBundleInstallsDevelopment = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bundle-installs-development",
		Title:    "bundle install also installs the development group",
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
			Message: fmt.Sprintf("%s also installs the development group, which the image does not need; set ENV BUNDLE_WITHOUT=development", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		}
		// Bundler looks for the same groups when the program starts, so the variable must
		// also be set in the image.
		if in := c.Instruction; s.InFinalImage() && p.Doc.Instructions[in.Index()] == in {
			f.Fixes = insertAbove(p.Doc, in, "ENV", "BUNDLE_WITHOUT=development")
		}
		p.Report(weighDevPackages(p, f))
	})
}

// hasDevelopmentGroup reports whether the Gemfile names gems for development. Rails
// creates such a group in every project.
func hasDevelopmentGroup(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	src, err := p.Files.ReadFile("Gemfile")
	if err == nil {
		return strings.Contains(string(src), ":development")
	}
	v, ok := s.EndScope().Lookup("RAILS_ENV")
	return ok && v.Value == "production"
}
