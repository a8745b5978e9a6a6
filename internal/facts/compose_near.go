package facts

import (
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeNear is a Compose file beside the document that is checked. Source is
// for related places.
type ComposeNear struct {
	*Compose
	Source *lint.Source
}

// maxComposeNear is how many Compose files of one folder are read.
const maxComposeNear = 12

// composeIn reads the Compose files of a folder, those with a usual name.
func composeIn(gate lint.Context) []*ComposeNear {
	names, err := gate.List(".")
	if err != nil {
		return nil
	}
	var found []*ComposeNear
	for _, name := range names {
		if len(found) == maxComposeNear {
			break
		}
		if !isComposeName(name) {
			continue
		}
		src, err := gate.ReadFile(name)
		if err != nil {
			continue
		}
		source := lint.NewSource(gate.Path(name), src)
		f := NewCompose(compose.Parse(source.Bytes, source.Lines))
		f.Name, f.Around = source.Path, NewProject(gate)
		found = append(found, &ComposeNear{Compose: f, Source: source})
	}
	return found
}

func isComposeName(name string) bool {
	lower := strings.ToLower(name)
	if ext := path.Ext(lower); ext != ".yaml" && ext != ".yml" {
		return false
	}
	return strings.HasPrefix(lower, "compose") || strings.HasPrefix(lower, "docker-compose") || strings.Contains(lower, ".compose.")
}

// ComposeFiles lists the other Compose files of the document's folder, at most
// 12: with -f, or by itself, Compose may merge any of them with a first one.
func (f *Compose) ComposeFiles() []*ComposeNear {
	if f.siblingsRead || f.Around == nil || !f.Around.files.Known() {
		return f.siblings
	}
	f.siblingsRead = true
	for _, near := range composeIn(f.Around.files) {
		if near.Source.Path != f.Name {
			f.siblings = append(f.siblings, near)
		}
	}
	return f.siblings
}

// ServiceNear is a service, in a Compose file beside the document that is
// checked, with what its build reads.
type ServiceNear struct {
	*ComposeService
	File  *ComposeNear
	Build *ServiceBuild
}

// Related is the place of the service's name.
func (s ServiceNear) Related(message string) lint.Related {
	return lint.Related{Source: s.File.Source, Span: s.Span(), Message: message}
}

// maxComposeAbove is how many folders up Compose files around a document are looked for.
const maxComposeAbove = 3

// Services lists the services that are built from the Dockerfile, as the Compose
// files in its folder and in three above say. Those whose build is not known are
// left out.
func (f *Dockerfile) Services() []ServiceNear {
	if f.servicesRead || f.Around == nil || f.Name == "" || !f.Around.files.Known() {
		return f.services
	}
	f.servicesRead = true
	up := "."
	for range maxComposeAbove + 1 {
		gate, err := f.Around.files.In(up, "")
		if err != nil {
			break
		}
		for _, near := range composeIn(gate) {
			for _, s := range near.All() {
				if b, err := s.Built(); err == nil && b != nil && b.File != nil && b.File.Source.Path == f.Name {
					f.services = append(f.services, ServiceNear{s, near, b})
				}
			}
		}
		up = path.Join("..", up)
	}
	return f.services
}
