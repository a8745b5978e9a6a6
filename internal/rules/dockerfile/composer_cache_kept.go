package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposerCacheKept finds composer install and composer require that leave the archives
// which Composer fetched beside what it installed from them.
//
// End the RUN with composer clear-cache, give the flag --no-cache, or mount a cache.
//
// Silent where a later command of the same RUN removes it, where a cache or a tmpfs is
// mounted there, and in stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var ComposerCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "composer-cache-kept",
		Title:    "The cache of Composer stays in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkComposerCacheKept,
}

func checkComposerCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"composer"},
		installs: []string{"install", "require", "update", "global", "create-project"},
		off:      []string{"--no-cache", "--dry-run", "--no-install", "--help"},
		cleans: func(_, later facts.PackageCommand) bool {
			return later.Manager == "composer" && (later.Action == "clear-cache" || later.Action == "clearcache" || later.Action == "cc")
		},
		onlyShipped: true,
		dirs: []string{
			"/root/.composer", "/root/.composer/cache", "~/.composer", "$HOME/.composer", "/root/.cache", "/root/.cache/composer", "~/.cache/composer",
			"$HOME/.cache/composer", "/tmp/cache", "$COMPOSER_HOME", "$COMPOSER_HOME/cache",
		},
		variables: []string{"COMPOSER_CACHE_DIR", "COMPOSER_HOME"},
		clean:     func(string) string { return "composer clear-cache" },
	}.report(p, "the cache of packages")
}
