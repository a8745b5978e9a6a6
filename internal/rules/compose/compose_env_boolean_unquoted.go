package compose

import (
	"fmt"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeEnvBooleanUnquoted reports unquoted values in `environment`, `labels` and
// build arguments that YAML turns into another text:
//
//   - `3.10` becomes `3.1`, and `1_000` becomes `1000`
//   - `010` becomes `8`
//   - a date gets a time, and a time gets another format
//   - `True` becomes `true`
//   - `null` is no value: the container gets the variable of the shell that starts
//     Compose
//
// The variant `case` is for booleans of which only the case changes. It is off by
// default, because most programs read both. With the option `all`, the rule also
// reports words that Compose keeps and other YAML parsers read as booleans, such as
// `yes`, `on` and `n`.
//
// # Why it matters
//
// The program gets a different value than the file shows, for example Python 3.1
// instead of 3.10, and nothing warns about it.
//
// # How to fix it
//
// Quote the value:
//
//	PYTHON_VERSION: "3.10"
//
// # Exceptions
//
// It does not report:
//
//   - entries of lists, such as `- PYTHON_VERSION=3.10`
//   - quoted text, and empty values
//   - numbers that YAML does not change
var ComposeEnvBooleanUnquoted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-env-boolean-unquoted",
		Title:    "Unquoted value reaches the container as different text",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"changed", "case"},
		OptIn:    []string{"case"},
		Options: []lint.Option{
			{
				Name:    "all",
				Doc:     "also report booleans that Compose passes as they are written, such as yes and on",
				Kind:    lint.BoolOption,
				Presets: map[string]lint.OptionValue{"cloud-native": {Bool: true}},
			},
		},
	},
	Check: checkComposeEnvBooleanUnquoted,
}

func checkComposeEnvBooleanUnquoted(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	seen := map[*yaml.Node]bool{}
	for _, s := range d.All() {
		labels, args := s.Get("labels"), s.Get("build", "args")
		for _, section := range []*yaml.Node{labels, s.Get("environment"), args} {
			for _, pair := range d.View.Pairs(section) {
				if n := pair.Value; n.Kind == yaml.Scalar && (section != labels || !n.IsNull()) && n.Style == yaml.Plain && n.TagSpan.IsEmpty() &&
					!seen[n] {
					seen[n] = true
					checkPlainText(p, n, section == args)
				}
			}
		}
	}
}

func checkPlainText(p *facts.Pass[*facts.Compose], n *yaml.Node, forBuild bool) {
	shown := plainText(n)
	f := lint.Finding{Span: n.Span, Variant: "changed"}
	if n.Tag == "!!bool" && shown != n.Value {
		f.Variant = "case"
	}
	applicability, changes := lint.Unsafe, []string{"services.*.environment", "services.*.labels", "services.*.build.args"}
	switch {
	case n.Span.IsEmpty():
		return
	case n.Tag == "!!null":
		f.Message = fmt.Sprintf("unquoted %q is no value, so the container gets the variable of the shell that starts Compose; quote it, or leave it empty", n.Value)
	case shown != n.Value:
		f.Message = fmt.Sprintf("unquoted %q reaches the container as %q; quote it", shortText(n.Value), shortText(shown))
	case p.Options.Bool("all") && isYAML11Boolean(n.Value):
		f.Message = fmt.Sprintf("unquoted %q is a boolean for some YAML parsers, which then pass another text; quote it", n.Value)
		applicability, changes = lint.Safe, nil
		f.Severity = lint.Info
	default:
		return
	}
	edits, ok := p.Doc.File.Quote(n)
	if n.Tag == "!!null" {
		ok = false // whether the word or nothing is meant, the file does not say
	}
	f.Fixes = yamlFix("quote it", applicability, edits, ok, changes...)
	if forBuild && changes != nil {
		for i := range f.Fixes {
			f.Fixes[i].MaxEffect = lint.EffectGraph // the build gets another argument
		}
	}
	p.Report(f)
}

// plainText is the text that Compose makes of a plain scalar.
func plainText(n *yaml.Node) string {
	switch n.Tag {
	case "!!bool":
		return strings.ToLower(n.Value)
	case "!!int", "!!float":
		// What Go prints for a number is what Compose passes on.
		return fmt.Sprint(n.Data())
	case "!!timestamp":
		for _, layout := range []string{time.DateOnly, "2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999"} {
			if t, err := time.Parse(layout, n.Value); err == nil {
				return t.String() // Go's own spelling, which is what Compose passes on
			}
		}
	}
	return n.Value
}

// isYAML11Boolean reports whether a word is a boolean in YAML 1.1.
func isYAML11Boolean(word string) bool {
	switch strings.ToLower(word) {
	case "y", "n", "yes", "no", "on", "off", "true", "false":
		return true
	}
	return false
}
