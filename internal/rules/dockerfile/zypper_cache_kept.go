package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ZypperCacheKept reports `RUN` instructions in which zypper installs or updates
// packages and leaves its cache. In files for development or tests, whose images are
// not shipped, findings have severity info and the variant `excused`.
//
// # Why it matters
//
// zypper keeps the metadata of the repositories in `/var/cache/zypp`, and the packages too
// where a repository is set to keep them. A container does not use it, but every pull of
// the image transfers it.
//
// # How to fix it
//
// Clean up in the same `RUN`:
//
//	RUN zypper -n install httpd && zypper clean --all
//
// # Exceptions
//
// It does not report:
//
//   - commands followed by one that removes the cache in the same `RUN`
//   - a cache mount or a tmpfs mount on the cache
//   - stages whose layers are not part of the final image
var ZypperCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "zypper-cache-kept",
		Title:    "zypper install leaves its cache in the image",
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
	}.report(p, "the metadata of the repositories")
}
