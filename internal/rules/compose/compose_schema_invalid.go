package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeSchemaInvalid finds what does not fit the Compose specification: keys
// that it does not have, values of another type, keys that are missing. Compose
// refuses the whole file for one of them.
//
// A file in the format before 2016, with the services at the top level, gets one
// finding: no Compose of today reads it. So does a file with a name of Compose's
// own that holds nothing of a Compose file.
//
// Silent for keys that begin with "x-", for values with variables, and about
// missing keys in a file that others complete. Of the characters of a container's name
// compose-container-name-invalid speaks.
var ComposeSchemaInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-schema-invalid",
		Title:    "Compose refuses the file",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:schema", "dclint:invalid-schema"),
	},
	Check: checkComposeSchemaInvalid,
}

func checkComposeSchemaInvalid(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	switch d.Shape {
	case compose.Version1:
		p.Report(lint.Finding{
			Span:    d.Root.Pairs[0].Key.Span,
			Message: "the services stand at the top level, a format that Compose reads no more; indent them below \"services:\"",
		})
		return
	case compose.Foreign:
		if hasDefaultName(d) {
			f := lint.Finding{Message: "this is no Compose file: it has no \"services\"; write them, or give the file another name"}
			if root := d.File.Root(); root != nil {
				f.Span = root.Span
			}
			p.Report(f)
		}
		return
	default:
	}
	if services := d.Section("services"); services != nil && !services.Value.IsNull() && !services.Value.Is(yaml.Mapping) && !hasDefaultName(d) {
		return // some other program's file that has services too
	}
	problems, err := d.Problems()
	if err != nil {
		p.Skip(err.Error())
		return
	}
	for i := range problems {
		problem := &problems[i]
		if problem.Kind == compose.MissingKey && d.IsFragment(d.Name) {
			continue
		}
		if n := len(problem.Path); n == 3 && problem.Path[2] == "container_name" && problem.Kind == compose.NoMatch {
			continue // compose-container-name-invalid says it
		}
		if n := len(problem.Path); n == 1 && problem.Path[0] == "include" && d.Section("include").Value.IsNull() {
			continue // the loader drops it before it looks at the schema
		}
		f := lint.Finding{Span: problem.Span, Message: schemaMessage(d, problem)}
		if near, ok := nearestKey(problem); ok {
			// Compose reads nothing of the file as it is, so nobody can say what the
			// rename changes.
			f.Fixes = yamlFixRename(d, problem, near)
		}
		p.Report(f)
	}
}

// nearestKey is the key that an unknown one was meant for. Nobody is told to
// write the version, which does nothing.
func nearestKey(problem *compose.Problem) (string, bool) {
	if problem.Kind != compose.UnknownKey {
		return "", false
	}
	near, ok := nearest.Name(problem.Key, problem.Known)
	return near, ok && near != "version"
}

func yamlFixRename(d *facts.Compose, problem *compose.Problem, key string) []lint.Fix {
	n := d.View.Get(d.Root, problem.Path...)
	pair := d.View.Pair(n, problem.Key)
	if pair == nil || d.View.Pair(n, key) != nil {
		return nil
	}
	edits, ok := d.File.Replace(pair.Key, key)
	return unprovedFix(fmt.Sprintf("rename to %q", key), edits, ok)
}

func schemaMessage(d *facts.Compose, problem *compose.Problem) string {
	place := "the top level"
	if n := len(problem.Path); n > 0 {
		place = fmt.Sprintf("%q", strings.Join(problem.Path[max(0, n-3):], "."))
	}
	switch problem.Kind {
	case compose.UnknownKey:
		if near, ok := nearestKey(problem); ok {
			return fmt.Sprintf("%q is no key of %s, and Compose refuses the file; did you mean %q?", shortText(problem.Key), place, near)
		}
		return fmt.Sprintf("%q is no key of %s, and Compose refuses the file; delete it, or begin it with \"x-\"", shortText(problem.Key), place)
	case compose.BadName:
		return fmt.Sprintf("%q is no name that %s may have: use letters, digits, \".\", \"_\" and \"-\"", shortText(problem.Key), place)
	case compose.MissingKey:
		return fmt.Sprintf("%s has no %q, without which Compose refuses the file; add it", place, problem.Key)
	case compose.WrongType:
		return fmt.Sprintf("%s is %s, and Compose takes %s only; write it so", place, typeName(d, problem), orList(problem.Want))
	case compose.NotAllowed:
		return fmt.Sprintf("the value of %s is not one of %s; write one of these", place, orList(problem.Want))
	case compose.OutOfRange:
		return fmt.Sprintf("the number of %s is out of range, and Compose refuses the file; it has to be %s", place, orList(problem.Want))
	default:
		return fmt.Sprintf("the value of %s has a form that Compose refuses; it has to match %s", place, orList(problem.Want))
	}
}

// typeName says what a value is, for somebody who does not know the types of YAML.
func typeName(d *facts.Compose, problem *compose.Problem) string {
	n := d.View.Get(d.Root, problem.Path...).Resolve()
	switch {
	case n.IsNull():
		return "empty"
	case len(n.Pairs) > 0 || n.Value == "" && n.Tag == "!!map":
		return "a mapping"
	case len(n.Items) > 0 || n.Tag == "!!seq":
		return "a list"
	case n.Tag == "!!bool":
		return fmt.Sprintf("the boolean %s", n.Value)
	case n.Tag == "!!int" || n.Tag == "!!float":
		return fmt.Sprintf("the number %s", n.Value)
	default:
		return fmt.Sprintf("%q", shortText(n.Value))
	}
}

// orList joins alternatives: "a, b or c"; with an article where they are types.
func orList(words []string) string {
	words = slices.Clone(words)
	for i, w := range words {
		switch w {
		case "string", "list", "mapping", "number", "boolean":
			words[i] = "a " + w
		case "null":
			words[i] = "nothing"
		default:
			words[i] = fmt.Sprintf("%q", shortText(w))
		}
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}
