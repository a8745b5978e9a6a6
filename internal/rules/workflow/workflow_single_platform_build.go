package workflow

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkflowSinglePlatformBuild reports images that are published without a list of
// platforms, and builds for several platforms on a runner that cannot run them.
//
// # Why it matters
//
// Without a list, the image is for the platform of the runner, mostly linux/amd64. On ARM
// servers and laptops it does not start, or runs slowly under emulation. A `RUN` for a
// platform that the runner cannot run fails.
//
// The rule is off by default, because the workflow does not show which platforms users
// need. The preset `cloud-native` turns it on.
//
// # How to fix it
//
// List the platforms, and set up emulation with docker/setup-qemu-action before the build,
// or use a runner for each platform:
//
//	with:
//	  platforms: linux/amd64,linux/arm64
//
// # Fix safety
//
// There is no automatic fix: only the author knows which platforms the users have.
//
// # Exceptions
//
// It does not report:
//
//   - jobs with a matrix, and platforms from an expression
//   - images that are not pushed
var WorkflowSinglePlatformBuild = facts.Rule[*facts.Workflow]{
	Meta: lint.Meta{
		ID:         "workflow-single-platform-build",
		Title:      "Image is published for one platform only",
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
			p.Report(lint.Finding{Span: b.place, Variant: "single", Message: "the image runs only on the platform of the runner; list the platforms of its users"})
		case facts.HasExpression(platforms) || !strings.ContainsAny(strings.TrimSpace(platforms), ",\n") || emulates(b):
		default:
			p.Report(lint.Finding{
				Span: b.step.Get("with", "platforms").Span, Variant: "emulation", Severity: lint.Warning,
				Message: "the runner can run only its own platform, so RUN fails for the others; add docker/setup-qemu-action before the build",
			})
		}
	}
}

// emulates reports whether the job can run programs of other platforms: with QEMU, or with
// a builder that has a machine for each.
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
