package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeSecretSourceInvalid reports secrets and configs at the top level without a
// source, or with several. A source is `file`, `environment`, `content` (for a config)
// or `external: true`. The severity is warning for an external one that also names a
// source, because Compose accepts it and ignores the source.
//
// # Why it matters
//
// Compose refuses the file, so none of its services start. It accepts an external
// secret that names a source, but does not read the source.
//
// # How to fix it
//
// Write one source:
//
//	secrets:
//	  token:
//	    file: ./token.txt
//
// # Fix safety
//
// There is no automatic fix: only the author knows where the value comes from.
//
// # Exceptions
//
// It does not report:
//
//   - entries with a `driver`
//   - entries whose `external` depends on a variable
//   - entries without a source in a file that is merged with another
var ComposeSecretSourceInvalid = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-secret-source-invalid",
		Title:    "Secret or config has no source, or several",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:secret-source"),
	},
	Check: checkComposeSecretSourceInvalid,
}

func checkComposeSecretSourceInvalid(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	for _, section := range []struct {
		name, word string
		keys       []string
	}{
		{"secrets", "secret", []string{"file", "environment"}},
		{"configs", "config", []string{"file", "environment", "content"}},
	} {
		for _, r := range d.Resources(section.name) {
			if isSet(d.View.Pair(r.Node, "driver")) || r.Pair.Value.Resolve().Tag == "!reset" {
				continue
			}
			var sources []string
			for _, key := range section.keys {
				if isSet(d.View.Pair(r.Node, key)) {
					sources = append(sources, key)
				}
			}
			f := lint.Finding{Span: r.Span()}
			switch {
			case len(sources) == 1 && r.External:
				// Compose loads the file.
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("the %s %q is external, so Compose does not use its %[3]s; remove %[3]s or external", section.word, shortText(r.Name), sources[0])
			case len(sources) > 1:
				f.Message = fmt.Sprintf("the %s %q has several sources (%s), so Compose refuses the file; keep only one of these keys", section.word, shortText(r.Name), strings.Join(sources, " and "))
			case len(sources) == 1 || r.External || d.IsFragment(d.Name) || isSet(d.View.Pair(r.Node, "external")):
				continue
			default:
				f.Message = fmt.Sprintf("the %s %q has no source, so Compose refuses the file; set %s or external: true", section.word, shortText(r.Name), strings.Join(section.keys, ", "))
			}
			p.Report(f)
		}
	}
}
