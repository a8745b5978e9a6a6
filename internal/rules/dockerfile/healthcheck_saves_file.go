package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckSavesFile finds a HEALTHCHECK with wget that has neither --spider nor
// -O: each check writes what it gets to a file in the container, as index.html and
// index.html.1. BusyBox's wget does not write over a file, so there the second check
// fails.
var HealthcheckSavesFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-saves-file",
		Title:    "Health check writes a file each time",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckSavesFile,
}

func checkHealthcheckSavesFile(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("healthcheck", true, func(in *dockerfile.Instruction) {
		for _, c := range p.Doc.Commands(in) {
			if c.Name() != "wget" || !facts.SavesAnswer(c.ArgTexts()) {
				continue
			}
			f := lint.Finding{
				Span:    c.Words[0].Span,
				Message: "wget writes its answer to a file in the container at every check; add --spider, or -O /dev/null",
			}
			if flags, ok := moreWords(in, c, "-O", "/dev/null"); ok {
				f.Fixes = []lint.Fix{{
					Title: "add -O /dev/null", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
					Edits: []lint.FileEdit{lint.Insert(c.Words[0].Span.End, flags)},
				}}
			}
			p.Report(f)
		}
	})
}

// moreWords are words to write behind one of a command, as the instruction's form
// needs them; ok is false where they would be read as something else.
func moreWords(in *dockerfile.Instruction, c *facts.Command, words ...string) (text string, ok bool) {
	before, after := " ", ""
	if in.JSON {
		before, after = `, "`, `"`
	}
	for _, w := range words {
		text += before + w + after
	}
	return text, in.JSON || c.Script != nil && c.Script.Editable()
}
