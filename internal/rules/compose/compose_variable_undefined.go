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

// ComposeVariableUndefined reports variables without a default that neither `.env` nor
// an example of it sets, although such a file exists. The rule `env-example-missing`
// reports projects without any such file.
//
// A variable that is only passed on to a program (`KEY: ${KEY}`) has the variant
// `excused`, because a program often accepts an empty string. That does not apply to a
// name that is similar to one that is set.
//
// # Why it matters
//
// Compose prints a warning and uses an empty string, for example as a tag or a
// password. Often the name has a typing error, or the example is out of date.
//
// # How to fix it
//
// Add the variable to the example, correct its name, or give it a default:
//
//	image: postgres:${PG_VERSION:-17}
//
// # Fix safety
//
// There is no automatic fix: only the author knows the value.
//
// # Exceptions
//
// It does not report:
//
//   - variables that shells, Docker and CI systems set
//   - variables that Compose requires in another place (`${NAME:?}`)
//   - files for CI, such as `compose.ci.yaml`
//   - variables that the option `ignore` names
var ComposeVariableUndefined = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-variable-undefined",
		Title:    "Nothing sets a variable of the Compose file",
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
			{Name: "ignore", Kind: lint.ListOption, Doc: "names of variables that are set where Compose runs, and are not reported"},
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
			Message: fmt.Sprintf("%s has no default and %q does not set it, so Compose uses an empty string; set it there, or write ${%s:-default} or, if the service needs it, ${%[1]s:?}", shortText(u.name), place, shortText(u.name)),
			Related: []lint.Related{{File: p.Files.Path(place), Message: "the file that sets variables"}},
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
