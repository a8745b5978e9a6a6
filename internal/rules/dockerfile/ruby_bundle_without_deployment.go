package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBundleWithoutDeployment finds bundle install that may change Gemfile.lock:
// where it does not fit the Gemfile, the image gets versions that nobody has
// tried. With the setting frozen, or deployment, the build fails instead.
//
// Silent without a lock file, where either is set by a flag, a variable or bundle
// config, and in stages for development.
var RubyBundleWithoutDeployment = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bundle-without-deployment",
		Title:    "The lock file of Bundler is not enforced",
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
			Message: fmt.Sprintf("%s may install other versions than Gemfile.lock says; set BUNDLE_FROZEN=1, or BUNDLE_DEPLOYMENT=1", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Fixes:   prefixVariable(c.Command, "BUNDLE_FROZEN=1"),
		})
	})
}
