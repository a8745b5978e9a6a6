package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ApkCacheKept reports `apk add` without `--no-cache`. In files for development or
// tests, whose images are not shipped, findings have the variant `excused`.
//
// # Why it matters
//
// Without `--no-cache`, apk stores its package index in the image. A container does not
// use the index, but every pull of the image transfers it.
//
// # How to fix it
//
// Use `apk add --no-cache`, and remove `apk update`: it stores the index as well.
//
// # Fix safety
//
// There is no fix where another command needs the index that `apk update` leaves, or where
// another Dockerfile of the repository builds on this image and adds packages with it.
//
// # Exceptions
//
// It does not report:
//
//   - a cache mount at `/var/cache/apk` or `/etc/apk/cache`, or a later command in the
//     same `RUN` that removes the folder
//   - `--no-network` and `--cache-dir`, or a variable that can hold options
//   - stages whose layers are not part of the final image
//   - an index that an earlier `RUN` left there with `apk update`, because `apk add`
//     then adds nothing
//   - commands that run only under a condition
var ApkCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apk-cache-kept",
		Title:    "apk add leaves the package index in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3019", Severity: lint.Info}},
			lint.Names("DF029", "DKL-DI-0004", "DS025", "kics:apk_add_using_local_cache_path", "semgrep:missing-apk-no-cache")...,
		),
	},
	Check: checkApkCacheKept,
}

func checkApkCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	dirs := []string{"/var/cache/apk", "/etc/apk/cache"}
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if c.Action != "add" || c.HasFlag("--no-cache", "--no-network", "--cache-dir") || hasVariableFlag(c) || mountsAny(c.Instruction, dirs) {
			return
		}
		if !p.Hadolint && !shipsLayers(p.Doc, c.Instruction) {
			return
		}
		if !p.Hadolint && (c.Conditional() || hasApkIndex(p.Doc, c)) {
			return
		}
		for _, other := range p.Doc.Commands(c.Instruction) {
			if !p.Hadolint && removesAny(other, dirs) && other.Span.Start > c.Span.Start {
				return
			}
		}
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s leaves the package index in the image, where it only takes up space; add --no-cache", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		}
		update := apkUpdateBefore(p.Doc, c)
		if update != nil && !p.Hadolint {
			f.Message = fmt.Sprintf("%s leaves the package index in the image, where it only takes up space; remove it, and pass --no-cache here",
				quoteShort("apk update"))
			f.Related = []lint.Related{{Span: update.Span, Message: "it downloads the index"}}
		}
		if update == nil && c.Script.Editable() && p.Project.InstallsOn(p.Doc, "apk") == "" {
			at := c.Words[c.ActionAt].Span.End
			f.Fixes = []lint.Fix{
				{
					Title:         "add --no-cache",
					Applicability: lint.Unsafe,
					MaxEffect:     lint.EffectGraph,
					Edits:         []lint.FileEdit{lint.Insert(at, " --no-cache")},
				},
			}
		}
		if update != nil && p.Project.InstallsOn(p.Doc, "apk") == "" {
			f.Fixes = addWithoutUpdate(p.Doc, c, update)
		}
		p.Report(weighSize(p, f))
	}, "apk")
}

// addWithoutUpdate removes "apk update" and adds --no-cache to each apk add of the RUN, in one
// fix of the first of them. There is none where another command needs the index that the
// update leaves.
func addWithoutUpdate(d *facts.Dockerfile, c facts.PackageCommand, update *facts.Command) []lint.Fix {
	edit, ok := deleteCommand(update)
	if !ok {
		return nil
	}
	edits := []lint.FileEdit{edit}
	for _, other := range d.Commands(c.Instruction) {
		pkg, isPackage := facts.Packages(other)
		switch {
		case !isPackage || pkg.Manager != "apk" || other == update || pkg.Action == "del":
		case pkg.Action != "add" || pkg.Conditional() || !pkg.Script.Editable() || hasVariableFlag(pkg):
			return nil
		case other.Span.Start < c.Span.Start && !pkg.HasFlag("--no-cache"):
			return nil // the first apk add has the fix
		case !pkg.HasFlag("--no-cache"):
			edits = append(edits, lint.Insert(pkg.Words[pkg.ActionAt].Span.End, " --no-cache"))
		}
	}
	for _, later := range d.Instructions[c.Instruction.Index()+1:] {
		if later.Keyword == "run" && strings.Contains(later.Body, "apk ") && !strings.Contains(later.Body, "--no-cache") {
			return nil
		}
	}
	return unsafeFix("remove apk update, and add --no-cache", lint.EffectGraph, edits...)
}

// apkUpdateBefore is the "apk update" of the same RUN, before the call: it leaves the index
// whatever the call does. It is nil where there is none.
func apkUpdateBefore(d *facts.Dockerfile, c facts.PackageCommand) *facts.Command {
	for _, other := range d.Commands(c.Instruction) {
		pkg, ok := facts.Packages(other)
		if ok && pkg.Manager == "apk" && pkg.Action == "update" && other.Span.Start < c.Span.Start {
			return other
		}
	}
	return nil
}

// hasApkIndex reports whether a RUN above the call's has left an index in the image, so
// that the call adds none.
func hasApkIndex(d *facts.Dockerfile, c facts.PackageCommand) bool {
	s := d.StageOf(c.Instruction)
	if s == nil || c.HasFlag("-U", "--update", "--update-cache") {
		return false
	}
	first := s.First("fetches an index that apk add finds", func(in *dockerfile.Instruction) bool {
		if in.Keyword != "run" || !strings.Contains(in.Body, "update") {
			return false
		}
		commands := d.Commands(in)
		updates := func(c *facts.Command) bool {
			p, ok := facts.Packages(c)
			return ok && p.Manager == "apk" && p.Action == "update"
		}
		removes := func(c *facts.Command) bool { return removesAny(c, []string{"/var/cache/apk"}) }
		return slices.ContainsFunc(commands, updates) && !slices.ContainsFunc(commands, removes)
	})
	return first != nil && first.Index() < c.Instruction.Index()
}
