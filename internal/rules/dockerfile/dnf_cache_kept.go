package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DnfCacheKept finds RUN instructions with dnf or microdnf that leave its
// cache: packages and metadata, often more than what was installed.
//
// Silent where a later command of the same RUN removes it, where a cache or a
// tmpfs is mounted there, and in stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var DnfCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dnf-cache-kept",
		Title:    "The cache of dnf stays in the image",
		Category: lint.Size,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3040", Severity: lint.Warning}},
			lint.Names("DF046", "DS019", "DS027", "kics:missing_dnf_clean_all", "semgrep:missing-dnf-clean-all")...,
		),
	},
	Check: checkDnfCacheKept,
}

func checkDnfCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"dnf", "microdnf", "dnf5", "tdnf"},
		installs: []string{"install", "in", "upgrade", "up", "update", "upgrade-minimal", "up-min", "reinstall", "rei", "localinstall", "groupinstall", "distro-sync", "module", "group"},
		cleans: func(install, later facts.PackageCommand) bool {
			return later.Manager == install.Manager && later.Action == "clean" && len(later.Packages) > 0 && later.Packages[0].Text == "all"
		},
		dirs:  []string{"/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"},
		clean: func(manager string) string { return manager + " clean all" },
	}.report(p, "the cache of packages and metadata")
}
