package workflow

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// WorkflowImageNotPinned reports images of job containers, services and `docker://` steps
// without a tag or with the tag latest.
//
// # Why it matters
//
// When such an image changes, the job fails, or tests against another version of a
// database than production uses, without a change in the repository.
//
// # How to fix it
//
// Name the version that is meant:
//
//	services:
//	  db:
//	    image: postgres:18
//
// # Fix safety
//
// There is no automatic fix: the workflow does not show which version was tested.
//
// # Exceptions
//
// It does not report:
//
//   - names with expressions
//   - images with a digest
//   - images under the name of the repository or its owner, which it publishes itself
var WorkflowImageNotPinned = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-image-not-pinned",
		Title:    "Job uses an image without a fixed version",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("zizmor:unpinned-images"),
	},
	Check: checkWorkflowImageNotPinned,
}

func checkWorkflowImageNotPinned(p *facts.Pass[*facts.Workflow]) {
	report := func(f lint.Finding, ref string) {
		i := facts.ParseImage(ref)
		if !facts.IsReference(ref) || i.Digest != "" || (i.Tag != "" && i.Tag != "latest") {
			return
		}
		if p.Project.Publishes(i) {
			return
		}
		f.Message = quote(ref) + " has no fixed version, so the job can start failing without a change here; pin a version"
		p.Report(f)
	}
	for _, j := range p.Doc.Jobs() {
		container := j.Get("container")
		if container != nil && container.Kind == yaml.Mapping {
			container = j.Get("container", "image")
		}
		images := []*yaml.Node{container}
		if services := j.Get("services"); services != nil {
			for _, s := range services.Pairs {
				images = append(images, p.Doc.Get(s.Value, "image").Resolve())
			}
		}
		for _, n := range images {
			if n != nil && n.Kind == yaml.Scalar {
				report(lint.Finding{Span: n.Span}, n.Value)
			}
		}
		for _, s := range j.Steps {
			if a, ok := s.Uses(); ok && a.Image != "" {
				report(lint.Finding{Span: a.Span}, a.Image)
			}
		}
	}
}
