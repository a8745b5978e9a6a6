package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UnusedArg finds ARG that nothing reads: a value on the command line changes
// nothing.
//
// Silent above a RUN of the stage, whose programs may read the environment; for
// the builder's own names; and for names that keep the cache from being used.
//
// Off by default: it does no harm.
var UnusedArg = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unused-arg",
		Title:    "Nothing reads an ARG",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkUnusedArg,
}

func checkUnusedArg(p *lint.Pass[*facts.Dockerfile]) {
	if len(p.Doc.Stages()) == 0 {
		return
	}
	p.Doc.Each("arg", false, func(in *dockerfile.Instruction) {
		later := p.Doc.Instructions[in.Index()+1:]
		if s := p.Doc.StageOf(in); s != nil {
			later = inScope(p.Doc, s, in)
			if slices.ContainsFunc(later, runsSomething) {
				return
			}
		}
		for _, pair := range in.Pairs {
			upper := strings.ToUpper(pair.Key)
			if strings.ContainsAny(pair.Key, `"'$\`) || facts.IsPredefinedArgument(pair.Key) || facts.IsPlatformArgument(pair.Key) || strings.Contains(upper, "CACHE") || strings.Contains(upper, "BUST") ||
				slices.ContainsFunc(later, func(other *dockerfile.Instruction) bool {
					return strings.Contains(p.Doc.Text(other.Span), pair.Key)
				}) {
				continue
			}
			f := lint.Finding{Span: pair.Span, Message: fmt.Sprintf("nothing reads %s; remove the ARG", quoteShort(pair.Key))}
			if len(in.Pairs) == 1 {
				f.Fixes = []lint.Fix{{Title: "remove the ARG", Applicability: lint.Safe, MaxEffect: lint.EffectNone, Edits: []lint.FileEdit{lint.Delete(wholeLines(in))}}}
			}
			p.Report(f)
		}
	})
}

// inScope lists the instructions for which an ARG of a stage may hold: those below
// it, and those of the stages that build on its stage.
func inScope(d *facts.Dockerfile, s *facts.Stage, arg *dockerfile.Instruction) (list []*dockerfile.Instruction) {
	for _, x := range d.Stages()[s.Index:] {
		if !slices.Contains(x.Chain(), s) {
			continue
		}
		for _, in := range x.Instructions {
			if in.Index() > arg.Index() {
				list = append(list, in)
			}
		}
	}
	return list
}

func runsSomething(in *dockerfile.Instruction) bool {
	return in.Keyword == "run" || in.Keyword == "onbuild"
}
