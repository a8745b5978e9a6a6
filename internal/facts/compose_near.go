package facts

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeNear is a Compose file beside the document that is checked. Source is
// for related places.
type ComposeNear struct {
	*Compose
	Source *lint.Source
}

// maxComposeNear is how many Compose files of one folder are read.
const maxComposeNear = limits.ComposeFiles

// composeNames are the Compose files of a folder, those with a usual name.
type composeNames []string

func composeNamesIn(gate lint.Context) composeNames {
	names, err := gate.List(".")
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !IsComposeName(name) })
}

// composeIn reads the Compose files of a folder, those with a usual name.
func (p *Project) composeIn(gate lint.Context) []*ComposeNear {
	if found, read := p.composes[gate.Path(".")]; read {
		return found
	}
	var found []*ComposeNear
	for _, name := range lint.Derived(gate, func() composeNames { return composeNamesIn(gate) }) {
		if len(found) == maxComposeNear {
			gate.Cut(fmt.Sprintf("more than %d Compose files are in the folder: only the first in the order of their names were read with others",
				maxComposeNear))
			break
		}
		c, source, err := lint.Shared(gate, name, ParseCompose)
		if err != nil {
			continue
		}
		p.homes[c] = gate
		found = append(found, &ComposeNear{Compose: c, Source: source})
	}
	p.composes[gate.Path(".")] = found
	return found
}

// IsComposeName reports whether a file of that name is, by its name, for Compose.
func IsComposeName(name string) bool {
	lower := strings.ToLower(name)
	if ext := path.Ext(lower); ext != ".yaml" && ext != ".yml" {
		return false
	}
	return strings.HasPrefix(lower, "compose") || strings.HasPrefix(lower, "docker-compose") || strings.Contains(lower, ".compose.")
}

// ComposeFiles lists the other Compose files of the document's folder, at most
// 12: with -f, or by itself, Compose may merge any of them with a first one.
func (p *Project) ComposeFiles(f *Compose) []*ComposeNear {
	if !p.known() {
		return nil
	}
	return p.siblings.get(func() []*ComposeNear {
		var siblings []*ComposeNear
		for _, near := range p.composeIn(p.files) {
			if near.Source.Path != f.Name {
				siblings = append(siblings, near)
			}
		}
		return siblings
	})
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
func (p *Project) Services(f *Dockerfile) []ServiceNear {
	if !p.known() || f.Name == "" {
		return nil
	}
	return p.services.get(func() []ServiceNear {
		var services []ServiceNear
		for gate := range p.foldersUp(maxComposeAbove) {
			for _, near := range p.composeIn(gate) {
				for _, s := range near.buildersOf(f.Name) {
					if b, err := p.Build(s); err == nil && b != nil && b.File != nil && b.File.Source.Path == f.Name {
						services = append(services, ServiceNear{s, near, b})
					}
				}
			}
		}
		return services
	})
}

// ServicesOf lists the services that are built from a stage of the Dockerfile.
func (p *Project) ServicesOf(f *Dockerfile, s *Stage) []ServiceNear {
	var found []ServiceNear
	for _, service := range p.Services(f) {
		// The Dockerfile may have been read again since: its stages are then others.
		if built := service.Build.Stage; built != nil && built.Index == s.Index {
			found = append(found, service)
		}
	}
	return found
}

// buildersOf lists the services whose build names a Dockerfile, by the words of the
// file alone; the Dockerfile is given by its path from the root.
func (f *Compose) buildersOf(dockerfile string) []*ComposeService {
	return f.builds.get(func() map[string][]*ComposeService {
		builds := map[string][]*ComposeService{}
		for _, s := range f.All() {
			if b, ok := s.Build(); ok {
				at := path.Join(path.Dir(f.Name), b.Context.Raw, cmp.Or(b.Dockerfile.Raw, "Dockerfile"))
				builds[at] = append(builds[at], s)
			}
		}
		return builds
	})[dockerfile]
}
