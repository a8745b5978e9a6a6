package compose

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeVariableUndefined finds variables without a default that neither .env
// nor an example of it sets, though there is such a file: Compose puts in nothing
// and warns.
//
// Often the name is mistyped, or the example is out of date. Without any such
// file env-example-missing speaks.
//
// Excused, and off by default, is a variable that is nothing but handed on to a program
// (KEY: ${KEY}), which may take nothing as well, unless its name is near to one that is
// set.
//
// Silent for variables that shells, Docker and continuous integration set, for those
// without which Compose refuses the file ("${NAME:?}" in another place), and in files for
// the latter, as compose.ci.yaml; the option "ignore" names others.
//
// There is no fix: only the author knows the value.
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
		Variants: []string{excused},
		OptIn:    []string{excused},
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
			set[v.Name] = true
		}
	}
	if place == "" {
		return
	}
	ignored := p.Options.List("ignore")
	names := slices.Sorted(maps.Keys(set))
	names = names[:min(len(names), nearest.Most)]
	for _, u := range bareVariables(p.Doc) {
		if set[u.name] || slices.Contains(ignored, u.name) {
			continue
		}
		f := lint.Finding{
			Span:    u.span,
			Message: fmt.Sprintf("%s has no default, and %q does not set it, so Compose puts in nothing; add it there, or write ${%s:-default}", shortText(u.name), place, shortText(u.name)),
			Related: []lint.Related{{File: p.Files.Path(place), Message: "the file with the variables"}},
		}
		if _, mistyped := nearest.Name(u.name, names); !mistyped && isHandedOn(p.Doc, u) {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}

// isHandedOn reports whether a variable is the whole value of one of a service.
func isHandedOn(d *facts.Compose, u variableUse) bool {
	for _, s := range d.All() {
		for _, kv := range s.Env() {
			if kv.Value.Span.Contains(u.span) {
				return kv.Value.Raw == "${"+u.name+"}" || kv.Value.Raw == "$"+u.name
			}
		}
	}
	return false
}
