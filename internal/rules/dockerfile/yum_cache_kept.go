package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// YumCacheKept reports `RUN` instructions in which yum installs or updates packages and
// leaves its cache. In files for development or tests, whose images are not shipped,
// findings have severity info and the variant `excused`.
//
// # Why it matters
//
// yum keeps the metadata of the repositories in `/var/cache`, and the packages too where
// `keepcache` is on. The metadata can be larger than the installed packages. A container
// does not use it, but every pull of the image transfers it.
//
// # How to fix it
//
// Clean up in the same `RUN`:
//
//	RUN yum install -y httpd && yum clean all
//
// # Exceptions
//
// It does not report:
//
//   - commands followed by one that removes the cache in the same `RUN`
//   - a cache mount or a tmpfs mount on the cache
//   - stages whose layers are not part of the final image
var YumCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "yum-cache-kept",
		Title:    "yum install leaves its cache in the image",
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
			return (later.Manager == "yum" || later.Manager == "dnf") && later.Action == "clean" && len(later.Packages) > 0 &&
				later.Packages[0].Text == "all"
		},
		dirs:  []string{"/var/cache/yum", "/var/cache/dnf"},
		clean: func(string) string { return "yum clean all" },
	}.report(p, "the metadata of the repositories")
}
