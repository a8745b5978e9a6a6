package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// EnvSelfReference finds ENV instructions in which a value uses a variable that
// the same instruction sets: it is expanded before, so it has the old value or
// none.
//
// Silent for a name that has a value already and extends it (PATH).
var EnvSelfReference = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "env-self-reference",
		Title:    "A variable is used where it is set",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3044", Severity: lint.Error}},
			lint.Names("DF062")...,
		),
	},
	Check: checkEnvSelfReference,
}

func checkEnvSelfReference(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("env", true, func(in *dockerfile.Instruction) {
		for i, pair := range in.Pairs {
			for _, use := range facts.VariableUses(pair.Value, p.Doc.Escape) {
				for j, other := range in.Pairs {
					if other.Key != use.Name || i == j && len(in.Pairs) == 1 {
						continue
					}
					_, set := p.Doc.ScopeAt(in).Lookup(use.Name)
					set = set || use.Name == "PATH" // every base sets it
					if set && (i == j || j > i) || i == j && !extendsTwice(in, use.Name) || !p.Hadolint && set {
						continue
					}
					p.Report(lint.Finding{
						Fixes:   splitEnv(p.Doc, in, i, j),
						Span:    pair.Span,
						Message: fmt.Sprintf("%s is set in this very ENV, and a value sees only what was set before; set it in an ENV above", quoteShort("$"+use.Name)),
						Related: []lint.Related{{Span: other.Span, Message: "it is set here"}},
					})
					return
				}
			}
		}
	})
}

// extendsTwice tells whether an instruction sets a variable more than once.
func extendsTwice(in *dockerfile.Instruction, name string) bool {
	n := 0
	for _, pair := range in.Pairs {
		if pair.Key == name {
			n++
		}
	}
	return n > 1
}

// splitEnv begins another ENV with the value that reads the variable, if that one
// is set before it.
func splitEnv(d *facts.Dockerfile, in *dockerfile.Instruction, reads, sets int) []lint.Fix {
	if sets >= reads || isInner(in) {
		return nil
	}
	gap := text.Span{Start: in.Pairs[reads-1].Span.End, End: in.Pairs[reads].Span.Start}
	if !separates(d.Document, gap, "") {
		return nil
	}
	return unsafeFix("split the ENV", settingEffect(d, in), lint.Replace(gap, d.Newline()+d.Text(in.KeywordSpan)+" "))
}
