package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sPortNotExposed reports containers whose declared ports are all different from those
// that the Dockerfile of their image exposes.
//
// # Why it matters
//
// One of the two is usually left over from a change. A Service that selects the port by
// its name sends requests to a port on which nothing listens.
//
// # How to fix it
//
// Declare the port on which the program listens, in the manifest and in the Dockerfile:
//
//	ports:
//	  - containerPort: 8000
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether the manifest or the Dockerfile is wrong.
//
// # Exceptions
//
// It does not report:
//
//   - images whose Dockerfile is not known; it is known if a Compose file, Skaffold or
//     docker/build-push-action in the repository shows that the image is built from it
//   - containers of which one port is the same on both sides
//   - containers whose manifest sets the command, its arguments, or a variable for an
//     address or a port
//   - Dockerfiles that expose nothing, or a variable
var K8sPortNotExposed = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-port-not-exposed",
		Title:    "Container declares a port that its image does not expose",
		Category: lint.Runtime,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkK8sPortNotExposed,
}

func checkK8sPortNotExposed(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			declared := c.Ports()
			if len(declared) == 0 || c.Get("command") != nil || c.Get("args") != nil || c.Get("envFrom") != nil {
				continue
			}
			if setsPort(p.Doc, c) {
				continue
			}
			i, ok := c.Image()
			if !ok {
				continue
			}
			image, ok := p.Project.BuiltHere(i)
			if !ok {
				continue
			}
			exposed, words, known := image.Stage.ExposedPorts()
			if !known || len(exposed) == 0 || slices.ContainsFunc(declared, func(d facts.Port) bool { return slices.Contains(exposed, d.Number) }) {
				continue
			}
			p.Report(lint.Finding{
				Span:    p.Doc.Get(declared[0].Node, "containerPort").Resolve().Span,
				Message: fmt.Sprintf("containerPort is %d but the image exposes %d, so requests can go to a closed port; declare the port on which the program listens", declared[0].Number, exposed[0]),
				Related: []lint.Related{{Source: image.Source, Span: words[0].Span, Message: "the image exposes this port"}},
			})
		}
	}
}

// setsPort reports whether a variable may tell the program where to listen.
func setsPort(d *facts.Manifest, c *facts.Container) bool {
	env := c.Get("env")
	if env == nil {
		return false
	}
	for _, item := range env.Items {
		name := strings.ToUpper(d.Scalar(item, "name"))
		if strings.Contains(name, "PORT") || strings.Contains(name, "LISTEN") || strings.Contains(name, "ADDR") ||
			strings.Contains(name, "URLS") {
			return true
		}
	}
	return false
}
