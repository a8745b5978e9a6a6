package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyAssetsWithoutDummyKey reports `assets:precompile` without `SECRET_KEY_BASE_DUMMY`.
//
// # Why it matters
//
// The task loads the Rails application, which needs its secret. A secret that a build
// gets through `ARG` or `ENV` ends up in the history of the image. The rule is off by
// default, because the variable needs Rails 7.1 and the version of Rails is not in the
// file.
//
// # How to fix it
//
// Let Rails use a random value in the build:
//
//	RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` with a secret mount
//   - a placeholder as the secret
//   - projects whose `Gemfile.lock` names a Rails older than 7.1
//   - commands for development, by `RAILS_ENV`, `RACK_ENV` or `APP_ENV`
var RubyAssetsWithoutDummyKey = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-assets-without-dummy-key",
		Title:    "Rails assets are built with the real secret",
		Category: lint.Security,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/ruby/asset-precompile-without-dummy-key"),
		Needs:    lint.NeedsContext,
	},
	Check: checkRubyAssetsWithoutDummyKey,
}

func checkRubyAssetsWithoutDummyKey(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Call == nil || !namesTask(c, "assets:precompile") || runsForDevelopment(p.Doc, c) || hasSecretMount(c.Instruction) {
			return
		}
		if envAt(p.Doc, c, "SECRET_KEY_BASE_DUMMY") || setsPlaceholder(p.Doc, c) || hasOldRails(p) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: "assets:precompile needs the secret of the application, which a build should not have; set SECRET_KEY_BASE_DUMMY=1",
			Fixes:   prefixVariable(c, "SECRET_KEY_BASE_DUMMY=1"),
		})
	}, "assets:precompile")
}

func namesTask(c *facts.Command, task string) bool {
	switch c.Name() {
	case "rails", "rake", "bundle", "ruby", "spring":
	default:
		return false
	}
	for _, a := range c.Args() {
		if a.Text == task {
			return true
		}
	}
	return false
}

// setsPlaceholder reports whether the secret has a placeholder as its value, which is
// written in the script.
func setsPlaceholder(d *facts.Dockerfile, c *facts.Command) bool {
	_, value, ok := strings.Cut(d.Text(c.Instruction.Span), "SECRET_KEY_BASE=")
	return ok && !strings.HasPrefix(strings.TrimLeft(value, `"'`), "$")
}

// hasOldRails reports whether the lock file names a Rails that does not have the
// variable, which was added in 7.1.
func hasOldRails(p *facts.Pass[*facts.Dockerfile]) bool {
	src, err := p.Files.ReadFile("Gemfile.lock")
	if err != nil {
		return false
	}
	_, version, ok := strings.Cut(string(src), "\n    rails (")
	if !ok {
		return false
	}
	for _, old := range []string{"3.", "4.", "5.", "6.", "7.0"} {
		if strings.HasPrefix(version, old) {
			return true
		}
	}
	return false
}
