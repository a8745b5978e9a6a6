package workflow

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// WorkflowImageNotPinned finds images of job containers, services and docker://
// steps without a tag, and with the tag latest.
//
// The day such an image changes, the job fails, or tests against another
// database than the one in production, without a change in the repository.
//
// Silent for names with expressions, with a digest, and for images under the name of the
// repository or its owner, which it publishes itself.
//
// There is no fix: the version that was tested is not in the file, and nothing proves an
// edit of a workflow.
var WorkflowImageNotPinned = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:       "workflow-image-not-pinned",
		Title:    "A job uses an image without a fixed version",
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
		if !facts.IsReference(ref) || i.Digest != "" || i.Tag != "" && i.Tag != "latest" || p.Project.Publishes(i) {
			return
		}
		f.Message = quote(ref) + " is whatever was pushed last; name the version that is meant"
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
