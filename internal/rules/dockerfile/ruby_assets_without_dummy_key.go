package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyAssetsWithoutDummyKey finds the build of a Rails application's assets
// without SECRET_KEY_BASE_DUMMY: it asks for the secret of the application, which
// does not belong into a build.
//
// Silent with a secret mount, with a placeholder in place of the secret, and
// where Gemfile.lock names a Rails older than 7.1.
//
// Off by default: the version of Rails is not in the file.
var RubyAssetsWithoutDummyKey = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-assets-without-dummy-key",
		Title:    "The assets are built with the real secret",
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
		if c.Call == nil || !namesTask(c, "assets:precompile") || runsForDevelopment(p.Doc, c) || hasSecretMount(c.Instruction) || envAt(p.Doc, c, "SECRET_KEY_BASE_DUMMY") || setsPlaceholder(p.Doc, c) || hasOldRails(p) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: "assets:precompile asks for the secret of the application, which the build should not have; set SECRET_KEY_BASE_DUMMY=1",
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

// setsPlaceholder tells whether the secret has a value that is none: one written
// in the script.
func setsPlaceholder(d *facts.Dockerfile, c *facts.Command) bool {
	_, value, ok := strings.Cut(d.Text(c.Instruction.Span), "SECRET_KEY_BASE=")
	return ok && !strings.HasPrefix(strings.TrimLeft(value, `"'`), "$")
}

// hasOldRails tells whether the lock file names a Rails that does not know the
// variable, which came with 7.1.
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
