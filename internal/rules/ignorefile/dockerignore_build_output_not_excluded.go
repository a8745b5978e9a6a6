package ignorefile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreBuildOutputNotExcluded reports output of local builds, such as `dist/` or
// `target/`, that a `COPY` of the whole build context copies into the image.
//
// # Why it matters
//
// The output comes from the machine where the build runs, not from the build itself. The
// image can contain old files, differs between machines, and each build sends them to the
// builder.
//
// # How to fix it
//
// Exclude the folder in `.dockerignore`:
//
//	dist/
//
// # Exceptions
//
// It does not report:
//
//   - folders that git does not ignore, because these belong to the sources
//   - folders that a `COPY` names
//   - builds in which no Dockerfile copies the whole context
//   - ignore files that exclude everything and list what is allowed
var DockerignoreBuildOutputNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-build-output-not-excluded",
		Title:    "Local build output is copied into the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreBuildOutputNotExcluded,
}

func checkDockerignoreBuildOutputNotExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	copied, by, ok := p.Project.WholeCopy(d)
	if !ok || d.IsAllowList() {
		return
	}
	src, err := p.Project.Files(d).ReadFile(".gitignore")
	if err != nil {
		return
	}
	output := map[string]bool{}
	for line := range strings.Lines(string(src)) {
		output[strings.Trim(strings.TrimSpace(line), "/")] = true
	}
	for _, folder := range []string{"dist", "build", "target", "out", "coverage"} {
		if isDir, _ := p.Project.Files(d).Exists(folder); !isDir || !output[folder] || !d.Sent(folder) || copiesFrom(p, folder) {
			continue
		}
		p.Report(lint.Finding{
			Span:    place(d),
			Message: fmt.Sprintf("%q is output of a build on this machine and is copied into the image; exclude it from the build context", folder+"/"),
			Related: copiedHere(copied, by),
			Fixes:   []lint.Fix{appendLines(p, folder)},
		})
	}
}

// copiesFrom reports whether a build copies the folder, or a part of it, by name.
func copiesFrom(p *facts.Pass[*facts.IgnoreFile], folder string) bool {
	for _, b := range p.Project.Builds(p.Doc) {
		for _, c := range b.ContextCopies() {
			if c.Path == folder || strings.HasPrefix(c.Path, folder+"/") {
				return true
			}
		}
	}
	return false
}
