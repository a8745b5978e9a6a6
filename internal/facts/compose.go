package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// Compose is a parsed Compose file with its facts. It is safe for concurrent use.
type Compose struct {
	*compose.Document
	// Name is the file's path from the root; IsFragment and IsDevelopment read
	// it. Empty where it is not known.
	Name string

	services lazy[namedServices]
	graph    lazy[serviceGraph]
	// envs has what Env found, by the node of environment.
	envs memo[*yaml.Node, []compose.KeyValue]
	// built are the names, with tag, of the images that services build.
	built lazy[map[string]bool]
	// builds are the services by the path of the Dockerfile that they name.
	builds    lazy[map[string][]*ComposeService]
	variables lazy[map[string]variableUses]
	effective lazy[effectiveWalk]
	worksOn   lazy[bool]
	// shown is what the services say of the file's purpose.
	shown lazy[Purposes]
}

// namedServices are the services of a file, in its order and by their names.
type namedServices struct {
	all    []*ComposeService
	byName map[string]*ComposeService
}

// NewCompose wraps a document; nothing is derived yet.
func NewCompose(d *compose.Document) *Compose {
	return &Compose{Document: d}
}

// All lists the services with their facts, in file order.
func (f *Compose) All() []*ComposeService {
	return f.named().all
}

func (f *Compose) named() namedServices {
	return f.services.get(func() namedServices {
		n := namedServices{byName: make(map[string]*ComposeService, len(f.Services))}
		for _, s := range f.Services {
			fact := &ComposeService{Service: s, file: f}
			n.all = append(n.all, fact)
			n.byName[s.Name] = fact
		}
		return n
	})
}

// Named returns the service of that name, or nil.
func (f *Compose) Named(name string) *ComposeService {
	return f.named().byName[name]
}

// IsFragment reports whether the file needs others to be whole, or what it has
// cannot be seen whole: then nothing is said to be missing. name is the file's
// name or path; it may be empty.
func (f *Compose) IsFragment(name string) bool {
	return f.Shape != compose.Project || f.Includes() || isOverrideName(name)
}

func isOverrideName(name string) bool {
	return hasNamePart(name, "override", "overrides", "base", "common", "shared", "extends", "fragment")
}

// IsDevelopment reports whether the file is for work on the programs, for tests
// or to try something out, by its name, or because a service of it is watched
// or mounts the sources that it was built from.
func (f *Compose) IsDevelopment(name string) bool {
	return IsDevelopmentName(name) || f.worksOnSources()
}

// worksOnSources reports whether a service is watched, or mounts the sources that
// it was built from.
func (f *Compose) worksOnSources() bool {
	return f.worksOn.get(func() bool {
		return slices.ContainsFunc(f.All(), func(s *ComposeService) bool { return s.Has("develop") || s.MountsSource() })
	})
}

// IsDevelopmentName reports whether a file is for work on the programs, for tests
// or to try something out by its path alone.
func IsDevelopmentName(name string) bool {
	return PurposesOfName(name).Are(Development, Tests, Fixture, Golden, Example, Demonstration, Laboratory)
}

// IsTestName reports whether a file lies in a folder of tests or of what they read.
func IsTestName(name string) bool {
	return PurposesOfName(path.Dir(name)+"/x").Are(Tests, Fixture, Golden)
}

// IsProductionName reports whether a file is for production, or a stack to deploy, by its
// name and that of its folder.
func IsProductionName(name string) bool {
	return hasNamePart(name, "prod", "production", "prd", "stack", "swarm")
}

// hasNamePart reports whether one of the words is a part of the file's name or of
// the folder that it lies in: "compose.dev.yaml", "docker-compose-test.yml",
// "dev/compose.yaml".
func hasNamePart(name string, words ...string) bool {
	name = strings.ReplaceAll(name, `\`, "/")
	folder := path.Base(path.Dir(name))
	for _, part := range strings.FieldsFunc(strings.ToLower(path.Base(name)+"."+folder), func(r rune) bool { return strings.ContainsRune("._-", r) }) {
		for _, w := range words {
			if part == w {
				return true
			}
		}
	}
	return false
}

// Builds reports whether a service of the file builds the image of that name, so
// that it comes from no registry.
func (f *Compose) Builds(image Image) bool {
	built := f.built.get(func() map[string]bool {
		built := map[string]bool{}
		for _, s := range f.All() {
			if own, ok := s.Image(); ok && s.Has("build") {
				built[own.Name()+":"+own.Tag] = true
			}
		}
		return built
	})
	return built[image.Name()+":"+image.Tag]
}
