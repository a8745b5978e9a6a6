package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DnfCacheKept reports `RUN` instructions in which `dnf`, `microdnf` or `tdnf` installs
// or updates packages and leaves its cache. In files for development or tests, whose
// images are not shipped, findings have severity info and the variant `excused`.
//
// # Why it matters
//
// dnf keeps the metadata of the repositories in `/var/cache`, and the packages too where
// `keepcache` is on. The metadata can be larger than the installed packages. A container
// does not use it, but every pull of the image transfers it.
//
// # How to fix it
//
// Clean up in the same `RUN`:
//
//	RUN dnf install -y httpd && dnf clean all
//
// # Exceptions
//
// It does not report:
//
//   - commands followed by one that removes the cache in the same `RUN`
//   - a cache mount or a tmpfs mount on the cache
//   - stages whose layers are not part of the final image
var DnfCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "dnf-cache-kept",
		Title:    "dnf leaves its cache in the image",
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
	}.report(p, "the metadata of the repositories")
}
