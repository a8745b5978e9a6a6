package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// NpmCacheKept reports `npm ci` and `npm install` without `npm cache clean` in the same
// `RUN`. In files for development or tests, whose images are not shipped, findings have
// the variant `excused`.
//
// # Why it matters
//
// npm keeps each archive that it downloads in `~/.npm`, often as much as it installs. A
// container does not use the cache, but every pull of the image transfers it. A later
// `RUN` cannot remove it from the layer.
//
// # How to fix it
//
// Clean the cache in the same `RUN`, or mount a cache, as in the second line:
//
//	RUN npm ci && npm cache clean --force
//	RUN --mount=type=cache,target=/root/.npm npm ci
//
// # Exceptions
//
// It does not report:
//
//   - a later command of the same `RUN` that removes the cache
//   - a cache mount or a tmpfs mount on the cache
//   - installations without network, such as `--offline`
//   - stages whose layers are not part of the final image
var NpmCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "npm-cache-kept",
		Title:    "npm leaves its package cache in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkNpmCacheKept,
}

func checkNpmCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"npm"},
		installs: []string{"install", "ci", "i", "clean-install", "add", "update"},
		off:      []string{"--offline", "--package-lock-only", "--cache", "--dry-run", "--help"},
		cleans: func(_, later facts.PackageCommand) bool {
			return later.Manager == "npm" && later.Action == "cache" && len(later.Packages) > 0 && isCleaning(later.Packages[0].Text)
		},
		onlyShipped: true,
		dirs:        []string{"/root/.npm", "~/.npm", "$HOME/.npm", "${HOME}/.npm", "/home/node/.npm", "/root/.npm/_cacache"},
		variables:   []string{"NPM_CONFIG_CACHE", "npm_config_cache"},
		clean:       func(string) string { return "npm cache clean --force" },
	}.report(p, "the package cache")
}

// isCleaning reports whether a word of "npm cache" empties the cache.
func isCleaning(word string) bool { return word == "clean" || word == "clear" || word == "rm" }
