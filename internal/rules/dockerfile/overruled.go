package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

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
