package compose

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeUndefinedResource reports networks, volumes, secrets, configs and models that
// a service uses and the file does not declare. Each name gets one finding, at its
// first use.
//
// # Why it matters
//
// Compose refuses the file, so no service of it starts.
//
// # How to fix it
//
// Declare the name at the top level, or correct it:
//
//	volumes:
//	  data:
//
// Write a path with `./` in front, such as `./web/conf`.
//
// # Exceptions
//
// It does not report:
//
//   - files that are merged with or included by another file, or that a dev container,
//     a script, a workflow or `COMPOSE_FILE` loads together with others
//   - names that another Compose file of the folder declares, or a sample of one, such
//     as `compose.override.yaml.example`
//   - the network `default`
//   - paths of the host, and names that contain a variable
var ComposeUndefinedResource = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-undefined-resource",
		Title:    "Service uses a resource that the file does not declare",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"networks", "volumes", "secrets", "configs", "models"},
		Aliases: []lint.Alias{
			{Name: "compose-go:undefined-network", Variants: []string{"networks"}},
			{Name: "compose-go:undefined-volume", Variants: []string{"volumes"}},
			{Name: "compose-go:undefined-secret", Variants: []string{"secrets"}},
			{Name: "compose-go:undefined-config", Variants: []string{"configs"}},
			{Name: "compose-go:undefined-model", Variants: []string{"models"}},
		},
	},
	Check: checkComposeUndefinedResource,
}

func checkComposeUndefinedResource(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	var findings []undefined
	for _, section := range []string{"networks", "volumes", "secrets", "configs", "models"} {
		var declared []string
		for _, r := range d.Resources(section) {
			declared = append(declared, r.Name)
		}
		place := map[string]int{}
		for _, use := range d.Undefined(section) {
			if at, again := place[use.Name]; again {
				findings[at].Related = append(findings[at].Related, lint.Related{Span: use.Span, Message: "it is also used here"})
				continue
			}
			place[use.Name] = len(findings)
			findings = append(findings, undefined{undefinedResource(d, section, use, declared[:min(len(declared), nearest.Most)]), use.Name})
		}
	}
	// What the folder has is looked at last, and seldom.
	if len(findings) == 0 || hasLooseEnds(p) {
		return
	}
	for _, f := range findings {
		if !declaredBeside(p, f.Variant, f.name) {
			p.Report(f.Finding)
		}
	}
}

// undefined is the finding about a name that the file does not declare.
type undefined struct {
	lint.Finding
	name string
}

func undefinedResource(d *facts.Compose, section string, use facts.ResourceUse, declared []string) lint.Finding {
	f := lint.Finding{Span: use.Span, Variant: section}
	name := shortText(use.Name)
	if near, ok := nearest.Name(use.Name, declared); ok {
		f.Message = fmt.Sprintf("%q is not declared in \"%s\", so Compose refuses the file; write %q", name, section, near)
		return f
	}
	if section == "volumes" && strings.Contains(use.Name, "/") {
		f.Message = fmt.Sprintf("%q is the name of a volume for Compose, not a path, so Compose refuses the file; write \"./%s\"", name, name)
		if d.File.Text(use.Span) == use.Name {
			f.Fixes = []lint.Fix{
				{
					Title:         "write ./ in front of it",
					Applicability: lint.Unsafe,
					MaxEffect:     lint.EffectConfig,
					Changes:       []string{"services.*.volumes"},
					Edits:         []lint.FileEdit{lint.Insert(use.Span.Start, "./")},
				},
			}
		}
		return f
	}
	f.Message = fmt.Sprintf("%q is not declared in \"%s\", so Compose refuses the file; declare it there", name, section)
	if (section != "networks" && section != "volumes") || !yaml.PlainString(use.Name, true) {
		return f // the file does not show what a secret or a config holds
	}
	top := d.Section(section)
	edits, ok := d.File.Add(d.Root, section+":\n  "+use.Name+":")
	if top != nil {
		edits, ok = d.File.Add(top.Value, use.Name+":")
	}
	f.Fixes = yamlFix(fmt.Sprintf("declare %q", use.Name), lint.Unsafe, edits, ok, section)
	return f
}
