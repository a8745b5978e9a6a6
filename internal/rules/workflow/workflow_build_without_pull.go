package workflow

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// WorkflowBuildWithoutPull reports builds on self-hosted runners without `pull: true` or
// `--pull`.
//
// # Why it matters
//
// A self-hosted runner keeps images between jobs. Without the option, a build can use a
// base image that something pulled months ago, without its security fixes.
//
// The rule is off by default, because BuildKit asks the registry in each build unless the
// base image is in the local store.
//
// # How to fix it
//
// Ask for the newest base image:
//
//	with:
//	  pull: true
//
// # Exceptions
//
// It does not report:
//
//   - GitHub's own runners, which are new for each job
//   - builds whose Dockerfile pins every base image by digest
var WorkflowBuildWithoutPull = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-build-without-pull",
		Title:    "Build on a self-hosted runner can use an old base image",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("docs:rebuild-often"),
	},
	Check: checkWorkflowBuildWithoutPull,
}

func checkWorkflowBuildWithoutPull(p *facts.Pass[*facts.Workflow]) {
	for _, j := range p.Doc.Jobs() {
		if !j.SelfHosted() {
			continue
		}
		for _, b := range imageBuilds(j) {
			if isPinnedBuild(p, b) {
				continue
			}
			switch pull := b.step.Scalar("with", "pull"); {
			case b.command != nil && !b.command.HasFlag("--pull"):
				p.Report(lint.Finding{Span: b.place, Message: pullMessage("--pull"), Fixes: pullFlag(b.command)})
			case b.command == nil && pull == "":
				edits, ok := []text.Edit(nil), false
				if with := b.step.Node.Own("with"); with != nil {
					edits, ok = p.Doc.Add(with.Value, "pull: true")
				}
				p.Report(lint.Finding{Span: b.place, Message: pullMessage("pull: true"), Fixes: unsafe("add pull: true", ok, edits...)})
			}
		}
		for _, s := range j.Steps {
			for _, c := range s.Commands() {
				if dockerCommand(&c) == "compose build" && !c.HasFlag("--pull") {
					p.Report(lint.Finding{Span: c.Span, Message: pullMessage("--pull"), Fixes: pullFlag(&c)})
				}
			}
		}
	}
}

func pullMessage(how string) string {
	return "the runner keeps images between jobs, so this build can use an old base image; add " + how
}

// pullFlag adds the flag after the word build.
func pullFlag(c *facts.RunCommand) []lint.Fix {
	i := slices.IndexFunc(c.Words, func(a facts.Argument) bool { return a.Text == "build" })
	if i < 0 || !c.Exact {
		return nil
	}
	at := c.Words[i].Span.End
	return unsafe("add --pull", true, text.Edit{Span: text.Span{Start: at, End: at}, New: " --pull"})
}

// isPinnedBuild reports whether the build's Dockerfile pins every base by digest, so that
// there is nothing newer to pull.
func isPinnedBuild(p *facts.Pass[*facts.Workflow], b imageBuild) bool {
	file := b.dockerfileOf(p)
	if file == nil || len(file.Stages()) == 0 {
		return false
	}
	return !slices.ContainsFunc(file.Stages(), func(s *facts.Stage) bool {
		base := s.Base()
		return base.Digest == "" && !base.IsScratch()
	})
}
