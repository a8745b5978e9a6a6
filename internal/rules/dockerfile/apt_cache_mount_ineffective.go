package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AptCacheMountIneffective reports cache mounts at `/var/cache/apt` that stay empty,
// because the base image deletes downloaded packages after each installation. It reports
// one mount in each stage.
//
// # Why it matters
//
// The images of Debian and Ubuntu have the file `/etc/apt/apt.conf.d/docker-clean`,
// which tells apt to delete what it downloaded. The cache mount then never has a
// package, and every build downloads all packages again.
//
// # How to fix it
//
// Delete the file before the installation:
//
//	RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
//	    rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y git
//
// If you use `apt` instead of `apt-get`, also set
// `Binary::apt::APT::Keep-Downloaded-Packages "true";` in a file in
// `/etc/apt/apt.conf.d`.
//
// # Exceptions
//
// It does not report:
//
//   - a stage, or one that it builds on, that mentions `docker-clean`,
//     `Keep-Downloaded-Packages` or `apt.conf`
//   - base images that are not known to be based on Debian or Ubuntu
//   - mounts at `/var/lib/apt` only, which are not affected
var AptCacheMountIneffective = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-cache-mount-ineffective",
		Title:    "Cache mount for apt stays empty",
		Category: lint.Speed,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("docs:cache-mounts"),
	},
	Check: checkAptCacheMountIneffective,
}

func checkAptCacheMountIneffective(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Base().System() != facts.Debian || keepsDownloads(p.Doc, s) {
			continue
		}
		for _, in := range s.Instructions {
			mount, ok := aptCacheMount(in)
			if !ok {
				continue
			}
			commands := p.Doc.Commands(in)
			at := slices.IndexFunc(commands, installsByApt)
			if at < 0 {
				continue
			}
			f := lint.Finding{
				Span:    mount.Flag.Span,
				Message: fmt.Sprintf("the base image deletes downloaded packages, so the cache at %s stays empty; run rm -f %s first", quoteShort(mount.Target), dockerClean),
			}
			if edit, ok := prependCommand(p.Doc, commands[at], "rm -f "+dockerClean); ok {
				f.Fixes = unsafeFix("remove docker-clean first", lint.EffectGraph, edit)
			}
			p.Report(f)
			break // what it removes is gone for the rest of the stage
		}
	}
}

const dockerClean = "/etc/apt/apt.conf.d/docker-clean"

// keepsDownloads reports whether the stage, or one that it builds on, handles the
// setting.
func keepsDownloads(d *facts.Dockerfile, s *facts.Stage) bool {
	return s.Any("keeps apt's downloads", func(in *dockerfile.Instruction) bool {
		src := d.Text(in.Span)
		return strings.Contains(src, "docker-clean") || strings.Contains(src, "Keep-Downloaded-Packages") || strings.Contains(src, "apt.conf")
	})
}

// aptCacheMount is the mount of a RUN that is meant to keep what apt fetches.
func aptCacheMount(in *dockerfile.Instruction) (facts.Mount, bool) {
	if in.Keyword != "run" {
		return facts.Mount{}, false
	}
	for _, m := range facts.Mounts(in) {
		if m.Type == "cache" && (m.Target == "/var/cache/apt" || m.Target == "/var/cache/apt/archives") {
			return m, true
		}
	}
	return facts.Mount{}, false
}

func installsByApt(c *facts.Command) bool {
	pkg, ok := facts.Packages(c)
	return ok && (pkg.Manager == "apt-get" || pkg.Manager == "apt") && (pkg.Action == "install" || pkg.Action == "build-dep")
}
