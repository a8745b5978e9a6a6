package facts

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// ownNames are the names under which the repository is known.
type ownNames struct {
	// accounts are those of the owner and of the repository, as its own addresses have
	// them: badges of its workflows, pictures of its README, its module's path, its package's
	// repository.
	accounts []string
	// full are the same in lower case as they are written, with the name of the repository
	// that the README says to clone first.
	full []string
	// title is the README's first heading, without blanks; first is its first word.
	title, first string
	// programs are the names of what is built here, without blanks: that of the package, and
	// the heading up to its first dash or colon. Short ones, and those of official images, are
	// left out.
	programs []string
}

// components are the words that follow the name of a program in those of its images.
var components = []string{"api", "app", "backend", "be", "client", "fe", "frontend", "gateway", "server", "service", "ui", "web", "worker"}

// Publishes reports whether an image looks like one that this repository makes, though no
// file in it builds the name: it lies under the name of the owner or of the repository, or
// under that of the README's title where the repository builds images; it has the name of the
// program, perhaps with that of a component, where there is a Dockerfile; a folder of its name
// has one; or its name is short and no official image has it.
func (p *Project) Publishes(i Image) bool {
	parts := strings.Split(i.Name(), "/")
	if strings.ContainsAny(parts[0], ".:") {
		parts = parts[1:] // without the registry
	}
	if !p.known() || !i.Known {
		return false
	}
	if !strings.Contains(i.Name(), "/") {
		return i.Repository != "" && !i.IsScratch() && !images.IsOfficial(i.Name())
	}
	if len(parts) < 2 {
		return false
	}
	if p.hasImageFolder(parts[len(parts)-1]) {
		return true
	}
	root, _ := p.top()
	own := lint.Derived(root, func() *ownNames { return readOwnNames(root) })
	name, account := squeezed(parts[len(parts)-1]), squeezed(parts[0])
	if slices.ContainsFunc(parts[:len(parts)-1], func(part string) bool { return slices.Contains(own.accounts, squeezed(part)) }) {
		return true
	}
	if own.isProgram(name) && bool(lint.Derived(root, func() hasDockerfile { return findDockerfile(root) })) {
		return true
	}
	isNamed := name == own.title || (len(account) >= shortest && strings.Contains(own.title, account)) ||
		(len(own.first) >= shortest && strings.HasPrefix(account, own.first))
	return isNamed && bool(lint.Derived(root, p.buildsImages))
}

// hasImageFolder reports whether a folder near the document has the name of an image and a
// Dockerfile, in it or in folders of its versions. Names of one word are those of programs,
// whose folders may only use the image.
func (p *Project) hasImageFolder(name string) bool {
	if !strings.Contains(name, "-") {
		return false
	}
	for gate := range p.foldersUp(maxAbove) {
		if path.Base(gate.Path(".")) == name {
			return false // the document's own
		}
		names, err := gate.List(name)
		if err != nil {
			continue
		}
		for _, below := range names {
			_, has := gate.Exists(path.Join(name, below, "Dockerfile"))
			if (has && strings.HasSuffix(below, "/")) || below == "Dockerfile" {
				return true
			}
		}
	}
	return false
}

// isProgram reports whether an image's name, without blanks, is that of the program, or of
// a component of it.
func (own *ownNames) isProgram(name string) bool {
	return slices.ContainsFunc(own.programs, func(program string) bool {
		rest, ok := strings.CutPrefix(name, program)
		return ok && (rest == "" || slices.Contains(components, rest))
	})
}

// hasDockerfile is true for a repository with a Dockerfile in its root or a folder there.
type hasDockerfile bool

func findDockerfile(root lint.Context) hasDockerfile {
	names, err := root.List(".")
	if err != nil {
		return false
	}
	return hasDockerfile(slices.ContainsFunc(names, func(name string) bool {
		if folder, ok := strings.CutSuffix(name, "/"); ok {
			_, has := root.Exists(path.Join(folder, "Dockerfile"))
			return has
		}
		return name == "Dockerfile"
	}))
}

// buildsImages is true for a repository of which any file builds images.
type buildsImages bool

func (p *Project) buildsImages() buildsImages {
	return p.findText(func(t *buildText) bool {
		return containsAny(t.src, "docker build", "build-push-action", "buildx", "buildah")
	}) != ""
}

// ownAddress finds the owner and the repository in addresses that are its own.
var ownAddress = regexp.MustCompile(`(?:github\.com/([\w.-]+)/([\w.-]+)/(?:actions/)?workflows/` +
	`|img\.shields\.io/github/[\w/-]*workflow/status/([\w.-]+)/([\w.-]+)` +
	`|raw\.github(?:usercontent)?\.com/([\w.-]+)/([\w.-]+)/` +
	`|(?m:^)module github\.com/([\w.-]+)/([\w.-]+)` +
	`|"(?:url|repository)": *"(?:git\+)?(?:https://github\.com/|git@github\.com:|github:)?([\w.-]+)/([\w.-]+?)(?:\.git)?")`)

func readOwnNames(root lint.Context) *ownNames {
	own := &ownNames{}
	title, intro := headOfReadme(root)
	words := titleWords(strings.ToLower(title))
	own.title = strings.Join(words, "")
	if len(words) > 0 {
		own.first = words[0]
	}
	heading, _, _ := strings.Cut(strings.NewReplacer("–", "-", "—", "-", ":", "-", "|", "-").Replace(title)+" - ", "- ")
	own.addProgram(heading)
	texts := []string{intro}
	for _, name := range []string{"go.mod", "package.json"} {
		if src, err := root.ReadFile(name); err == nil {
			texts = append(texts, string(src))
			if match := manifestName.FindSubmatch(src); match != nil {
				own.addProgram(string(match[1]))
			}
		}
	}
	for _, t := range texts {
		for _, match := range ownAddress.FindAllStringSubmatch(t, -1) {
			for _, account := range match[1:] {
				if account != "" {
					own.full = append(own.full, strings.ToLower(account))
				}
				if account = squeezed(account); account != "" && !slices.Contains(own.accounts, account) {
					own.accounts = append(own.accounts, account)
				}
			}
		}
	}
	if match := clonedAddress.FindStringSubmatch(intro); match != nil {
		own.full = append(own.full, strings.ToLower(match[1]), strings.ToLower(match[2]))
	}
	return own
}

// shortest is how many letters a name of the repository has that is looked for in those of
// images: shorter words begin many names.
const shortest = 5

// manifestName finds the name of a package in its manifest, without its scope.
var manifestName = regexp.MustCompile(`(?m)^\s*"name": *"(?:@[\w.-]+/)?([\w.-]+)"`)

func (own *ownNames) addProgram(name string) {
	if name = squeezed(name); len(name) >= shortest && !images.IsOfficial(name) {
		own.programs = append(own.programs, name)
	}
}

// clonedAddress finds the address of the repository in how a README says to get it.
var clonedAddress = regexp.MustCompile(`git clone (?:-[\w-]+ )*(?:https://|git@)[\w.-]+[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?(?:[\s"\x60]|$)`)

// purposes are those that the last word of a name says, as in "redis-demo" and
// "azure-samples/hello-world".
func (own *ownNames) purposes() (found Purposes) {
	for _, name := range own.full {
		words := titleWords(name)
		if len(words) < 2 {
			continue
		}
		switch last := words[len(words)-1]; {
		case slices.Contains([]string{
			"demo", "demos", "demonstration", "example", "examples", "sample", "samples", "tutorial", "tutorials", "workshop", "workshops",
			"quickstart", "quickstarts",
		}, last), last == "world" && words[len(words)-2] == "hello":
			found = append(found, Evidence{Demonstration, name})
		case last == "ctf" || last == "vulnerable" || words[0] == "vulnerable":
			found = append(found, Evidence{Laboratory, name})
		}
	}
	return found
}

// squeezed is a name in lower case without the signs that registries do not take.
func squeezed(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(name))
}
