package ignorefile

import (
	"bytes"
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreEnvExampleExcluded finds a pattern for files of secrets that keeps
// out the example too.
//
// The example has no secrets and says which variables there are. Where the image
// is to hold it, take it back in with a "!" below the pattern.
//
// Silent where the example is named by a pattern of its own, without a Dockerfile that
// copies the whole context, and where neither that nor a script that it copies names
// the example.
var DockerignoreEnvExampleExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-env-example-excluded",
		Title:    "The example of the .env file is left out too",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreEnvExampleExcluded,
}

func checkDockerignoreEnvExampleExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	if _, _, ok := p.Project.WholeCopy(d); !ok || d.IsAllowList() {
		return
	}
	for _, name := range exampleNames() {
		decides, ignored := d.Ignored(name)
		if !ignored || decides == nil || isPlain(decides.Cleaned) || !isEnvPattern(decides.Cleaned) || !exists(p, name) || !usesFile(p, name) {
			continue
		}
		p.Report(lint.Finding{
			Span:    decides.Span,
			Message: fmt.Sprintf("%q keeps %q out too, which has no secrets; take it back in with %q below", decides.Text, name, "!"+name),
			Fixes:   []lint.Fix{appendLines(p, "!"+name)},
		})
	}
}

// usesFile reports whether a Dockerfile that is built with the ignore file names a file,
// or a script that it copies by its name does.
func usesFile(p *facts.Pass[*facts.IgnoreFile], name string) bool {
	for _, d := range p.Project.Builds(p.Doc) {
		if d.Mentions(name) {
			return true
		}
		for _, c := range d.ContextCopies() {
			if src, err := p.Files.ReadFile(c.Path); err == nil && bytes.Contains(src, []byte(name)) {
				return true
			}
		}
	}
	return false
}

// isEnvPattern tells whether a pattern is meant for .env files.
func isEnvPattern(cleaned string) bool {
	switch cleaned {
	case ".env*", ".env.*", "**/.env*", "**/.env.*":
		return true
	}
	return false
}
