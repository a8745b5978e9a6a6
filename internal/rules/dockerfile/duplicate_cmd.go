package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DuplicateCmd reports each `CMD` that a later one in the same stage overrides.
//
// # Why it matters
//
// Docker uses the last `CMD` and ignores the others without a message. One of them is
// left over, or was meant for another stage, so the container can start the wrong
// program.
//
// # How to fix it
//
// Remove the one that you do not need, or move it to its stage.
//
// # Exceptions
//
// It does not report:
//
//   - instructions in `ONBUILD`
//   - instructions with the same text
var DuplicateCmd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "duplicate-cmd",
		Title:    "Only the last CMD of a stage takes effect",
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

// reportOverruled reports the instructions with a keyword that a later one of the same
// stage overrides.
func reportOverruled(p *facts.Pass[*facts.Dockerfile], keyword string) {
	for _, s := range p.Doc.Stages() {
		last := s.LastOwn(keyword)
		for _, in := range s.Instructions {
			if in.Keyword != keyword || in == last || (in.Body == last.Body && !p.Hadolint) {
				continue
			}
			p.Report(lint.Finding{
				Fixes:   removeOverruled(in),
				Span:    in.Head,
				Message: fmt.Sprintf("%s has no effect, because the stage has a later %s; remove one of them", quoteShort(firstLine(p.Doc.Text(in.Head))), strings.ToUpper(keyword)),
				Related: []lint.Related{{Span: last.Head, Message: "this one takes effect"}},
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
