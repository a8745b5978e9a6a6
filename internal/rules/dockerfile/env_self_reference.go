package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// EnvSelfReference reports `ENV` instructions in which a value uses a variable that the
// same instruction sets.
//
// # Why it matters
//
// Docker expands all variables in an instruction before it sets any. The reference
// expands to the variable's previous value, or to an empty string if there is none.
//
// # How to fix it
//
// Set the variable in an earlier `ENV`:
//
//	ENV APP_HOME=/srv/app
//	ENV PATH=$APP_HOME/bin:$PATH
//
// # Exceptions
//
// It does not report a variable that has a value before this instruction, such as
// `PATH` in `ENV PATH=/app/bin:$PATH`.
var EnvSelfReference = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "env-self-reference",
		Title:    "ENV uses a variable that the same instruction sets",
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
					if other.Key != use.Name || (i == j && len(in.Pairs) == 1) {
						continue
					}
					_, set := p.Doc.ScopeAt(in).Lookup(use.Name)
					set = set || use.Name == "PATH" // every base sets it
					if set && (i == j || j > i) {
						continue
					}
					if (i == j && !extendsTwice(in, use.Name)) || (!p.Hadolint && set) {
						continue
					}
					p.Report(lint.Finding{
						Fixes:   splitEnv(p.Doc, in, i, j),
						Span:    pair.Span,
						Message: fmt.Sprintf("%s is set in this same ENV, so here it still has its previous value or is empty; set it in an earlier ENV", quoteShort("$"+use.Name)),
						Related: []lint.Related{{Span: other.Span, Message: "the variable is set here"}},
					})
					return
				}
			}
		}
	})
}

// extendsTwice reports whether an instruction sets a variable more than once.
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
