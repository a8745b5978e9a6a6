package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// NpmCacheKept finds npm ci and npm install without npm cache clean in the same RUN: npm
// keeps every archive that it fetched in ~/.npm, often as much as what it installed.
//
// End the RUN with npm cache clean --force, or mount a cache at /root/.npm.
//
// Silent where a later command of the same RUN removes it, where a cache or a tmpfs is
// mounted there, for installs without the network, and in stages whose layers are no part
// of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var NpmCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "npm-cache-kept",
		Title:    "The cache of npm stays in the image",
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
	}.report(p, "the cache of packages")
}

// isCleaning reports whether a word of "npm cache" empties the cache.
func isCleaning(word string) bool { return word == "clean" || word == "clear" || word == "rm" }
