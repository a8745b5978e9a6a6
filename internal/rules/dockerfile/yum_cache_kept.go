package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YumCacheKept finds RUN instructions with yum install that leave its cache of
// packages and metadata.
//
// Silent where a later command of the same RUN removes it, where a cache or a
// tmpfs is mounted there, and in stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var YumCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yum-cache-kept",
		Title:    "The cache of yum stays in the image",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3032", Severity: lint.Warning}},
			lint.Names("DF047", "DS015", "kics:yum_clean_all_missing", "semgrep:remove-package-cache")...,
		),
	},
	Check: checkYumCacheKept,
}

func checkYumCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"yum"},
		installs: []string{"install", "reinstall", "localinstall", "groupinstall", "update", "upgrade"},
		cleans: func(_, later facts.PackageCommand) bool {
			return (later.Manager == "yum" || later.Manager == "dnf") && later.Action == "clean" && len(later.Packages) > 0 && later.Packages[0].Text == "all"
		},
		dirs:  []string{"/var/cache/yum", "/var/cache/dnf"},
		clean: func(string) string { return "yum clean all" },
	}.report(p, "the cache of packages and metadata")
}
