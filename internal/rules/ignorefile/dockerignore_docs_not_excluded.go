package ignorefile

import (
	"bytes"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// DockerignoreDocsNotExcluded reports documents and files for the repository, such as
// `README.md`, `docs` or `.github`, that a `COPY` of the whole build context copies into
// the image.
//
// # Why it matters
//
// Nothing in the image reads these files, but each change to one of them invalidates the
// cache of the `COPY` and of all steps after it.
//
// The rule is off by default, because the files are small and some programs show them.
//
// # How to fix it
//
// Exclude them in `.dockerignore`:
//
//	README.md
//	docs/
//
// # Exceptions
//
// It does not report:
//
//   - files that a manifest of the project names, such as `pyproject.toml` or
//     `package.json`
//   - builds in which no Dockerfile copies the whole context into the last stage
//   - ignore files that exclude everything and list what is allowed
var DockerignoreDocsNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-docs-not-excluded",
		Title:    "Documents of the repository are copied into the image",
		Category: lint.Size,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreDocsNotExcluded,
}

func checkDockerignoreDocsNotExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	copied, by, ok := p.Project.WholeCopy(d)
	if !ok || !copied.Shipped || d.IsAllowList() {
		return
	}
	var manifest []byte
	for _, name := range []string{"pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "package.json"} {
		if src, err := p.Project.Files(d).ReadFile(name); err == nil {
			manifest = append(manifest, src...)
		}
	}
	var quoted, lines []string
	for _, name := range []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs", ".github", ".gitignore", "Dockerfile", "compose.yaml", "docker-compose.yml"} {
		if exists(p, name) && d.Sent(name) && !bytes.Contains(manifest, []byte(name)) {
			quoted, lines = append(quoted, fmt.Sprintf("%q", name)), append(lines, name)
		}
	}
	if len(lines) == 0 {
		return
	}
	p.Report(lint.Finding{
		Span:    place(d),
		Message: fmt.Sprintf("the build copies %s into the image, which does not need them; exclude them from the build context", text.List(quoted, "and")),
		Related: copiedHere(copied, by),
		Fixes:   []lint.Fix{appendLines(p, lines...)},
	})
}
