package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// RubyBundlerCacheKept finds bundle install in the image's own layers without
// removal of the downloaded gems in the same RUN.
//
// Silent where the cache is removed or mounted, and in builder stages.
//
// Off by default: the usual copy from a builder leaves the cache behind.
//
// In files for development or tests it is excused: an info, and off by default.
var RubyBundlerCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "ruby-bundler-cache-kept",
		Title:    "The cache of Bundler stays in the image",
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
