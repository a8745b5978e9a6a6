package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UnreachableStage reports stages that the last stage does not need, neither as a base nor
// as a source of a copy or a mount.
//
// # Why it matters
//
// BuildKit does not build such a stage, so errors in it go unnoticed, and it makes the
// file harder to read.
//
// The rule is off by default, because the stage may be built with `--target`.
//
// # How to fix it
//
// Remove the stage, or use it in a later one, for example with `COPY --from`.
//
// # Fix safety
//
// There is no automatic fix: the file does not show whether the stage is built with `--target`.
//
// # Exceptions
//
// It does not report:
//
//   - stages without a name
//   - stages named test, lint, docs, dev and similar, which are usually built with
//     `--target`
//   - stages that a variable in `FROM` or `--from` can select
var UnreachableStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unreachable-stage",
		Title:    "Stage is not used",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/no-unreachable-stages"),
	},
	Check: checkUnreachableStage,
}

func checkUnreachableStage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.ReachesFinal() || isDevelopment(s) || s.Name == "lint" || s.Name == "docs" {
			continue
		}
		if s.Name == "" || s.MayBeMeant() {
			continue
		}
		p.Report(lint.Finding{Span: s.From.Head, Message: fmt.Sprintf("the last stage does not depend on stage %s, so a build skips it; remove it, unless it is built with --target", quoteShort(s.Name))})
	}
}
