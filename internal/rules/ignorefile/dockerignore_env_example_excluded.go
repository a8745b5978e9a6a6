package ignorefile

import (
	"bytes"
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreEnvExampleExcluded reports patterns for `.env` files that also exclude the
// example, such as `.env.example`, although the build or a copied script uses it.
//
// # Why it matters
//
// The example has no secrets and lists the variables of the program. The step that reads
// it fails, because Docker does not send the file.
//
// # How to fix it
//
// Add an exception below the pattern:
//
//	.env.*
//	!.env.example
//
// # Exceptions
//
// It does not report:
//
//   - an example that a pattern names itself
//   - builds in which no Dockerfile copies the whole context
//   - an example that neither the Dockerfile nor a script that it copies names
var DockerignoreEnvExampleExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-env-example-excluded",
		Title:    "Pattern for .env files also excludes their example",
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
		if !ignored || decides == nil || isPlain(decides.Cleaned) || !isEnvPattern(decides.Cleaned) {
			continue
		}
		if !exists(p, name) || !usesFile(p, name) {
			continue
		}
		p.Report(lint.Finding{
			Span:    decides.Span,
			Message: fmt.Sprintf("%q also excludes %q, which the build uses and which has no secrets; add %q below it", decides.Text, name, "!"+name),
			Fixes:   []lint.Fix{appendLines(p, "!"+name)},
		})
	}
}

// usesFile reports whether a Dockerfile that is built with the ignore file names a file,
// or a script that it copies by its name does.
func usesFile(p *facts.Pass[*facts.IgnoreFile], name string) bool {
	for _, d := range p.Project.Builds(p.Doc) {
		if namesFile(p, d.Src, name) {
			return true
		}
		for _, c := range d.ContextCopies() {
			if src, err := p.Files.ReadFile(c.Path); err == nil && namesFile(p, src, name) {
				return true
			}
		}
	}
	return false
}

// isEnvPattern reports whether a pattern is meant for .env files.
func isEnvPattern(cleaned string) bool {
	switch cleaned {
	case ".env*", ".env.*", "**/.env*", "**/.env.*":
		return true
	}
	return false
}

// namesFile reports whether a text names a file of the top folder, and not one of the
// same name in a folder of the context.
func namesFile(p *facts.Pass[*facts.IgnoreFile], src []byte, name string) bool {
	for at := 0; ; {
		i := bytes.Index(src[at:], []byte(name))
		if i < 0 {
			return false
		}
		before := src[:at+i]
		folder := string(before[bytes.LastIndexAny(before, " \t\n\"'=:,[")+1:])
		if folder = path.Clean(folder); folder == "." || path.IsAbs(folder) || !exists(p, path.Join(folder, name)) {
			return true
		}
		at += i + len(name)
	}
}
