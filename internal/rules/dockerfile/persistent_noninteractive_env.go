package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// PersistentNoninteractiveEnv reports `ENV DEBIAN_FRONTEND=noninteractive` in the final
// image.
//
// # Why it matters
//
// The variable is also set in the container. Someone who installs a package there gets
// no questions, and wonders why. The rule is off by default, because a service does not
// notice it.
//
// # How to fix it
//
// Use `ARG`, which only exists during the build:
//
//	ARG DEBIAN_FRONTEND=noninteractive
//
// # Exceptions
//
// It does not report:
//
//   - `ARG`, and an assignment in a `RUN`
//   - a variable that a later `ENV` changes
var PersistentNoninteractiveEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "persistent-noninteractive-env",
		Title:    "DEBIAN_FRONTEND is set in the running container",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkPersistentNoninteractiveEnv,
}

func checkPersistentNoninteractiveEnv(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil {
		return
	}
	v, ok := s.EndScope().Lookup("DEBIAN_FRONTEND")
	if !ok || !v.IsEnv || !v.Known || v.Value != "noninteractive" {
		return
	}
	if v.Instruction == nil {
		return
	}
	in := v.Instruction
	f := lint.Finding{Span: v.Pair.Span, Message: "ENV also sets DEBIAN_FRONTEND in the running container, where it also hides questions from users; use ARG, which applies only to the build"}
	if len(in.Pairs) == 1 {
		edits := []lint.FileEdit{lint.Replace(in.KeywordSpan, sameCase("ARG", p.Doc.Text(in.KeywordSpan)))}
		if v.Pair.Legacy {
			edits = append(edits, lint.Replace(text.Span{Start: v.Pair.KeySpan.End, End: v.Pair.ValueSpan.Start}, "="))
		}
		f.Fixes = []lint.Fix{{Title: "use ARG", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: edits}}
	}
	p.Report(f)
}
