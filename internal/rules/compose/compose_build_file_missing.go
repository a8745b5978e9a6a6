package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeBuildFileMissing finds services whose build context, or the Dockerfile
// in it, is not there: "docker compose build" fails.
//
// A context counts from the folder of the Compose file, a Dockerfile from its
// context. It is an info for what lies in a submodule of git, which may not be
// checked out.
//
// Silent for what git ignores, since somebody puts it there, and for paths that
// are right from a folder above, as with --project-directory. Contexts that are
// remote, out of the root or named with a variable are skipped, and so are folders
// without .git and .gitignore, which may hold a part of the files only.
//
// There is no fix: the file may be made before the build, and only its author knows where
// it should be.
var ComposeBuildFileMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-file-missing",
		Title:    "The folder or the Dockerfile of a build is not there",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeBuildFileMissing,
}

func checkComposeBuildFileMissing(p *facts.Pass[*facts.Compose]) {
	skipped := map[string]bool{}
	for _, s := range p.Doc.All() {
		build, err := p.Project.Build(s)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			if !skipped[err.Error()] {
				skipped[err.Error()] = true
				p.Skip(fmt.Sprintf("what %q builds is not known: %v", shortText(s.Name), err))
			}
			continue
		}
		section, ok := s.Build()
		if !ok {
			continue
		}
		folder := section.Context.Raw
		if (err != nil || build.File == nil) && skipsPart(p) {
			return
		}
		if err != nil {
			reportMissing(p, section.Context.Span, folder, fmt.Sprintf("there is no folder %q, so %q cannot be built; name the one that has its files", shortText(folder), shortText(s.Name)))
			continue
		}
		if build.File == nil && !build.Context.HasDockerfile() {
			reportNoDockerfile(p, s, section, build, folder)
		}
	}
}

func reportNoDockerfile(p *facts.Pass[*facts.Compose], s *facts.ComposeService, section compose.Build, build *facts.ServiceBuild, folder string) {
	name := build.Context.DockerfileName()
	span := section.Dockerfile.Span
	if !section.Dockerfile.Exists() {
		if _, ok := build.Context.Files.Exists("Containerfile"); ok {
			return // Podman takes it
		}
		span = section.Context.Span
		if !section.Context.Exists() {
			span = section.Pair.Key.Span
		}
	}
	message := fmt.Sprintf("there is no %q in %q, so %q cannot be built; name the Dockerfile that is meant", shortText(name), shortText(path.Clean(folder)), shortText(s.Name))
	if _, ok := p.Files.Exists(name); ok && path.Clean(folder) != "." {
		message = fmt.Sprintf("there is no %q in the context %q, so %q cannot be built; the path of a Dockerfile counts from the context, not from the Compose file", shortText(name), shortText(path.Clean(folder)), shortText(s.Name))
	}
	reportMissing(p, span, path.Join(folder, name), message)
}

// reportMissing reports a path that is not there, unless somebody makes it.
func reportMissing(p *facts.Pass[*facts.Compose], span text.Span, name, message string) {
	repository := p.Project.Repository()
	if repository.Ignores(name) || isThereFromAbove(p, name) {
		return
	}
	f := lint.Finding{Span: span, Message: message}
	if repository.Submodule(name) {
		f.Severity = lint.Info
		f.Message = message + ", or check out the submodule"
	}
	p.Report(f)
}

// isThereFromAbove tells whether a path exists from a folder above: Compose was
// perhaps given another folder for the project than that of the file.
func isThereFromAbove(p *facts.Pass[*facts.Compose], name string) bool {
	const levels = 4
	up := ".."
	for range levels {
		gate, err := p.Files.In(path.Join(up, path.Dir(name)), "")
		if err == nil {
			if _, ok := gate.Exists(path.Base(name)); ok {
				return true
			}
		}
		up = path.Join("..", up)
	}
	return false
}
