package facts

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Compose is a parsed Compose file with its facts. One goroutine at a time may
// use it.
type Compose struct {
	*compose.Document
	// Name is the file's path from the root; IsFragment and IsDevelopment read
	// it. Empty where it is not known.
	Name string
	// Around reaches the files beside it; see Project.
	Around *Project

	services []*ComposeService
	byName   map[string]*ComposeService
	edges    []Edge
	linked   bool
	// dependants has the edges by their target, those that decide an order.
	dependants map[*ComposeService][]Edge
	// envs has what Env found, by the node of environment.
	envs map[*yaml.Node][]compose.KeyValue
	// built are the names, with tag, of the images that services build.
	built map[string]bool

	sites     []ImageSite
	variables map[string]variableUses
	effective map[*yaml.Node]*effectiveUse
	// builtNear are the answers of BuiltNear, by the place of the site.
	builtNear map[text.Span]string
	// dotenv are the variables of the .env beside the file.
	dotenv map[string]bool
	// effectiveCut tells that effective lacks what is beyond the bound.
	effectiveCut bool

	// worksOn is the answer of worksOnSources.
	sourcesAsked, worksOn bool

	siblingsRead bool
	siblings     []*ComposeNear
}

// NewCompose wraps a document; nothing is derived yet.
func NewCompose(d *compose.Document) *Compose {
	return &Compose{Document: d}
}

// All lists the services with their facts, in file order.
func (f *Compose) All() []*ComposeService {
	if f.byName == nil {
		f.byName = make(map[string]*ComposeService, len(f.Services))
		for _, s := range f.Services {
			fact := &ComposeService{Service: s, file: f}
			f.services = append(f.services, fact)
			f.byName[s.Name] = fact
		}
	}
	return f.services
}

// Named returns the service of that name, or nil.
func (f *Compose) Named(name string) *ComposeService {
	f.All()
	return f.byName[name]
}

// IsFragment tells whether the file needs others to be whole, or what it has
// cannot be seen whole: then nothing is said to be missing. name is the file's
// name or path; it may be empty.
func (f *Compose) IsFragment(name string) bool {
	return f.Shape != compose.Project || f.Includes() || isOverrideName(name)
}

func isOverrideName(name string) bool {
	return hasNamePart(name, "override", "overrides", "base", "common", "shared", "extends", "fragment")
}

// IsDevelopment tells whether the file is for work on the programs, for tests
// or to try something out, by its name, or because a service of it is watched
// or mounts the sources that it was built from.
func (f *Compose) IsDevelopment(name string) bool {
	return IsDevelopmentName(name) || f.worksOnSources()
}

// worksOnSources reports whether a service is watched, or mounts the sources that
// it was built from.
func (f *Compose) worksOnSources() bool {
	if !f.sourcesAsked {
		f.sourcesAsked = true
		f.worksOn = slices.ContainsFunc(f.All(), func(s *ComposeService) bool { return s.Has("develop") || s.MountsSource() })
	}
	return f.worksOn
}

// IsDevelopmentName tells whether a file is for work on the programs, for tests
// or to try something out by its name, or that of its folder, alone.
func IsDevelopmentName(name string) bool {
	if isOverrideName(name) && !hasNamePart(name, "prod", "production") {
		return true
	}
	if hasNamePart(name, "dev", "devel", "develop", "development", "local", "test", "tests", "testing", "e2e", "ci",
		"debug", "demo", "example", "examples", "sample", "devcontainer", "playground", "sandbox") {
		return true
	}
	// "examples/web/compose.yaml": what lies below such a folder shows something.
	for folder := path.Dir(strings.ReplaceAll(name, `\`, "/")); folder != "." && folder != "/"; folder = path.Dir(folder) {
		if hasNamePart(path.Base(folder), "example", "examples", "demo", "demos", "sample", "samples", "tutorial", "tutorials", "playground", "test", "tests", "e2e", "fixtures", "testdata") {
			return true
		}
	}
	return false
}

// IsTestName tells whether a file lies in a folder of tests or of what they read.
func IsTestName(name string) bool {
	for folder := path.Dir(strings.ReplaceAll(name, `\`, "/")); folder != "." && folder != "/"; folder = path.Dir(folder) {
		if hasNamePart(path.Base(folder), "test", "tests", "__tests__", "e2e", "fixtures", "testdata") {
			return true
		}
	}
	return false
}

// hasNamePart tells whether one of the words is a part of the file's name or of
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

// Builds tells whether a service of the file builds the image of that name, so
// that it comes from no registry.
func (f *Compose) Builds(image Image) bool {
	if f.built == nil {
		f.built = map[string]bool{}
		for _, s := range f.All() {
			if own, ok := s.Image(); ok && s.Has("build") {
				f.built[own.Name()+":"+own.Tag] = true
			}
		}
	}
	return f.built[image.Name()+":"+image.Tag]
}
