package facts

import (
	"bytes"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeNear is a Compose file beside the document that is checked, parsed when
// it is first asked for. Source is for related places.
type ComposeNear struct {
	Source *lint.Source
	files  lint.Context
	parsed *Compose
}

// Compose is what the file says.
func (n *ComposeNear) Compose() *Compose {
	if n.parsed == nil {
		d, _, err := lint.Shared(n.files, path.Base(n.Source.Path), ParseCompose)
		if err != nil {
			d = ParseCompose(n.Source) // it was there just now
		}
		n.parsed = NewCompose(d)
		n.parsed.Name, n.parsed.Around = n.Source.Path, NewProject(n.files)
	}
	return n.parsed
}

// Mentions tells whether words stand anywhere in the file. It is asked before
// the file is parsed, which takes far longer.
func (n *ComposeNear) Mentions(words string) bool {
	return bytes.Contains(n.Source.Bytes, []byte(words))
}

// maxComposeNear is how many Compose files of one folder are read.
const maxComposeNear = 12

// composeIn reads the Compose files of a folder, those with a usual name, and
// parses none.
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
		if !IsComposeName(name) {
			continue
		}
		if source, err := gate.Source(name); err == nil {
			found = append(found, &ComposeNear{Source: source, files: gate})
		}
	}
	return found
}

// IsComposeName tells whether a file of that name is, by its name, for Compose.
func IsComposeName(name string) bool {
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
			if !near.Mentions("build") {
				continue
			}
			for _, s := range near.Compose().All() {
				if b, err := s.Built(); err == nil && b != nil && b.File != nil && b.File.Source.Path == f.Name {
					f.services = append(f.services, ServiceNear{s, near, b})
				}
			}
		}
		up = path.Join("..", up)
	}
	return f.services
}
