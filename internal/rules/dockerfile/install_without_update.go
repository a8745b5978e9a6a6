package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// InstallWithoutUpdate reports `apt-get install` in a `RUN` without `apt-get update`,
// if an earlier `RUN` of the file updated the package lists and installed something
// else. It also reads scripts in the repository that a `RUN` runs.
//
// # Why it matters
//
// Docker can take the layer with the lists from its cache, so the lists can be weeks
// old. apt-get then asks for versions that the archive no longer has, and the build
// fails with `404 Not Found`.
//
// # How to fix it
//
// Update the lists in the same `RUN`, and remove them at its end:
//
//	RUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*
//
// # Exceptions
//
// It does not report:
//
//   - an `apt-get update` in a separate `RUN`, which `update-without-install` reports
//   - packages that are files, such as `./tool.deb`
//   - a `RUN` with a mount
//   - lists that an earlier command removed, because the build then fails at once
//   - distributions that reached end of life, because their archive no longer changes
//   - stages that run a script that is not in the repository, because it can update the
//     lists
var InstallWithoutUpdate = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "install-without-update",
		Title:    "apt-get install uses package lists from an earlier layer",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkInstallWithoutUpdate,
}

func checkInstallWithoutUpdate(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if hasFrozenArchive(p, s) {
			continue
		}
		listsAtEnd(p, s, func(c *facts.Command) {
			p.Report(lint.Finding{
				Fixes:   updateFirst(p.Doc, c),
				Span:    c.Span,
				Message: fmt.Sprintf("%s uses package lists from an earlier layer; if they are outdated, the install fails; begin the RUN with apt-get update", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			})
		})
	}
}

// updateFirst begins the RUN of an install with an update of the lists, where the RUN
// is one chain of commands.
func updateFirst(d *facts.Dockerfile, c *facts.Command) []lint.Fix {
	update := c.Name() + " update"
	edit, ok := prependCommand(d, c, update)
	if !ok || !d.IsChain(c.Instruction) {
		return nil
	}
	return unsafeFix("begin with "+update, lint.EffectGraph, edit)
}

// hasFrozenArchive reports whether the distribution of a stage gets no more updates, so
// that its archive keeps the versions of an old package list.
func hasFrozenArchive(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	base := s.Base()
	if !base.Known {
		return false
	}
	on := lifecycle.Day(p.Settings)
	if r, ok := images.SystemOf(images.Canonical(base.Name()), base.Tag); ok {
		return r.HasEnded(on)
	}
	// Other publishers write the release into the tag too: 12.4.1-devel-ubuntu20.04.
	for part := range strings.SplitSeq(base.Tag, "-") {
		for _, name := range [...]string{"ubuntu", "debian"} {
			if version, ok := strings.CutPrefix(part, name); ok {
				r, ok := images.ReleaseOf(name, version)
				return ok && r.HasEnded(on)
			}
		}
	}
	return false
}

// listsAtEnd reports whether the stage ends with lists that a RUN with an install fetched.
// visit is called for each install of the stage that uses such lists; it may be nil.
func listsAtEnd(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, visit func(*facts.Command)) bool {
	d, kept := p.Doc, false
	if s.Parent != nil {
		kept = facts.Once(d, "apt's lists at the end", s.Parent, func() bool { return listsAtEnd(p, s.Parent, nil) })
	}
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		if hasMount(in) {
			kept = false
			continue
		}
		updated, installed := false, false
		for _, c := range withScripts(p, s, in) {
			pkg, ok := facts.Packages(c)
			isApt := ok && (pkg.Manager == "apt-get" || pkg.Manager == "apt")
			switch {
			case !isApt && !updated && !ok && mayInstall(c):
				kept = false
			case !isApt && removesAny(c, []string{aptLists}), isApt && pkg.RemovesLists():
				kept, updated = false, false
			case !isApt:
			case pkg.Action == "update":
				updated = true
			case pkg.Action == "install":
				if kept && !updated && visit != nil && c.Instruction == in && !ofFilesOnly(pkg) && !installed {
					visit(c)
				}
				installed = true
			}
		}
		if updated {
			kept = installed
		}
	}
	return kept
}

// withScripts lists the commands of a RUN. The command that runs a script of the repository
// is replaced by the commands of the script.
func withScripts(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) []*facts.Command {
	var all []*facts.Command
	for _, c := range p.Doc.Commands(in) {
		if script := p.Project.ScriptOf(s, c); script != nil {
			all = append(all, script.Calls...)
			continue
		}
		all = append(all, c)
	}
	return all
}

// ofFilesOnly reports whether an install names packages of files, or none that is known.
func ofFilesOnly(c facts.PackageCommand) bool {
	return !slices.ContainsFunc(c.Packages, func(a facts.Argument) bool {
		return !isPath(a.Text) && !strings.HasSuffix(a.Text, ".deb") && !strings.Contains(a.Text, "$")
	})
}
