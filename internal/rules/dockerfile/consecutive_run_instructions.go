package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ConsecutiveRunInstructions reports a `RUN` directly after another `RUN`, where both
// have a single command and the same options.
//
// # Why it matters
//
// Each `RUN` makes a layer of its own. More layers make pulls slower, and files that the
// first command creates and the second one deletes stay in the image.
//
// The rule is off by default, because a layer costs little and separate layers are
// cached separately.
//
// # How to fix it
//
// Join the commands with `&&`.
//
// # Exceptions
//
// It does not report:
//
//   - `RUN` in exec form and with here-documents
//   - a `RUN` with several commands, which is most likely separate on purpose
var ConsecutiveRunInstructions = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "consecutive-run-instructions",
		Title:    "Consecutive RUN instructions can be joined",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3059", Severity: lint.Info}},
			lint.Names("DF003", "kics:multiple_run_add_copy_instructions_listed")...,
		),
	},
	Check: checkConsecutiveRunInstructions,
}

func checkConsecutiveRunInstructions(p *facts.Pass[*facts.Dockerfile]) {
	var before *dockerfile.Instruction
	for _, outer := range p.Doc.Instructions {
		in := outer
		if outer.Inner != nil {
			in = outer.Inner
		}
		if in.Keyword != "run" {
			before = nil
			continue
		}
		if before != nil && sameFlags(before, in) && isShort(p, before) && isShort(p, in) {
			f := lint.Finding{Span: in.KeywordSpan, Message: "this RUN directly follows another RUN and adds a layer; join the two with &&"}
			if edit, ok := joinRuns(p.Doc, before, in, false); ok {
				f.Fixes = unsafeFix("join it with the RUN above", lint.EffectGraph, edit)
			}
			p.Report(f)
		}
		before = in
	}
}

// isShort reports whether a RUN has one command: longer chains are separate on
// purpose.
func isShort(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) bool {
	if in.JSON || len(in.Heredocs) > 0 {
		return false
	}
	s := in.Script()
	return s == nil || s.File == nil || (len(s.File.Stmts) == 1 && len(p.Doc.Commands(in)) <= 1) ||
		(p.Hadolint && !strings.ContainsAny(in.Args, ";&"))
}

func sameFlags(a, b *dockerfile.Instruction) bool {
	if len(a.Flags) != len(b.Flags) {
		return false
	}
	for i := range a.Flags {
		if a.Flags[i].Name != b.Flags[i].Name || a.Flags[i].Value != b.Flags[i].Value {
			return false
		}
	}
	return true
}
