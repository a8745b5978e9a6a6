package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SudoInRun finds RUN instructions that call sudo.
//
// A RUN has the rights of the USER above it: where that is root sudo does
// nothing, and else it takes an image with a way to become root. Switch with
// USER instead.
//
// Silent for the package sudo and its configuration.
var SudoInRun = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "sudo-in-run",
		Title:    "sudo in a build",
		Category: lint.Security,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3004", Severity: lint.Error}},
			lint.Names("CKV2_DOCKER_1", "DF010", "DKL-DI-0001", "DS010", "kics:run_using_sudo", "semgrep:no-sudo-in-dockerfile")...,
		),
	},
	Check: checkSudoInRun,
}

func checkSudoInRun(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !strings.Contains(in.Body, "sudo") {
			return
		}
		var found []text.Span
		var edits []lint.FileEdit
		for _, c := range p.Doc.Commands(in) {
			at, ok := sudoOf(c)
			if !ok {
				continue
			}
			found = append(found, at.Span)
			if len(c.Wrappers) == 1 && len(c.Words) > 0 && c.Script != nil && c.Script.Editable() {
				edits = append(edits, lint.Delete(text.Span{Start: at.Span.Start, End: c.Words[0].Span.Start}))
			}
		}
		if len(found) == 0 {
			return
		}
		f := lint.Finding{
			Span:    found[0],
			Message: "sudo changes nothing for root, and gives any other user a way to be root in the image; switch with USER root, and back",
		}
		for _, more := range found[1:] {
			f.Related = append(f.Related, lint.Related{Span: more, Message: "the same here"})
		}
		if len(edits) == len(found) && runsAsRoot(p.Doc, in) {
			f.Fixes = []lint.Fix{{Title: "remove sudo", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: edits}}
		}
		p.Report(f)
	})
}

// sudoOf finds the word by which a command runs below sudo.
func sudoOf(c *facts.Command) (word facts.Argument, ok bool) {
	for _, w := range c.Wrappers {
		if w.Text == "sudo" || strings.HasSuffix(w.Text, "/sudo") {
			return w, true
		}
	}
	if c.Name() == "sudo" {
		return c.Words[0], true
	}
	return word, false
}

// runsAsRoot tells whether no USER stands before the instruction, in its stage
// or in those that it builds on, whose base then has root by default.
func runsAsRoot(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	if s == nil {
		return false
	}
	for _, x := range s.Chain() {
		for _, c := range x.Instructions {
			if c.Keyword == "user" && (x != s || c.Index() < in.Index()) {
				return false
			}
		}
	}
	base, known := facts.LookupBase(s.Base())
	return known && base.User == ""
}
