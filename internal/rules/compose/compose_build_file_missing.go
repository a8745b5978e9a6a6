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

// ComposeBuildFileMissing reports services whose build context does not exist, or has
// no Dockerfile of the given name. A context is relative to the folder of the Compose
// file, and a Dockerfile is relative to its context. The severity is info for a path
// in a Git submodule, in case it is not checked out.
//
// # Why it matters
//
// `docker compose build` and `docker compose up` fail.
//
// # How to fix it
//
// Correct `context` or `dockerfile`:
//
//	build:
//	  context: ./web
//	  dockerfile: Dockerfile.prod
//
// # Fix safety
//
// There is no automatic fix: the file may be created before the build, and only its author knows
// where it should be.
//
// # Exceptions
//
// It does not report:
//
//   - paths that Git ignores, because something creates them
//   - paths that exist relative to a folder above, as with `--project-directory`
//   - a context that has a `Containerfile`, which Podman uses
//
// It skips contexts that are remote, outside of the root or named with a variable, and
// folders without `.git` and `.gitignore`, which may hold only a part of the files.
var ComposeBuildFileMissing = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-file-missing",
		Title:    "Build context or Dockerfile does not exist",
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
				p.Skip(fmt.Sprintf("cannot tell what %q builds: %v", shortText(s.Name), err))
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
			reportMissing(
				p,
				section.Context.Span,
				folder,
				fmt.Sprintf(
					"the build context %q does not exist, so %q cannot be built; name the folder that has its files",
					shortText(folder),
					shortText(s.Name),
				),
			)
			continue
		}
		if build.File == nil && !build.Context.HasDockerfile() {
			reportNoDockerfile(p, s, section, build, folder)
		}
	}
}

func reportNoDockerfile(
	p *facts.Pass[*facts.Compose],
	s *facts.ComposeService,
	section compose.Build,
	build *facts.ServiceBuild,
	folder string,
) {
	name := build.Context.DockerfileName()
	span := section.Dockerfile.Span
	if !section.Dockerfile.Exists() {
		if _, ok := build.Context.Files.Exists("Containerfile"); ok {
			return // Podman uses it
		}
		span = section.Context.Span
		if !section.Context.Exists() {
			span = section.Pair.Key.Span
		}
	}
	message := fmt.Sprintf("%q is not in the build context %q, so %q cannot be built; write the path of its Dockerfile", shortText(name), shortText(path.Clean(folder)), shortText(s.Name))
	if _, ok := p.Files.Exists(name); ok && path.Clean(folder) != "." {
		message = fmt.Sprintf("%q is not in the build context %q, so %q cannot be built; write the path relative to the context, not to the Compose file", shortText(name), shortText(path.Clean(folder)), shortText(s.Name))
	}
	reportMissing(p, span, path.Join(folder, name), message)
}

// reportMissing reports a path that does not exist, unless it is created before the build.
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
