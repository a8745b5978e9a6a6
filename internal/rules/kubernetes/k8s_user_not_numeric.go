package kubernetes

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sUserNotNumeric reports pods with `runAsNonRoot: true` whose image has a user name
// instead of a number, or runs as root.
//
// # Why it matters
//
// Kubernetes does not read `/etc/passwd` of the image. It refuses to start the container
// with "image has non-numeric user, cannot verify user is non-root".
//
// # How to fix it
//
// Write the number into `USER` of the Dockerfile, or set `runAsUser` in the pod:
//
//	USER 10001
//
// # Fix safety
//
// There is no automatic fix: the number of the user is in the image, and the manifest does not show
// it.
//
// # Exceptions
//
// It does not report:
//
//   - images whose Dockerfile is not known; it is known if a Compose file, Skaffold or
//     docker/build-push-action in the repository shows that the image is built from it
//   - pods and containers with `runAsUser`
//   - users from variables
//   - images without `USER` whose base image may set one
//   - Windows pods
var K8sUserNotNumeric = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-user-not-numeric",
		Title:    "Image user is not a number, so the container does not start",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkK8sUserNotNumeric,
}

func checkK8sUserNotNumeric(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			i, ok := c.Image()
			if !ok || !facts.IsTrue(c.Security("runAsNonRoot")) || c.Security("runAsUser") != nil || w.Windows() {
				continue
			}
			image, ok := p.Project.BuiltHere(i)
			if !ok {
				continue
			}
			user, at := image.Stage.User()
			f := lint.Finding{Span: c.Place(), Related: []lint.Related{{Source: image.Source, Message: "the user of the image is set here"}}}
			switch name := userName(user); {
			case at == nil && runsAsRoot(image.Stage):
				f.Related[0].Span = image.Stage.From.Span
				f.Message = "container " + quote(c.Name) + " does not start, because its image runs as root and runAsNonRoot forbids this; give the image a USER with a number"
			case at == nil || name == "" || strings.ContainsAny(name, "$\"'") || strings.Trim(name, "0123456789") == "":
				continue
			default:
				f.Related[0].Span = at.Span
				f.Message = "container " + quote(c.Name) + " does not start, because runAsNonRoot needs a number and the image's user is " + quote(name) + "; write the number into USER, or set runAsUser"
			}
			p.Report(f)
		}
	}
}

// userName returns the user of a USER instruction, without the group.
func userName(user string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(user), ":")
	return name
}

// runsAsRoot reports whether an image without USER runs as root: its base is known
// and sets no user.
func runsAsRoot(s *facts.Stage) bool {
	base, known := facts.LookupBase(s.Base())
	return known && base.User == ""
}
