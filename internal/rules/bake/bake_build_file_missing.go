package bake

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// BakeBuildFileMissing reports targets whose Dockerfile does not exist. The context is
// relative to the folder in which buildx runs, the Dockerfile to the context.
//
// # Why it matters
//
// The build of the target fails.
//
// # How to fix it
//
// Correct `dockerfile` or `context`, or add the file.
//
// # Fix safety
//
// There is no automatic fix: the file can be missing, or its name can be wrong.
//
// # Exceptions
//
// It does not report:
//
//   - targets for which a folder above has both the context and the Dockerfile
//   - values from variables, from a matrix or from another file
//   - files that Git ignores
//   - bake files that are read together with others
//
// A folder without `.git` and `.gitignore` can hold a part of the files only. The rule is
// skipped there.
var BakeBuildFileMissing = facts.Rule[*facts.Bake]{
	Meta: lint.Meta{
		ID:       "bake-build-file-missing",
		Title:    "The Dockerfile of a target is not there",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkBakeBuildFileMissing,
}

func checkBakeBuildFileMissing(p *facts.Pass[*facts.Bake]) {
	if isReadWithOthers(p) {
		return
	}
	for _, t := range p.Doc.Targets() {
		file, _ := p.Doc.Attribute(t, "dockerfile")
		if file == nil || p.Doc.IsParent(t.Name) {
			continue // a target that says so little may be one to inherit from
		}
		context, err := p.Project.BakeBuild(p.Doc, t)
		if err != nil || context.HasDockerfile() {
			continue
		}
		if !p.Project.Repository().IsWhole() {
			p.Skip(facts.NotWhole)
			return
		}
		folder := context.Files.Path(".")
		if p.Project.Repository().Ignores(path.Join(folder, context.DockerfileName())) {
			continue
		}
		p.Report(lint.Finding{
			Span: file.Value.Span,
			Message: fmt.Sprintf("there is no %q in the context %q, so %q cannot be built; name the Dockerfile that is meant",
				text.Short(context.DockerfileName()), text.Short(folder), text.Short(t.Name)),
		})
	}
}
