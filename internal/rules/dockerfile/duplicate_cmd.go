package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DuplicateCmd finds a CMD that a later one of the same stage overrules.
//
// Docker keeps the last one and says nothing of the others. One of them is a
// left-over, or was meant for another stage.
//
// Silent for one CMD in each stage, for ONBUILD, and where both say the same.
var DuplicateCmd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-cmd",
		Title:    "Of several CMD in a stage only the last one counts",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL4003", Severity: lint.Warning}},
			lint.Names("DF038", "DS016", "MultipleInstructionsDisallowed", "kics:multiple_cmd_instructions_listed")...,
		),
	},
	Check: checkDuplicateCmd,
}

func checkDuplicateCmd(p *facts.Pass[*facts.Dockerfile]) {
	reportOverruled(p, "cmd")
}

// reportOverruled finds the instructions with a keyword that a later one of the
// same stage overrules.
func reportOverruled(p *facts.Pass[*facts.Dockerfile], keyword string) {
	for _, s := range p.Doc.Stages() {
		last := s.LastOwn(keyword)
		for _, in := range s.Instructions {
			if in.Keyword != keyword || in == last || in.Body == last.Body && !p.Hadolint {
				continue
			}
			p.Report(lint.Finding{
				Fixes:   removeOverruled(in),
				Span:    in.Head,
				Message: fmt.Sprintf("%s is overruled by a later %s of the stage; remove one of them", quoteShort(firstLine(p.Doc.Text(in.Head))), strings.ToUpper(keyword)),
				Related: []lint.Related{{Span: last.Head, Message: "this one counts"}},
			})
		}
	}
}

// removeOverruled deletes an instruction that has no effect on the image.
func removeOverruled(in *dockerfile.Instruction) []lint.Fix {
	edit, ok := deleteInstruction(in)
	if !ok {
		return nil
	}
	return unsafeFix("remove the earlier "+strings.ToUpper(in.Keyword), lint.EffectNone, edit)
}
