package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AptCacheMountIneffective finds cache mounts at /var/cache/apt that stay
// empty: the images of Debian and Ubuntu have a setting in
// /etc/apt/apt.conf.d/docker-clean that deletes what was fetched after each
// installation.
//
// Remove that file before, as Docker's manual does. The program apt, unlike
// apt-get, also needs Binary::apt::APT::Keep-Downloaded-Packages.
//
// Silent where the file or the setting is mentioned, in the stage or in one
// that it builds on, for bases that are not known to have it, and for mounts of
// the lists alone.
var AptCacheMountIneffective = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-cache-mount-ineffective",
		Title:    "The image empties the mounted cache",
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
				Message: fmt.Sprintf("the images of Debian and Ubuntu delete what apt fetches, so %s stays empty; run rm -f %s before", quoteShort(mount.Target), dockerClean),
			}
			if edit, ok := prependCommand(p.Doc, commands[at], "rm -f "+dockerClean); ok {
				f.Fixes = unsafeFix("remove docker-clean before", lint.EffectGraph, edit)
			}
			p.Report(f)
			break // what it removes is gone for the rest of the stage
		}
	}
}

const dockerClean = "/etc/apt/apt.conf.d/docker-clean"

// keepsDownloads tells whether the stage, or one that it builds on, does
// something about the setting.
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
