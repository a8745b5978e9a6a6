package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YarnCacheKept finds yarn install without yarn cache clean in the same RUN.
//
// Yarn 1 keeps every archive that it fetched, often as much as what it installed.
//
// Silent for newer versions of Yarn, which keep it elsewhere; where a later command of the same RUN removes it, where a cache or a
// tmpfs is mounted there, and in stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var YarnCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yarn-cache-kept",
		Title:    "The cache of yarn stays in the image",
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
	}.report(p, "the cache of packages")
}

// usesLaterYarn reports whether the file speaks of a Yarn after 1.
func usesLaterYarn(d *facts.Dockerfile) bool {
	src := string(d.Src)
	for _, mark := range [...]string{"corepack", ".yarnrc.yml", "yarn set version", "workspaces focus", ".yarn/", "--immutable", "berry"} {
		if strings.Contains(src, mark) {
			return true
		}
	}
	return false
}
