package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBundlerCacheKept reports `bundle install` without the removal of the downloaded
// gems in the same `RUN`. In files for development or tests, whose images are not
// shipped, findings have the variant `excused`.
//
// # Why it matters
//
// Bundler keeps the archives of the gems next to the installed ones. A container does
// not use them, but every pull of the image transfers them. The rule is off by default,
// because most files copy only the installed gems from a build stage.
//
// # How to fix it
//
// Remove the cache in the same `RUN`:
//
//	RUN bundle install && rm -rf ~/.bundle/cache "$(gem env gemdir)"/cache
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` that removes or mounts the cache
//   - stages whose layers are not part of the final image
var RubyBundlerCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bundler-cache-kept",
		Title:    "Bundler leaves downloaded gems in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("tally/ruby/leftover-bundler-cache"),
	},
	Check: checkRubyBundlerCacheKept,
}

func checkRubyBundlerCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers:    []string{"bundle"},
		installs:    []string{"install"},
		onlyShipped: true,
		dirs: []string{
			"/usr/local/bundle/cache", "/usr/local/bundle/ruby", "/root/.bundle", "~/.bundle", "$HOME/.bundle", `"${BUNDLE_PATH}"/`, "${BUNDLE_PATH", "$BUNDLE_PATH/",
			`"$BUNDLE_PATH"/`, "$GEM_HOME/cache", `"$GEM_HOME"/cache`, "${GEM_HOME}/cache", `"${GEM_HOME}"/cache`, "vendor/bundle", `"$(gem`, "$(gem",
		},
		clean: func(string) string { return `rm -rf ~/.bundle/cache "$(gem env gemdir)"/cache` },
	}.report(p, "the downloaded gems")
}
