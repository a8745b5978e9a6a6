package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBundleWithoutDeployment reports `bundle install` that can change `Gemfile.lock`,
// in a build that copies the lock file.
//
// # Why it matters
//
// If the lock file does not match the Gemfile, Bundler resolves the versions again. The
// image then has versions that you did not test. With the setting `frozen` or
// `deployment`, the build fails instead.
//
// # How to fix it
//
// Set one of them:
//
//	ENV BUNDLE_FROZEN=1
//
// # Exceptions
//
// It does not report:
//
//   - builds that do not copy a lock file
//   - either setting as an option, a variable or by `bundle config`
//   - stages for development
var RubyBundleWithoutDeployment = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bundle-without-deployment",
		Title:    "Installation can ignore Gemfile.lock",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/ruby/missing-bundle-deployment"),
		Needs:    lint.NeedsContext,
	},
	Check: checkRubyBundleWithoutDeployment,
}

func checkRubyBundleWithoutDeployment(p *facts.Pass[*facts.Dockerfile]) {
	bundleInstalls(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if bundleIsConfigured(p.Doc, s, c, "deployment") || bundleIsConfigured(p.Doc, s, c, "frozen") || !copiesGemfileLock(p, s, c.Instruction) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s can install versions that differ from Gemfile.lock; set BUNDLE_FROZEN=1, or BUNDLE_DEPLOYMENT=1", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Fixes:   prefixVariable(c.Command, "BUNDLE_FROZEN=1"),
		})
	})
}
