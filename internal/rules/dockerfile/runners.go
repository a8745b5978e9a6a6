package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// runners is what Compose files and manifests of the project set for an image.
type runners struct {
	// user is where a user other than root is set, by all that run the image.
	user *lint.Related
	// serves is where something runs the image with ports, and sets no user.
	serves *lint.Related
	// refuses is where a manifest forbids images that run as root.
	refuses *lint.Related
	// engine is set where a service mounts the socket of the container engine, which only
	// root may open, and which gives as much as root, and for a program that manages containers
	// by that socket.
	engine bool
}

// runnersOf reads who runs the image of a stage, and as which user.
func runnersOf(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) runners {
	r := runners{engine: managesContainers(s)}
	asRoot := false
	note := func(at **lint.Related, place lint.Related) {
		if *at == nil {
			*at = &place
		}
	}
	for _, service := range p.Project.ServicesOf(p.Doc, s) {
		user := service.Value("user")
		name, _, _ := strings.Cut(user.Text, ":")
		if user.Exists() && name != "root" && name != "0" {
			note(&r.user, lint.Related{Source: service.File.Source, Span: service.Entry("user").Span, Message: "a user is set here"})
			continue
		}
		asRoot = true
		r.engine = r.engine ||
			slices.ContainsFunc(service.AllMounts(), func(m compose.Mount) bool { return strings.HasSuffix(m.Source, "/docker.sock") })
		if len(service.PublishedPorts()) > 0 || service.Has("expose") {
			note(&r.serves, service.Related("this runs the image with a port"))
		}
	}
	for _, c := range p.Project.Containers(p.Doc) {
		if c.Stage != s {
			continue
		}
		if n := c.Security("runAsUser"); n != nil {
			if id, known := facts.IntOf(n); !known || id != 0 {
				note(&r.user, lint.Related{Source: c.File.Source, Span: n.Span, Message: "a user is set here"})
				continue
			}
		} else if n := c.Security("runAsNonRoot"); facts.IsTrue(n) {
			note(&r.refuses, lint.Related{Source: c.File.Source, Span: n.Span, Message: "this setting refuses to start the image as root"})
		}
		asRoot = true
		if len(c.Ports()) > 0 {
			note(&r.serves, c.Related("this runs the image with a port"))
		}
	}
	if asRoot {
		r.user = nil
	}
	return r
}

// managesContainers reports whether the program of a stage, by its name, works with the
// container engine of its host.
func managesContainers(s *facts.Stage) bool {
	words, _ := s.StartWords()
	return slices.ContainsFunc(words[:min(len(words), 1)], func(a facts.Argument) bool {
		_, manages := images.Says(path.Base(a.Text), images.Manager)
		return manages
	})
}

// apply adds what runs the image to a finding that it runs as root.
func (r runners) apply(f *lint.Finding) {
	switch {
	case r.user != nil:
		f.Severity = lint.Info
		f.Related = append(f.Related, *r.user)
	case r.refuses != nil:
		f.Severity = lint.Warning
		f.Related = append(f.Related, *r.refuses)
	case r.serves != nil:
		f.Related = append(f.Related, *r.serves)
	}
}

// asRoot is the part of a message that says as which user the program runs.
func (r runners) asRoot() string {
	if r.user != nil {
		return "as root wherever no user is set for it"
	}
	return "as root"
}
