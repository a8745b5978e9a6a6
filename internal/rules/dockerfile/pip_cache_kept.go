package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PipCacheKept reports `pip install` without `--no-cache-dir`. In files for development
// or tests, whose images are not shipped, findings have the variant `excused`.
//
// # Why it matters
//
// pip keeps the wheels that it downloads or builds in `~/.cache/pip`. A container does
// not use them, but every pull of the image transfers them. A later `RUN` cannot remove
// them from the layer.
//
// # How to fix it
//
// Turn the cache off, or mount it, as in the second line:
//
//	RUN pip install --no-cache-dir -r requirements.txt
//	RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
//
// # Exceptions
//
// It does not report:
//
//   - `PIP_NO_CACHE_DIR` that the stage, the command or the base image sets
//   - a base image whose name is a variable without a default
//   - a cache that is mounted, or that the same `RUN` removes
//   - stages whose layers are not part of the final image
//   - calls that only install pip, setuptools, wheel, pipenv or virtualenv
//   - `sudo -E`, with which pip does not use its cache
//   - pip of Debian 8, Ubuntu 14.04 and older, which has no cache
var PipCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-cache-kept",
		Title:    "pip leaves its cache in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3042", Severity: lint.Warning}},
			lint.Names("DF030", "kics:disable_pip_cache", "kics:pip_install_keeping_cached_packages", "semgrep:missing-pip-no-cache-dir")...,
		),
	},
	Check: checkPipCacheKept,
}

func checkPipCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	dirs := []string{"/root/.cache", "/root/.cache/pip", "~/.cache", "$HOME/.cache"}
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if c.Action != "install" || c.HasFlag("--no-cache-dir", "--no-cache", "--cache-dir", "--dry-run", "--help") || hasVariableFlag(c) || mountsAny(c.Instruction, dirs) {
			return
		}
		if mountsPipCache(p.Doc, c.Instruction) || (!p.Hadolint && !shipsLayers(p.Doc, c.Instruction)) || pipCacheIsOff(p, c) {
			return
		}
		if !p.Hadolint && (hasOldPip(p.Doc, c) || onlyTools(c) || keepsHomeOfOther(c.Command)) {
			return
		}
		for _, other := range p.Doc.Commands(c.Instruction) {
			if other.Span.Start <= c.Span.Start {
				continue
			}
			if pkg, ok := facts.Packages(other); removesAny(other, dirs) ||
				(ok && pkg.Manager == "pip" && pkg.Action == "cache" && len(pkg.Packages) > 0 && pkg.Packages[0].Text == "purge") {
				return
			}
		}
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s leaves its cache in the image, which makes it larger; add --no-cache-dir", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		}
		if c.Script != nil && c.Script.Editable() && !mayHaveOldPip(p, c) {
			at := c.Words[c.ActionAt].Span.End
			f.Fixes = []lint.Fix{
				{
					Title:         "add --no-cache-dir",
					Applicability: lint.Unsafe,
					MaxEffect:     lint.EffectGraph,
					Edits:         []lint.FileEdit{lint.Insert(at, " --no-cache-dir")},
				},
			}
		}
		p.Report(weighSize(p, f))
	}, "pip")
}

// onlyTools reports whether a call only downloads the installers themselves, which are a
// few megabytes.
func onlyTools(c facts.PackageCommand) bool {
	return len(c.Packages) > 0 && !c.HasFlag("-r", "--requirement") && !slices.ContainsFunc(c.Packages, func(a facts.Argument) bool {
		switch requirementName(a.Text) {
		case "pip", "setuptools", "wheel", "pipenv", "virtualenv":
			return false
		}
		return true
	})
}

// keepsHomeOfOther reports whether sudo keeps HOME: pip then runs as root, finds a folder
// of another user, and does not use its cache.
func keepsHomeOfOther(c *facts.Command) bool {
	return len(c.Wrappers) > 0 && c.Wrappers[0].Text == "sudo" && slices.ContainsFunc(c.Wrappers, func(a facts.Argument) bool {
		return a.Text == "-E" || a.Text == "--preserve-env"
	})
}

// hasOldPip reports whether pip is that of a distribution from before pip's cache, and no
// step has installed another one.
func hasOldPip(d *facts.Dockerfile, c facts.PackageCommand) bool {
	s := d.StageOf(c.Instruction)
	if s == nil {
		return false
	}
	base := s.Base()
	tag, _, _ := strings.Cut(base.Tag, "-")
	switch base.Name() + ":" + tag {
	case "ubuntu:12.04", "ubuntu:14.04", "ubuntu:precise", "ubuntu:trusty", "debian:7", "debian:8", "debian:wheezy", "debian:jessie":
	default:
		return false
	}
	newer := s.First("brings another pip", func(in *dockerfile.Instruction) bool { return bringsPip(d, in) })
	return (newer == nil || newer.Index() > c.Instruction.Index()) &&
		(s.Parent == nil || !s.Parent.Any("brings another pip", func(in *dockerfile.Instruction) bool { return bringsPip(d, in) }))
}

// mayHaveOldPip reports whether nothing shows how old pip is: the repository's own image
// brings it, and that may hold a release whose pip has no cache and refuses the flag.
func mayHaveOldPip(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand) bool {
	s := p.Doc.StageOf(c.Instruction)
	if s == nil || !isOwn(p, s.Base()) {
		return false
	}
	return !s.Any("brings another pip", func(in *dockerfile.Instruction) bool { return bringsPip(p.Doc, in) })
}

func isOwn(p *facts.Pass[*facts.Dockerfile], i facts.Image) bool {
	return i.HasVariable() || p.Project.Local(i) != "" || p.Project.Publishes(i)
}

func bringsPip(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	if in.Keyword != "run" {
		return false
	}
	if strings.Contains(in.Body, "get-pip") || strings.Contains(in.Body, "easy_install") || strings.Contains(in.Body, "conda") {
		return true
	}
	return slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		other, ok := facts.Packages(c)
		return ok && other.Manager == "pip" &&
			slices.ContainsFunc(other.Packages, func(a facts.Argument) bool { return a.Text == "pip" || strings.HasPrefix(a.Text, "pip=") })
	})
}

// mountsPipCache reports whether a mount's target is a pip cache of some user, or
// the one that a variable names.
func mountsPipCache(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	if mountsNamed(d, in, "PIP_CACHE_DIR", "XDG_CACHE_HOME") {
		return true
	}
	for _, f := range in.Flags {
		if target, _, ok := facts.MountOption(f, "target"); f.Name == "mount" && ok && strings.Contains(target, "pip") {
			return true
		}
	}
	return false
}
