package ignorefile

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreDocsNotExcluded finds documents and files of the repository that
// COPY takes into the image, though nothing there reads them.
//
// Each change to one of them makes the steps below the COPY run again.
//
// Silent for what a manifest of the project names, where no Dockerfile copies the
// whole context into the last stage, and for lists of what is allowed.
var DockerignoreDocsNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-docs-not-excluded",
		Title:    "Documents and files of the repository are copied with the context",
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
		Message: fmt.Sprintf("%s would be in the image, where nothing reads them; leave them out of the context", strings.Join(quoted, ", ")),
		Related: copiedHere(copied, by),
		Fixes:   []lint.Fix{appendLines(p, lines...)},
	})
}
