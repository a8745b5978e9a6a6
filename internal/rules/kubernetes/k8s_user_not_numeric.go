package kubernetes

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sUserNotNumeric finds pods with "runAsNonRoot: true" whose image names its
// user instead of giving a number, or has none.
//
// The kubelet does not look into the image's /etc/passwd: it refuses to start the
// container with "image has non-numeric user, cannot verify user is non-root".
// Write the number into USER, or set runAsUser.
//
// The image counts where a compose file, Skaffold or docker/build-push-action in
// the repository says from which Dockerfile it is built. Silent for all other
// images, with a runAsUser, for users from variables, and for an image without
// USER whose base may set one.
//
// There is no fix: the number is in the image, and the file does not say it.
var K8sUserNotNumeric = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-user-not-numeric",
		Title:    "The kubelet cannot tell that the image's user is not root",
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
			f := lint.Finding{Span: c.Place(), Related: []lint.Related{{Source: image.Source, Message: "the user of the image"}}}
			switch name := userName(user); {
			case at == nil && runsAsRoot(image.Stage):
				f.Related[0].Span = image.Stage.From.Span
				f.Message = "container " + quote(c.Name) + " does not start: its image runs as root, which runAsNonRoot forbids; give the image a USER with a number"
			case at == nil || name == "" || strings.ContainsAny(name, "$\"'") || strings.Trim(name, "0123456789") == "":
				continue
			default:
				f.Related[0].Span = at.Span
				f.Message = "container " + quote(c.Name) + " does not start: runAsNonRoot needs a number, and the image's user is " + quote(name) + "; write the number into USER, or set runAsUser"
			}
			p.Report(f)
		}
	}
}

// userName is the first part of what follows USER, without the group.
func userName(user string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(user), ":")
	return name
}

// runsAsRoot tells whether an image without USER runs as root: its base is known
// and sets no user.
func runsAsRoot(s *facts.Stage) bool {
	base, known := facts.LookupBase(s.Base())
	return known && base.User == ""
}
