package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeFileNameNotCanonical finds a main file that is not named compose.yaml,
// and two files of a folder of which Compose takes the first: compose.yaml before
// compose.yml before docker-compose.yml before docker-compose.yaml. It warns and
// leaves the other alone.
//
// Off by default: the older names work. Silent for override files and other names,
// which are given with -f or in COMPOSE_FILE.
var ComposeFileNameNotCanonical = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-file-name-not-canonical",
		Title:    "The file's name is not the one that Compose prefers",
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
	// It is about the file, and stands at the first word of it.
	place := p.Doc.Root.Pairs[0].Key.Span
	if p.Files.Known() {
		for _, other := range facts.DefaultComposeNames[:rank] {
			if _, ok := p.Files.Exists(other); ok {
				p.Report(lint.Finding{
					Span: place, Variant: "several", Severity: lint.Warning,
					Message: fmt.Sprintf("%q lies beside %q, which Compose takes instead; delete one, or give this one another name", name, other),
				})
				return
			}
		}
	}
	if rank > 1 {
		p.Report(lint.Finding{Span: place, Variant: "name", Message: fmt.Sprintf("%q is the older name; rename the file to \"compose.yaml\"", name)})
	}
}
