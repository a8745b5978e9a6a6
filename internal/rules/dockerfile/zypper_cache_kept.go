package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperCacheKept finds RUN instructions with zypper install that leave its
// cache of packages and metadata.
//
// Silent where a later command of the same RUN removes it, where a cache or a
// tmpfs is mounted there, and in stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var ZypperCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-cache-kept",
		Title:    "The cache of zypper stays in the image",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3036", Severity: lint.Warning}},
			lint.Names("DF045", "DS020", "kics:missing_zypper_clean", "semgrep:missing-zypper-clean")...,
		),
	},
	Check: checkZypperCacheKept,
}

func checkZypperCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"zypper"},
		installs: []string{"install", "in", "update", "up", "patch", "dist-upgrade", "dup"},
		cleans: func(_, later facts.PackageCommand) bool {
			return later.Manager == "zypper" && (later.Action == "clean" || later.Action == "cc")
		},
		dirs:  []string{"/var/cache/zypp"},
		clean: func(string) string { return "zypper clean --all" },
	}.report(p, "the cache of packages and metadata")
}
