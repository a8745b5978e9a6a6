package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// EnvExampleMissing reports projects whose variables others cannot know: an
// environment file is not in Git, or variables have no default, and there is no
// example next to it (variant `no-example`). It also reports an example that lacks a
// variable which `.env` sets (variant `incomplete`).
//
// # Why it matters
//
// Someone who clones the repository cannot start the project, or starts it with empty
// values, because nothing shows which variables it needs.
//
// # How to fix it
//
// Add an example such as `.env.example`, with every name and without secrets:
//
//	POSTGRES_PASSWORD=
//	BASE_URL=http://localhost:8080
//
// # Fix safety
//
// There is no automatic fix: a fix changes only the file with the finding, and cannot create
// another one.
//
// # Exceptions
//
// It does not report:
//
//   - projects in which all variables have a default
//   - environment files that are in Git
//   - variables that scripts, a Makefile or a README set, in the folder or in up to
//     three folders above
//   - variables that a README names
var EnvExampleMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "env-example-missing",
		Title:    "Project has no example of its environment variables",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"no-example", "incomplete"},
	},
	Check: checkEnvExampleMissing,
}

func checkEnvExampleMissing(p *facts.Pass[*facts.Compose]) {
	if !p.Files.Known() || p.Doc.IsFragment(p.Doc.Name) {
		return
	}
	examples := envExamples(p, ".")
	bare := bareVariables(p.Doc)
	if len(examples) > 0 {
		checkEnvExample(p, examples, bare)
		return
	}
	paths, entries := envFilePaths(p.Doc)
	if (len(paths) == 0 && len(bare) == 0) || skipsPart(p) {
		return
	}
	repository := p.Project.Repository()
	for _, name := range paths {
		there, known := isThere(p, name)
		missing := known && !there && entries[name].Required
		if !isEnvName(path.Base(name)) || (!missing && (!there || !repository.Ignores(name))) {
			continue
		}
		if len(envExamples(p, path.Dir(name))) > 0 || isThereFromAbove(p, name) {
			continue
		}
		if missing && path.Base(name) != ".env" && !repository.Ignores(name) {
			continue // compose-env-file-missing reports it
		}
		p.Report(lint.Finding{
			Variant: "no-example", Span: entries[name].Path.Span,
			Message: fmt.Sprintf("%q is not in Git and has no example, so others cannot know its variables; add %q with their names", shortText(name), shortText(path.Join(path.Dir(name), ".env.example"))),
		})
		return
	}
	if _, ok := readEnvFile(p, ".env", false); (ok && !repository.Ignores(".env")) || len(bare) == 0 || len(envExamples(p, "..")) > 0 {
		return
	}
	var names []string
	for _, u := range bare {
		names = append(names, u.name)
	}
	if areSetNearby(p, names) {
		return
	}
	p.Report(lint.Finding{
		Variant: "no-example", Span: bare[0].span,
		Message: fmt.Sprintf("the repository does not show how to set %s, so others cannot start the project; add defaults, or list the names in .env.example", listed(names)),
	})
}

// checkEnvExample looks for variables that the local file has and the examples
// have not.
func checkEnvExample(p *facts.Pass[*facts.Compose], examples []string, bare []variableUse) {
	local, ok := readEnvFile(p, ".env", false)
	if !ok {
		return
	}
	known := map[string]bool{}
	for _, example := range examples {
		variables, _ := readEnvFile(p, example, true)
		for _, v := range variables {
			known[v.Name] = true
		}
	}
	for _, u := range bare {
		inLocal := slices.ContainsFunc(local, func(v facts.EnvVariable) bool { return v.Name == u.name })
		if !inLocal || known[u.name] {
			continue
		}
		p.Report(lint.Finding{
			Variant: "incomplete", Span: u.span,
			Message: fmt.Sprintf("%s is set in .env but not in %s, so others do not know that they need it; add it there, without a secret", shortText(u.name), text.List(examples, "and")),
			Related: []lint.Related{{File: p.Files.Path(examples[0]), Message: "the example file"}},
		})
	}
}

// maxSettingsAbove is how many folders up scripts and READMEs are read.
const maxSettingsAbove = 3

// areSetNearby reports whether scripts, files of variables, a Makefile or a README next to
// the file, or up to three folders above, set all of the variables, which says what belongs
// in them. An empty file, as in a part of a repository, may set any of them.
func areSetNearby(p *facts.Pass[*facts.Compose], names []string) bool {
	missing := slices.Clone(names)
	up := "."
	for range maxSettingsAbove + 1 {
		gate, err := p.Files.In(up, "")
		if err != nil {
			return false
		}
		files, _ := gate.List(".")
		for _, file := range files {
			if !setsVariables(file) {
				continue
			}
			src, err := gate.ReadFile(file)
			if err != nil {
				continue
			}
			if len(src) == 0 {
				return true
			}
			var explained []string
			if strings.HasPrefix(strings.ToLower(file), "readme") {
				explained = strings.FieldsFunc(string(src), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			}
			missing = slices.DeleteFunc(missing, func(name string) bool {
				return strings.Contains(string(src), name+"=") || slices.Contains(explained, name)
			})
			if len(missing) == 0 {
				return true
			}
		}
		up = path.Join("..", up)
	}
	return false
}

// setsVariables reports whether a file of that name may say how variables are set.
func setsVariables(name string) bool {
	lower := strings.ToLower(name)
	if lower == "makefile" || lower == ".envrc" || lower == "justfile" || strings.HasPrefix(lower, "readme") {
		return true
	}
	return strings.HasSuffix(lower, ".sh") || strings.HasSuffix(lower, ".env")
}
