package ignorefile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreBuildOutputNotExcluded finds what builds leave on the machine and
// COPY takes into the image.
//
// It is not what this build makes, and it is sent each time. Leave it out of the
// context.
//
// Only a folder that git ignores counts as output. Silent where a COPY names it,
// where no Dockerfile copies the whole context, and for lists of what is allowed.
var DockerignoreBuildOutputNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-build-output-not-excluded",
		Title:    "Output of builds on the machine is copied with the context",
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
			Message: fmt.Sprintf("%q is what a build left on this machine, and would be in the image; leave it out of the context", folder+"/"),
			Related: copiedHere(copied, by),
			Fixes:   []lint.Fix{appendLines(p, folder)},
		})
	}
}

// copiesFrom tells whether a build copies the folder, or a part of it, by name.
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
