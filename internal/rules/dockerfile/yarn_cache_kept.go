package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YarnCacheKept reports `yarn install` with Yarn 1 without `yarn cache clean` in the
// same `RUN`. In files for development or tests, whose images are not shipped, findings
// have the variant `excused`.
//
// # Why it matters
//
// Yarn 1 keeps every archive that it downloads. The cache is often as large as the
// installed packages, and every pull of the image transfers it.
//
// # How to fix it
//
// Remove the cache in the same `RUN`, or mount a cache. For root, it is in
// `/usr/local/share/.cache`:
//
//	RUN yarn install --frozen-lockfile && yarn cache clean
//	RUN --mount=type=cache,target=/usr/local/share/.cache yarn install --frozen-lockfile
//
// # Exceptions
//
// It does not report:
//
//   - later versions of Yarn, which keep their cache elsewhere
//   - commands followed by one that removes the cache in the same `RUN`
//   - a cache mount or a tmpfs mount on the cache
//   - `--offline` and `--cache-folder`
//   - stages whose layers are not part of the final image
var YarnCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yarn-cache-kept",
		Title:    "yarn install leaves its cache in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  []lint.Alias{{Name: "DL3060", Severity: lint.Info}, {Name: "DF055"}},
	},
	Check: checkYarnCacheKept,
}

func checkYarnCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"yarn"},
		installs: []string{"install"},
		off:      []string{"--immutable", "--offline", "--cache-folder"},
		silent:   usesLaterYarn,
		cleans: func(_, later facts.PackageCommand) bool {
			return later.Manager == "yarn" && later.Action == "cache" && len(later.Packages) > 0 && later.Packages[0].Text == "clean"
		},
		onlyShipped: true,
		dirs:        []string{"/usr/local/share/.cache", "/root/.cache/yarn"},
		variables:   []string{"YARN_CACHE_FOLDER"},
		clean:       func(string) string { return "yarn cache clean" },
	}.report(p, "the package cache")
}

// usesLaterYarn reports whether the file uses a version of Yarn after 1.
func usesLaterYarn(d *facts.Dockerfile) bool {
	src := string(d.Src)
	for _, mark := range [...]string{"corepack", ".yarnrc.yml", "yarn set version", "workspaces focus", ".yarn/", "--immutable", "berry"} {
		if strings.Contains(src, mark) {
			return true
		}
	}
	return false
}
