package compose

import (
	"fmt"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeVariableUndefined finds variables without a default that neither .env
// nor an example of it sets, though there is such a file: Compose puts in nothing
// and warns.
//
// Often the name is mistyped, or the example is out of date. Without any such
// file env-example-missing speaks.
//
// Silent for variables that shells, Docker and continuous integration set, and in
// files for the latter, as compose.ci.yaml; the option "ignore" names others.
var ComposeVariableUndefined = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-variable-undefined",
		Title:    "A variable that nothing sets",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("compose-go:variable-not-set"),
		Options: []lint.Option{
			{Name: "ignore", Kind: lint.ListOption, Doc: "names of variables that are set where Compose runs"},
		},
	},
	Check: checkComposeVariableUndefined,
}

func checkComposeVariableUndefined(p *facts.Pass[*facts.Compose]) {
	if !p.Files.Known() || p.Doc.IsFragment(p.Doc.Name) || hasPart(path.Base(p.Doc.Name), "ci") {
		return
	}
	files := append(envExamples(p, "."), ".env")
	set := map[string]bool{}
	place := ""
	for _, file := range files {
		variables, ok := readEnvFile(p, file, true)
		if ok && place == "" {
			place = file
		}
		for _, v := range variables {
			set[v.name] = true
		}
	}
	if place == "" {
		return
	}
	ignored := p.Options.List("ignore")
	for _, u := range bareVariables(p.Doc) {
		if set[u.name] || slices.Contains(ignored, u.name) {
			continue
		}
		p.Report(lint.Finding{
			Span:    u.span,
			Message: fmt.Sprintf("%s has no default, and %q does not set it, so Compose puts in nothing; add it there, or write ${%s:-default}", shortText(u.name), place, shortText(u.name)),
			Related: []lint.Related{{File: p.Files.Path(place), Message: "the file with the variables"}},
		})
	}
}
