package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sPortNotExposed finds containers that declare other ports than those that
// the Dockerfile of their image exposes.
//
// One of the two is mostly left over from a change, and whoever reads it looks
// for the program at the wrong port; a Service that takes the port by its name
// sends requests nowhere.
//
// The image counts where a compose file, Skaffold or docker/build-push-action in
// the repository says from which Dockerfile it is built. Silent for all other
// images, where one of the ports is the same on both sides, where the manifest
// gives the command, its arguments or a variable whose name has PORT in it, and
// where the Dockerfile exposes nothing, or a variable.
//
// There is no fix: either the manifest or the Dockerfile is wrong, and only the author
// knows which.
var K8sPortNotExposed = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-port-not-exposed",
		Title:    "A container declares another port than its image exposes",
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
			if len(declared) == 0 || c.Get("command") != nil || c.Get("args") != nil || c.Get("envFrom") != nil || setsPort(p.Doc, c) {
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
				Message: fmt.Sprintf("containerPort %d, and the image exposes %d; declare the port on which the program listens", declared[0].Number, exposed[0]),
				Related: []lint.Related{{Source: image.Source, Span: words[0].Span, Message: "exposed here"}},
			})
		}
	}
}

// setsPort tells whether a variable may tell the program where to listen.
func setsPort(d *facts.Manifest, c *facts.Container) bool {
	env := c.Get("env")
	if env == nil {
		return false
	}
	for _, item := range env.Items {
		name := strings.ToUpper(d.Scalar(item, "name"))
		if strings.Contains(name, "PORT") || strings.Contains(name, "LISTEN") || strings.Contains(name, "ADDR") || strings.Contains(name, "URLS") {
			return true
		}
	}
	return false
}
