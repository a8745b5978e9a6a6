package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposerCacheKept reports `composer install`, `require`, `update`, `global` and
// `create-project` that leave the downloaded archives in the image. In files for
// development or tests, whose images are not shipped, findings have the variant
// `excused`.
//
// # Why it matters
//
// Composer keeps each archive that it downloads in its package cache. A container does
// not use the cache, but every pull of the image transfers it.
//
// # How to fix it
//
// Clean up in the same `RUN`, use `--no-cache`, or mount a cache:
//
//	RUN composer install --no-dev && composer clear-cache
//
// # Exceptions
//
// It does not report:
//
//   - commands followed by one that removes the cache in the same `RUN`
//   - a cache mount or a tmpfs mount on the cache
//   - stages whose layers are not part of the final image
var ComposerCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "composer-cache-kept",
		Title:    "composer leaves its package cache in the image",
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
		filled: func(c facts.PackageCommand) bool {
			manifest, ok := p.Project.FileAt(p.Doc.StageOf(c.Instruction), c.Instruction, "composer.json")
			return ok && c.Action == "install" && !composerFetches(manifest, c)
		},
		dirs: []string{
			"/root/.composer", "/root/.composer/cache", "~/.composer", "$HOME/.composer", "/root/.cache", "/root/.cache/composer", "~/.cache/composer",
			"$HOME/.cache/composer", "/tmp/cache", "$COMPOSER_HOME", "$COMPOSER_HOME/cache",
		},
		variables: []string{"COMPOSER_CACHE_DIR", "COMPOSER_HOME"},
		clean:     func(string) string { return "composer clear-cache" },
	}.report(p, "the package cache")
}
