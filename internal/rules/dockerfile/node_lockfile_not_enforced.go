package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// NodeLockfileNotEnforced reports `npm install`, `yarn install` and `pnpm install`
// without an option such as `--frozen-lockfile`, in a build that copies a lock file.
//
// # Why it matters
//
// These commands can change the lock file instead of failing. The image then has
// versions that you did not test. `npm ci` installs exactly the versions in the lock
// file, or fails.
//
// # How to fix it
//
// Use `npm ci`, or `--frozen-lockfile` for Yarn 1 and pnpm, or `--immutable` for Yarn 2
// and later:
//
//	COPY package.json package-lock.json ./
//	RUN npm ci
//
// # Fix safety
//
// There is only a fix where the lock file in the repository was written for the manifest
// next to it, and both are in the folder where the command runs. With another lock file,
// the command fails.
//
// # Exceptions
//
// It does not report:
//
//   - builds that do not copy a lock file
//   - global installations, and installations of named packages
//   - an installation after which a later `RUN` updates all packages
//   - what runs only if `npm ci` or the like has failed, after `||`
//   - pnpm with the variable `CI`, which enforces the lock file
//   - stages with a name such as `dev` or `test`
var NodeLockfileNotEnforced = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "node-lockfile-not-enforced",
		Title:    "Install command can ignore the lock file",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("DF031"),
	},
	Check: checkNodeLockfileNotEnforced,
}

func checkNodeLockfileNotEnforced(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		if s == nil || isDevelopment(s) || !s.ReachesFinal() {
			return
		}
		if (c.Action != "install" && c.Action != "i") || len(c.Packages) > 0 || c.HasFlag("-g", "--global") {
			return
		}
		if hasVariableFlag(c) {
			return
		}
		lock, better := "", ""
		switch c.Manager {
		case "npm":
			lock, better = "package-lock.json", "npm ci"
		case "yarn":
			if c.HasFlag("--frozen-lockfile", "--immutable") {
				return
			}
			lock, better = "yarn.lock", "--frozen-lockfile, or --immutable for Yarn 2 and later"
		case "pnpm":
			if c.HasFlag("--frozen-lockfile") || envAt(p.Doc, c.Command, "CI") {
				return
			}
			lock, better = "pnpm-lock.yaml", "--frozen-lockfile"
		}
		if isFallbackOfLocked(p.Doc, c) || isUpdatedAfter(p.Doc, c) {
			return
		}
		if !copiesNamed(s, lock, c.Instruction) && !copiesInFolder(p, s, c, lock) {
			return
		}
		var fixes []lint.Fix
		if lockMatches(p, c, lock) {
			fixes = enforceLock(c)
		}
		p.Report(lint.Finding{
			Fixes:   fixes,
			Span:    c.Span,
			Message: fmt.Sprintf("%s can install versions that differ from %s; use %s", quoteShort(firstLine(p.Doc.Text(c.Span))), lock, better),
		})
	}, "npm", "yarn", "pnpm")
}

// isFallbackOfLocked reports whether a call runs only where one that keeps to the lock file
// has failed.
func isFallbackOfLocked(d *facts.Dockerfile, c facts.PackageCommand) bool {
	before := d.Text(text.Span{Start: c.Instruction.Span.Start, End: c.Span.Start})
	at := strings.LastIndex(before, "||")
	if at < 0 || strings.ContainsAny(before[at+2:], ";&") {
		return false
	}
	return slices.ContainsFunc(
		[]string{"npm ci", "--frozen-lockfile", "--immutable"},
		func(w string) bool { return strings.Contains(before[:at], w) },
	)
}

// isUpdatedAfter reports whether a later command of the stage resolves the versions anew,
// so that it does not matter what this one installed.
func isUpdatedAfter(d *facts.Dockerfile, c facts.PackageCommand) bool {
	for _, in := range append(d.StageOf(c.Instruction).After(c.Instruction), c.Instruction) {
		if in.Keyword != "run" {
			continue
		}
		for _, later := range d.Commands(in) {
			pkg, ok := facts.Packages(later)
			if !ok || later.Span.Start <= c.Span.Start || pkg.Manager != c.Manager {
				continue
			}
			if slices.Contains([]string{"update", "up", "upgrade"}, pkg.Action) && len(pkg.Packages) == 0 {
				return true
			}
		}
	}
	return false
}

// copiesInFolder reports whether a copy of the whole folder of the package contains the
// lock file, which is next to its manifest.
func copiesInFolder(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, c facts.PackageCommand, lock string) bool {
	if strings.Contains(c.Instruction.Body, "cd ") || c.HasFlag("--prefix", "-C", "--cwd", "--dir") {
		return false
	}
	sources, open := s.ContextSources(c.Instruction)
	if open {
		return false
	}
	context, folder, ok := manifestIn(p, sources, "package.json")
	return ok && isSent(context.Files, path.Join(folder, lock)) && sources.Cover(path.Join(folder, lock))
}

// enforceLock writes "npm ci", or adds the flag, which later versions of Yarn accept too.
// There is no edit if the call has a flag that "npm ci" does not have.
func enforceLock(c facts.PackageCommand) []lint.Fix {
	if pure, ok := c.FindFlag("--pure-lockfile"); ok && c.Script != nil && c.Script.Editable() {
		return unsafeFix("use --frozen-lockfile", lint.EffectGraph, lint.Replace(pure.Span, "--frozen-lockfile"))
	}
	if c.HasFlag("--no-lockfile", "--no-frozen-lockfile", "--lockfile-only", "--fix-lockfile") {
		return nil
	}
	if c.Manager != "npm" {
		return insertAfterAction(c, "--frozen-lockfile")
	}
	for i, w := range c.Words[1:] {
		name, _, _ := strings.Cut(w.Text, "=")
		switch name {
		case "--production", "--omit", "--only", "--include", "--no-audit", "--no-fund", "--silent", "--quiet", "-q", "-s", "--ignore-scripts", "--legacy-peer-deps",
			"--prefer-offline", "--loglevel", "--verbose", "--no-optional", "--no-progress", "--progress", "--registry":
		default:
			if i+1 != c.ActionAt {
				return nil
			}
		}
	}
	if c.Script == nil || !c.Script.Editable() {
		return nil
	}
	return unsafeFix("use npm ci", lint.EffectGraph, lint.Replace(c.Words[c.ActionAt].Span, "ci"))
}
