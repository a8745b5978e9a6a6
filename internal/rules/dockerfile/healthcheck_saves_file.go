package dockerfile

import (
	"strings"

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
				Message: "wget writes its answer to a file in the container at every check; add -O /dev/null (--spider sends HEAD, which not every route answers)",
			}
			f.Fixes = addWords(in, c, "-O", "/dev/null")
			p.Report(f)
		}
	})
}

// addWords writes words behind the name of a health check's program, as the form of the
// instruction needs them; there is no fix where they would be read as something else.
func addWords(in *dockerfile.Instruction, c *facts.Command, words ...string) []lint.Fix {
	before, after := " ", ""
	if in.JSON {
		before, after = `, "`, `"`
	} else if c.Script == nil || !c.Script.Editable() {
		return nil
	}
	var text strings.Builder
	for _, w := range words {
		text.WriteString(before + w + after)
	}
	return unsafeFix("add "+strings.Join(words, " "), lint.EffectConfig, lint.Insert(c.Words[0].Span.End, text.String()))
}
