package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// prompts describes when a package manager asks for confirmation.
type prompts struct {
	managers, actions []string
	// yes are flags that answer for it.
	yes []string
	// flag is what the fix inserts after the action, or before it.
	flag   string
	before bool
	// answered reports whether something else answers; it may be nil.
	answered func(*facts.Dockerfile, facts.PackageCommand) bool
	// idle reports whether a call has nothing to ask, except in hadolint's mode; it may be nil.
	idle func(*facts.Dockerfile, facts.PackageCommand) bool
}

// report reports the calls that ask for confirmation.
func (q prompts) report(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if !slices.Contains(q.actions, c.Action) || c.HasFlag(q.yes...) || (q.answered != nil && q.answered(p.Doc, c)) {
			return
		}
		if hasVariableFlag(c) || (!p.Hadolint && q.idle != nil && q.idle(p.Doc, c)) {
			return
		}
		action := c.Words[c.ActionAt]
		f := lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s asks for confirmation, and the build fails because there is no answer; add %s", quoteShort(firstLine(p.Doc.Text(c.Span))), q.flag),
		}
		edit := lint.Insert(action.Span.End, " "+q.flag)
		if q.before {
			edit = lint.Insert(action.Span.Start, q.flag+" ")
		}
		if c.Script.Editable() {
			f.Fixes = []lint.Fix{{Title: "add " + q.flag, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{edit}}}
		}
		p.Report(f)
	}, q.managers...)
}

// hasVariableFlag reports whether a word before the packages is a variable, which
// may hold any flag.
func hasVariableFlag(c facts.PackageCommand) bool {
	return slices.ContainsFunc(c.Words[1:], func(a facts.Argument) bool {
		return !a.Literal && len(a.Text) > 0 && a.Text[0] == '$' && isFlagName(a.Text)
	})
}

// isFlagName reports whether a variable's name suggests options.
func isFlagName(variable string) bool {
	for _, part := range []string{"OPT", "FLAG", "ARGS", "opt", "flag", "args"} {
		if contains(variable, part) {
			return true
		}
	}
	return false
}

// pipesYes reports whether something answers a command: the script has a yes before it, or
// the command reads from a pipe.
func pipesYes(c facts.PackageCommand) bool {
	body := c.Instruction.Body
	if strings.Contains(body, "yes |") || strings.Contains(body, "yes|") {
		return true
	}
	before := c.Instruction.Document().Text(text.Span{Start: c.Instruction.Span.Start, End: c.Span.Start})
	before = strings.TrimSuffix(strings.TrimRight(before, " \t\\\n"), "sudo")
	before = strings.TrimRight(before, " \t\\\n")
	return strings.HasSuffix(before, "|") && !strings.HasSuffix(before, "||")
}

// answersRPM reports whether the configuration of dnf or yum answers.
func answersRPM(d *facts.Dockerfile, c facts.PackageCommand) bool {
	return pipesYes(c) || facts.Once(d, "dnf is configured", nil, func() bool {
		return slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool {
			return in.Keyword == "run" && strings.Contains(strings.ReplaceAll(in.Body, " ", ""), "assumeyes=")
		})
	})
}
