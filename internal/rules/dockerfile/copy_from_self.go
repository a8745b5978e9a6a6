package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyFromSelf finds COPY --from with the name of the very stage in which it
// stands: the build fails.
//
// Use a plain RUN cp, or name the stage that was meant.
var CopyFromSelf = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-self",
		Title:    "COPY takes from its own stage",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3023", Severity: lint.Error}},
			lint.Names("DF050", "DS006", "kics:copy_from_references_current_from_alias")...,
		),
	},
	Check: checkCopyFromSelf,
}

func checkCopyFromSelf(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Name == "" {
			continue
		}
		for _, in := range s.Instructions {
			from, ok := flagOf(in, "from")
			if in.Keyword != "copy" || !ok || !strings.EqualFold(from.Value, s.Name) || earlierStage(p.Doc, s) {
				continue
			}
			p.Report(lint.Finding{
				Span:    from.ValueSpan,
				Message: fmt.Sprintf("%s is the stage in which this COPY stands, and a stage cannot copy from itself; name another one, or use RUN cp", quoteShort(from.Value)),
				Related: []lint.Related{{Span: s.NameSpan, Message: "the stage is named here"}},
			})
		}
	}
}

// earlierStage tells whether a stage before has the same name.
func earlierStage(d *facts.Dockerfile, s *facts.Stage) bool {
	first := facts.Once(d, "first stages of a name", nil, func() map[string]*facts.Stage {
		first := map[string]*facts.Stage{}
		for _, s := range slices.Backward(d.Stages()) {
			first[s.Name] = s
		}
		return first
	})
	return first[s.Name] != s
}
