package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AptListsKept reports `apt-get update` without a command in the same `RUN` that
// removes the package lists. It also reads scripts of the repository that a `RUN`
// starts. In files for development or tests, whose images are not shipped, findings
// have the variant `excused`.
//
// # Why it matters
//
// `apt-get update` stores the package lists in `/var/lib/apt/lists`. A container does
// not use them, and they are soon outdated, but every pull of the image transfers them.
// A later `RUN` cannot remove them from the layer.
//
// # How to fix it
//
// Update, install and clean up in one `RUN`:
//
//	RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
//
// # Exceptions
//
// It does not report:
//
//   - a cache mount or a tmpfs mount on the lists
//   - stages whose layers are not part of the final image
//   - a later `RUN` that installs packages without an update of its own, because it
//     needs the lists; join the two first
var AptListsKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-lists-kept",
		Title:    "apt-get update leaves package lists in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3009", Severity: lint.Info}},
			lint.Names("DF004", "DKL-DI-0005", "kics:apt_get_install_lists_were_not_deleted", "kics:pin_versions_apt_get_delete", "semgrep:remove-package-lists")...,
		),
	},
	Check: checkAptListsKept,
}

func checkAptListsKept(p *facts.Pass[*facts.Dockerfile]) {
	const lists, clean = aptLists, "rm -rf /var/lib/apt/lists/*"
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if mountsAny(in, []string{lists}) || aptListsMatter(p, in) {
			return
		}
		if !strings.Contains(p.Doc.Text(in.Span), "apt") {
			reportScriptLists(p, in)
			return
		}
		var update *facts.Command
		for _, c := range p.Doc.Commands(in) {
			if pkg, ok := facts.Packages(c); ok && (pkg.Manager == "apt-get" || pkg.Manager == "apt" || pkg.Manager == "aptitude") &&
				pkg.Action == "update" {
				update = c
			}
			if update != nil && removesAny(c, []string{lists}) {
				return
			}
		}
		if update == nil || (!p.Hadolint && strings.Contains(in.Args, lists)) {
			return
		}
		needed := installsLater(p, in)
		if needed && !p.Hadolint {
			return
		}
		f := lint.Finding{
			Span:    update.Span,
			Message: fmt.Sprintf("%s leaves package lists in the image, where they only take up space; end the RUN with %q", quoteShort(firstLine(p.Doc.Text(update.Span))), clean),
		}
		if !needed {
			f.Fixes = dropLists(p.Doc, update, clean)
		}
		p.Report(weighSize(p, f))
	})
}

// dropLists appends the removal of the lists to the RUN of an update. One that does nothing
// else is removed: nothing is installed with its lists.
func dropLists(d *facts.Dockerfile, update *facts.Command, clean string) []lint.Fix {
	if len(d.Commands(update.Instruction)) == 1 {
		edit, ok := deleteInstruction(update.Instruction)
		hasNote := strings.Contains(d.Text(update.Instruction.Span), "#")
		if !ok || hasNote {
			return nil
		}
		return unsafeFix("remove the update, since nothing is installed with its lists", lint.EffectGraph, edit)
	}
	fix, ok := appendCommand(d, update, clean)
	if !ok {
		return nil
	}
	return []lint.Fix{fix}
}

// reportScriptLists looks at the scripts of the repository that a RUN starts.
func reportScriptLists(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) {
	for _, c := range p.Doc.Commands(in) {
		script := p.Project.ScriptOf(p.Doc.StageOf(in), c)
		if script == nil || strings.Contains(string(script.Source.Bytes), aptLists) || installsLater(p, in) {
			continue
		}
		var update *facts.Command
		for _, call := range script.Calls {
			pkg, ok := facts.Packages(call)
			switch {
			case !ok:
			case pkg.RemovesLists():
				return
			case (pkg.Manager == "apt-get" || pkg.Manager == "apt") && pkg.Action == "update":
				update = call
			}
		}
		if update == nil {
			continue
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s, which runs here, leaves package lists of apt in the image, where they only take up space; end the script with %q", quoteShort(script.Source.Path), "rm -rf /var/lib/apt/lists/*"),
			Related: []lint.Related{{Source: script.Source, Span: script.SpanOf(update.Call), Message: "the lists are downloaded here"}},
		})
	}
}

// aptListsMatter reports whether the lists of a RUN are not part of the image.
func aptListsMatter(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	s := p.Doc.StageOf(in)
	return s != nil && !s.InFinalImage()
}

// installsLater reports whether apt installs after the instruction without an
// update of its own, in the stage, in one that builds on it, or in another Dockerfile.
func installsLater(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	d := p.Doc
	last := facts.Once(d, "last install by apt without an update", nil, func() int {
		last := -1
		d.Each("run", true, func(x *dockerfile.Instruction) {
			if installsWithoutUpdate(d, x) {
				last = x.Index()
			}
		})
		return last
	})
	return last > in.Index() || p.Project.InstallsOn(d, "apt") != ""
}

func installsWithoutUpdate(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	if !strings.Contains(d.Text(in.Span), "apt") {
		return false
	}
	for _, c := range d.Commands(in) {
		pkg, ok := facts.Packages(c)
		if !ok || (pkg.Manager != "apt-get" && pkg.Manager != "apt") {
			continue
		}
		switch pkg.Action {
		case "update":
			return false
		case "install":
			return true
		}
	}
	return false
}
