package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// PersistentNoninteractiveEnv finds ENV DEBIAN_FRONTEND=noninteractive, which
// holds in the running container too: whoever works in it is never asked. ARG
// holds in the build alone.
//
// Silent for ARG, for an assignment in RUN, and where a later ENV resets it.
//
// Off by default: nobody who runs a service notices.
var PersistentNoninteractiveEnv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "persistent-noninteractive-env",
		Title:    "DEBIAN_FRONTEND stays in the image",
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
	if !ok || !v.IsEnv || !v.Known || v.Value != "noninteractive" || v.Instruction == nil {
		return
	}
	in := v.Instruction
	f := lint.Finding{Span: v.Pair.Span, Message: "DEBIAN_FRONTEND stays set in the running container; set it with ARG"}
	if len(in.Pairs) == 1 {
		edits := []lint.FileEdit{lint.Replace(in.KeywordSpan, sameCase("ARG", p.Doc.Text(in.KeywordSpan)))}
		if v.Pair.Legacy {
			edits = append(edits, lint.Replace(text.Span{Start: v.Pair.KeySpan.End, End: v.Pair.ValueSpan.Start}, "="))
		}
		f.Fixes = []lint.Fix{{Title: "set it with ARG", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: edits}}
	}
	p.Report(f)
}
