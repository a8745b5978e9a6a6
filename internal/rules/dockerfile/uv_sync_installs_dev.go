package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvSyncInstallsDev reports `uv sync` without `--no-dev` in stages that are part of the
// image. In files for development or tests, whose images are not shipped, findings have
// severity info, the variant `excused` and no fix.
//
// # Why it matters
//
// By default, uv also installs the dependency group `dev`, which has linters and test
// tools, for example. They make the image larger, and a scanner reports their
// vulnerabilities too.
//
// # How to fix it
//
// Install only what the program needs:
//
//	RUN uv sync --locked --no-dev
//
// # Exceptions
//
// It does not report:
//
//   - projects whose `pyproject.toml` has no development dependencies
//   - commands with `UV_NO_DEV`, `UV_NO_DEFAULT_GROUPS` or options that choose other
//     groups
//   - commands with `--script`, or with a variable that can contain options
//   - stages with a name such as `dev` or `test`
var UvSyncInstallsDev = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-sync-installs-dev",
		Title:    "uv sync installs the development dependencies",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkUvSyncInstallsDev,
}

func checkUvSyncInstallsDev(p *facts.Pass[*facts.Dockerfile]) {
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if c.HasFlag("--no-dev", "--no-default-groups", "--only-group", "--dev", "--all-groups", "--no-group", "--only-dev", "--script") || hasVariableFlag(c) ||
			envAt(p.Doc, c.Command, "UV_NO_DEV") || envAt(p.Doc, c.Command, "UV_NO_DEFAULT_GROUPS") {
			return
		}
		if project, ok := p.Project.PythonProject(s, c.Instruction); ok && !namesDevGroup(project) {
			return
		}
		p.Report(weighDevPackages(p, lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s also installs the development dependencies, such as linters and test tools; add --no-dev", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Fixes:   insertAfterAction(c, "--no-dev"),
		}))
	})
}

// namesDevGroup reports whether a pyproject.toml has dependencies that uv installs by
// default besides the project's own: the group dev, its older form, or other default groups.
func namesDevGroup(project string) bool {
	table := ""
	for line := range strings.Lines(project) {
		line = strings.TrimSpace(line)
		key, _, isKey := strings.Cut(line, "=")
		key = strings.Trim(strings.TrimSpace(key), `"'`)
		switch {
		case strings.HasPrefix(line, "["):
			table = strings.Trim(line, "[] ")
		case isKey && ((table == "dependency-groups" && key == "dev") || (table == "tool.uv" && (key == "dev-dependencies" || key == "default-groups"))):
			return true
		}
	}
	return false
}
