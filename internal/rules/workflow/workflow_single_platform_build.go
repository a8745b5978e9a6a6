package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowSinglePlatformBuild finds images that are published for one platform,
// and builds for several on a machine that can run one.
//
// Without platforms, an image is for the machine that built it, mostly
// linux/amd64: on ARM servers and laptops it does not start, or is emulated.
// Builds for several platforms need docker/setup-qemu-action before them, or a
// runner for each.
//
// The first is an info, the second a warning. Silent where a matrix or an
// expression names the platform, and for images that are not pushed. Which
// platforms users need is not in the file, so it is a part of the preset
// cloud-native.
var WorkflowSinglePlatformBuild = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-single-platform-build",
		Title:      "An image is published for one platform",
		Category:   lint.Reproducibility,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Variants:   []string{"single", "emulation"},
	},
	Check: checkWorkflowSinglePlatformBuild,
}

func checkWorkflowSinglePlatformBuild(p *facts.Pass[*facts.Workflow]) {
	for _, b := range publishes(p.Doc) {
		if b.step.Job.Get("strategy", "matrix") != nil || !b.step.UsesAction("docker/build-push-action") {
			continue
		}
		platforms := b.step.Scalar("with", "platforms")
		switch {
		case platforms == "":
			p.Report(lint.Finding{Span: b.place, Variant: "single", Message: "the image is for the platform of the runner only; name the platforms that its users have"})
		case facts.HasExpression(platforms) || !strings.ContainsAny(strings.TrimSpace(platforms), ",\n") || emulates(b):
		default:
			p.Report(lint.Finding{
				Span: b.step.Get("with", "platforms").Span, Variant: "emulation", Severity: lint.Warning,
				Message: "the runner is of one platform, and RUN fails for the others; add docker/setup-qemu-action before the build",
			})
		}
	}
}

// emulates tells whether the job can run programs of other platforms: by QEMU, or
// by a builder that has machines of each.
func emulates(b imageBuild) bool {
	for _, s := range b.step.Job.Steps {
		if s.UsesAction("docker/setup-qemu-action") || s.Get("with", "driver") != nil || s.Get("with", "endpoint") != nil || s.Get("with", "append") != nil {
			return true
		}
		if strings.Contains(s.Scalar("run"), "qemu") || strings.Contains(s.Scalar("run"), "binfmt") {
			return true
		}
	}
	return b.step.Job.SelfHosted()
}
