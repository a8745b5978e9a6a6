package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AptListsKept finds apt-get update whose lists are not removed in the same
// RUN: twenty megabytes and more that are stale at once.
//
// Silent in stages whose layers are no part of the image, with a cache or a tmpfs
// mounted on the lists, and where a later RUN installs without an update of its own,
// for which the lists have to stay: bring the update and the install together first.
//
// In files for development or tests it is excused: an info, and off by default.
var AptListsKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "apt-lists-kept",
		Title:    "The package lists of apt stay in the image",
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
			if pkg, ok := facts.Packages(c); ok && (pkg.Manager == "apt-get" || pkg.Manager == "apt" || pkg.Manager == "aptitude") && pkg.Action == "update" {
				update = c
			}
			if update != nil && removesAny(c, []string{lists}) {
				return
			}
		}
		if update == nil || !p.Hadolint && strings.Contains(in.Args, lists) {
			return
		}
		needed := installsLater(p.Doc, in)
		if needed && !p.Hadolint {
			return
		}
		f := lint.Finding{
			Span:    update.Span,
			Message: fmt.Sprintf("%s leaves its lists in the image, which are stale at once; end the RUN with %q", quoteShort(firstLine(p.Doc.Text(update.Span))), clean),
		}
		if fix, ok := appendCommand(p.Doc, update, clean); ok && !needed {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(weighSize(p, f))
	})
}

// reportScriptLists looks at the scripts of the repository that a RUN starts.
func reportScriptLists(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) {
	for _, c := range p.Doc.Commands(in) {
		script := p.Project.ScriptOf(p.Doc.StageOf(in), c)
		if script == nil || strings.Contains(string(script.Source.Bytes), aptLists) || installsLater(p.Doc, in) {
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
			Message: fmt.Sprintf("%s, which this runs, leaves the lists of apt in the image, which are stale at once; end the script with %q", quoteShort(script.Source.Path), "rm -rf /var/lib/apt/lists/*"),
			Related: []lint.Related{{Source: script.Source, Span: script.SpanOf(update.Call), Message: "they are fetched here"}},
		})
	}
}

// aptListsMatter tells whether the lists of a RUN are no part of the image.
func aptListsMatter(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	s := p.Doc.StageOf(in)
	return s != nil && !s.InFinalImage()
}

// installsLater tells whether apt installs after the instruction without an
// update of its own, in the stage or in one that builds on it.
func installsLater(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	last := facts.Once(d, "last install by apt without an update", nil, func() int {
		last := -1
		d.Each("run", true, func(x *dockerfile.Instruction) {
			if installsWithoutUpdate(d, x) {
				last = x.Index()
			}
		})
		return last
	})
	return last > in.Index()
}

func installsWithoutUpdate(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	if !strings.Contains(d.Text(in.Span), "apt") {
		return false
	}
	for _, c := range d.Commands(in) {
		pkg, ok := facts.Packages(c)
		if !ok || pkg.Manager != "apt-get" && pkg.Manager != "apt" {
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
