package bake

import (
	"fmt"
	"path"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// BakeBuildFileMissing finds targets whose Dockerfile is not there: the build fails.
//
// The context counts from the folder in which buildx runs, the Dockerfile from the context.
//
// Silent where a folder above has both, for variables and what a matrix or another file
// decides, for what git ignores, and for files that are read with others. Folders without
// .git and .gitignore, which may hold a part of the files only, are skipped.
//
// There is no fix: the file may be missing, or its name may be wrong.
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
		if file == nil || isParent(p.Doc, t.Name) {
			continue // a target that says so little may be one to inherit from
		}
		context, err := p.Project.BakeBuild(p.Doc, t)
		if err != nil || context.HasDockerfile() {
			continue
		}
		if !p.Project.Repository().IsWhole() {
			p.Skip("neither .git nor a .gitignore shows that all files of the project are there")
			return
		}
		folder := context.Files.Path(".")
		if p.Project.Repository().Ignores(path.Join(folder, context.DockerfileName())) {
			continue
		}
		p.Report(lint.Finding{
			Span:    file.Value.Span,
			Message: fmt.Sprintf("there is no %q in the context %q, so %q cannot be built; name the Dockerfile that is meant", short(context.DockerfileName()), short(folder), short(t.Name)),
		})
	}
}

// isParent reports whether a target inherits from the one of that name.
func isParent(f *facts.Bake, name string) bool {
	for _, t := range f.Targets() {
		if a := t.Get("inherits"); a != nil {
			for _, v := range a.Value.Items {
				if v.Text == name {
					return true
				}
			}
		}
	}
	return false
}
