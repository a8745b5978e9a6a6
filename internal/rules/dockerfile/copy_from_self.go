package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CopyFromSelf reports `COPY --from` with the name of the stage that the instruction is
// in.
//
// # Why it matters
//
// A stage cannot copy from itself, so the build fails.
//
// # How to fix it
//
// Name the stage that has the file. To copy a file inside a stage, use `RUN cp`.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which stage is meant.
//
// # Exceptions
//
// It does not report a name that an earlier stage has too.
var CopyFromSelf = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-self",
		Title:    "COPY copies from its own stage",
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
				Message: fmt.Sprintf("%s is the stage of this COPY, and a stage cannot copy from itself, so the build fails; name another stage, or use RUN cp", quoteShort(from.Value)),
				Related: []lint.Related{{Span: s.NameSpan, Message: "the stage is named here"}},
			})
		}
	}
}

// earlierStage reports whether an earlier stage has the same name.
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
