package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeUnusedResource reports networks, volumes, secrets and configs at the top
// level that no service uses.
//
// # Why it matters
//
// Compose does not create them. Often a service was meant to use one and its name is
// wrong or missing, so that the service keeps its data in the container.
//
// # How to fix it
//
// Remove the declaration, or use it in the service that needs it.
//
// # Exceptions
//
// It does not report:
//
//   - the network `default`, and external resources
//   - files that are merged with another file or that have other Compose files next to
//     them
//   - files that a Makefile, a workflow, a script, an `.env` or a Compose file of the
//     repository names
//   - names that another Compose file has
//   - sections of which a service uses an entry with a variable in its name
var ComposeUnusedResource = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-unused-resource",
		Title:    "No service uses a resource that the file declares",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeUnusedResource,
}

func checkComposeUnusedResource(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if !standsAlone(p) {
		return
	}
	for _, section := range []string{"networks", "volumes", "secrets", "configs"} {
		if namesVariables(d, section) {
			continue
		}
		unused := d.Unused(section)
		if len(unused) > 0 && p.Project.NamedBy(d.Name, path.Base(d.Name)) != "" {
			return // another file names this one, and may use the resource
		}
		for i, r := range unused {
			if r.External || isSet(d.View.Pair(r.Node, "external")) || r.Pair.Value.Resolve().Tag == "!reset" ||
				p.Project.ComposeNaming(d.Name, r.Name) != "" {
				continue
			}
			f := lint.Finding{
				Span:    r.Span(),
				Message: fmt.Sprintf("no service uses the %s %q, so Compose does not create it; remove it, or use it in a service", strings.TrimSuffix(section, "s"), shortText(r.Name)),
			}
			top := d.Section(section)
			pair := r.Pair
			if len(top.Value.Pairs) == 1 {
				pair = top // the last entry is removed with its section
			}
			edits, ok := d.File.Delete(pair)
			// Where none is used, the last one waits until it is alone: removing all
			// would leave a section without a mapping, which Compose refuses.
			waits := len(unused) > 1 && i == len(unused)-1 && len(unused) == len(top.Value.Pairs)
			f.Fixes = yamlFix("remove it", lint.Safe, edits, ok && !waits && r.Pair.Key.Parent == top.Value, section)
			p.Report(f)
		}
	}
}

// namesVariables reports whether a service uses an entry of the section whose name
// is not known.
func namesVariables(d *facts.Compose, section string) bool {
	for _, s := range d.All() {
		// A service that another file describes may use any.
		if s.Get("extends", "file") != nil {
			return true
		}
		switch section {
		case "networks":
			for _, a := range s.Networks() {
				if strings.Contains(a.Name, "$") {
					return true
				}
			}
		case "volumes":
			for _, m := range s.AllMounts() {
				if !m.Known {
					return true
				}
			}
		default:
			for _, v := range s.Values(section) {
				if strings.Contains(v.Text, "$") {
					return true
				}
			}
		}
	}
	return false
}
