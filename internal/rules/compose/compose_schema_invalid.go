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
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeSchemaInvalid reports keys that the Compose specification does not have,
// values of the wrong type, and missing keys.
//
// A file in the format before 2016, with the services at the top level, gets one
// finding, because no Compose of today reads it. So does a file with one of Compose's
// own names that has no part of a Compose file.
//
// # Why it matters
//
// Compose refuses the whole file for one such fault, so no service of it starts.
//
// # How to fix it
//
// Correct the key or the value. Begin keys of your own with `x-`:
//
//	x-defaults:
//	  owner: team-a
//
// # Exceptions
//
// It does not report:
//
//   - keys that begin with `x-`
//   - values that contain a variable
//   - missing keys in a file that is merged with another
//   - the characters of `container_name`, which the rule
//     `compose-container-name-invalid` reports
var ComposeSchemaInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-schema-invalid",
		Title:    "File does not match the Compose specification",
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
			Message: "the services are at the top level, a format that Compose no longer reads; indent them under \"services:\"",
		})
		return
	case compose.Foreign:
		if hasDefaultName(d) {
			f := lint.Finding{Message: "this is not a Compose file, because it has no \"services\"; add them, or rename the file"}
			if root := d.File.Root(); root != nil {
				f.Span = root.Span
			}
			p.Report(f)
		}
		return
	default:
	}
	if services := d.Section("services"); services != nil && !services.Value.IsNull() && !services.Value.Is(yaml.Mapping) &&
		!hasDefaultName(d) {
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
			// Compose reads nothing of the file as it is, so it is not known what the
			// rename changes.
			f.Fixes = yamlFixRename(d, problem, near)
		}
		p.Report(f)
	}
}

// nearestKey is the key that an unknown one was meant for. It is never
// the version, which does nothing.
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
	return unprovedFix(fmt.Sprintf("rename it to %q", key), edits, ok)
}

func schemaMessage(d *facts.Compose, problem *compose.Problem) string {
	place := "the top level"
	if n := len(problem.Path); n > 0 {
		place = fmt.Sprintf("%q", strings.Join(problem.Path[max(0, n-3):], "."))
	}
	switch problem.Kind {
	case compose.UnknownKey:
		if near, ok := nearestKey(problem); ok {
			return fmt.Sprintf("%q is not a key of %s, so Compose refuses the file; write %q", shortText(problem.Key), place, near)
		}
		return fmt.Sprintf("%q is not a key of %s, so Compose refuses the file; remove it, or begin it with \"x-\"", shortText(problem.Key), place)
	case compose.BadName:
		return fmt.Sprintf("%q is not a valid name in %s, so Compose refuses the file; use letters, digits, \".\", \"_\" and \"-\"", shortText(problem.Key), place)
	case compose.MissingKey:
		return fmt.Sprintf("%s has no %q, so Compose refuses the file; add it", place, problem.Key)
	case compose.WrongType:
		return fmt.Sprintf("%s is %s, so Compose refuses the file; write %s", place, typeName(d, problem), orList(problem.Want))
	case compose.NotAllowed:
		return fmt.Sprintf("the value of %s is not %s, so Compose refuses the file; write one of these", place, orList(problem.Want))
	case compose.OutOfRange:
		return fmt.Sprintf("the number in %s is out of range, so Compose refuses the file; it must be %s", place, orList(problem.Want))
	default:
		return fmt.Sprintf("the value of %s has a form that Compose refuses; it must match %s", place, orList(problem.Want))
	}
}

// typeName says what a value is, for somebody who does not know the types of YAML.
func typeName(d *facts.Compose, problem *compose.Problem) string {
	n := d.View.Get(d.Root, problem.Path...).Resolve()
	switch {
	case n.IsNull():
		return "empty"
	case len(n.Pairs) > 0 || (n.Value == "" && n.Tag == "!!map"):
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
			words[i] = "an empty value"
		default:
			words[i] = fmt.Sprintf("%q", shortText(w))
		}
	}
	return text.List(words, "or")
}
