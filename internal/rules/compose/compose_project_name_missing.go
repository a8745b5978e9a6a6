package compose

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeProjectNameMissing reports main files without `name`.
//
// # Why it matters
//
// Compose names the project after its folder. Two projects in folders of the same name
// share containers, networks and volumes, and a checkout in a folder of another name
// does not find its volumes.
//
// The rule is off by default, because one project in one folder needs no name.
//
// # How to fix it
//
// Name the project at the top of the file:
//
//	name: shop
//
// # Exceptions
//
// It does not report:
//
//   - files that are merged with another file
//   - folders whose `.env` sets `COMPOSE_PROJECT_NAME`
var ComposeProjectNameMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-project-name-missing",
		Title:    "Project has no name",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:require-project-name-field"),
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeProjectNameMissing,
}

func checkComposeProjectNameMissing(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if d.IsFragment(d.Name) || d.Section("name") != nil {
		return
	}
	if _, ok := dotenvNames(p)["COMPOSE_PROJECT_NAME"]; ok {
		return
	}
	f := lint.Finding{
		Span:    d.Root.Pairs[0].Key.Span,
		Message: "the project is named after its folder, so it loses its volumes when the folder is renamed; add \"name\"",
	}
	if name := projectName(path.Base(path.Dir(d.Name))); name != "" {
		edits, ok := d.File.InsertBefore(d.Root.Pairs[0], "name: "+name)
		f.Fixes = yamlFix("add the name "+name, lint.Unsafe, edits, ok, "name")
	}
	p.Report(f)
}

// projectName is the name that Compose makes of a folder's; empty for none.
func projectName(folder string) string {
	name := strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		if r == '-' || r == '_' {
			return r
		}
		return -1
	}, strings.ToLower(folder))
	name = strings.TrimLeft(name, "_-")
	if name == "" || name[0] < 'a' {
		return "" // it would read as a number
	}
	return name
}
