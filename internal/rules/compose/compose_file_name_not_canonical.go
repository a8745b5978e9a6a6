package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeFileNameNotCanonical reports a main file with an older name than
// `compose.yaml`, and a folder with two main files. Compose reads the first that
// exists of `compose.yaml`, `compose.yml`, `docker-compose.yml` and
// `docker-compose.yaml`.
//
// # Why it matters
//
// Where two main files exist, Compose prints a warning and ignores one of them, so a
// change in that file has no effect. The older names still work, so the rule is off by
// default.
//
// # How to fix it
//
// Rename the file to `compose.yaml`, or delete the one that Compose ignores.
//
// # Exceptions
//
// It does not report override files and other names, which Compose reads with `-f` or
// `COMPOSE_FILE`.
var ComposeFileNameNotCanonical = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-file-name-not-canonical",
		Title:    "Compose file does not have the preferred name",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Variants: []string{"name", "several"},
		Aliases:  []lint.Alias{{Name: "compose-go:multiple-config-files", Variants: []string{"several"}}},
	},
	Check: checkComposeFileNameNotCanonical,
}

func checkComposeFileNameNotCanonical(p *facts.Pass[*facts.Compose]) {
	name := path.Base(p.Doc.Name)
	rank := slices.Index(facts.DefaultComposeNames, name)
	if rank < 0 || p.Doc.Root == nil || len(p.Doc.Root.Pairs) == 0 {
		return
	}
	// It is about the whole file, and is reported at its first word.
	place := p.Doc.Root.Pairs[0].Key.Span
	if p.Files.Known() {
		for _, other := range facts.DefaultComposeNames[:rank] {
			if _, ok := p.Files.Exists(other); ok {
				p.Report(lint.Finding{
					Span: place, Variant: "several", Severity: lint.Warning,
					Message: fmt.Sprintf("%q is ignored, because Compose reads %q in the same folder instead; delete one of them, or rename this one", name, other),
				})
				return
			}
		}
	}
	if rank > 1 {
		p.Report(lint.Finding{Span: place, Variant: "name", Message: fmt.Sprintf("%q is an older name for a Compose file; rename it to \"compose.yaml\"", name)})
	}
}
