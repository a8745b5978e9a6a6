package facts

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// Purpose is what a file is for where that is something else than to build or run,
// as it is, what people use.
type Purpose uint8

// The purposes, each with the evidence that counts.
const (
	// Golden files are what a program's output is compared with: a folder of golden
	// files or snapshots, or of results below one of tests.
	Golden Purpose = iota
	// Fixtures are what tests read: a folder of fixtures or test data.
	Fixture
	// Tests are run by tests: a folder or a name of tests, also of the Dockerfile of a
	// service.
	Tests
	// GeneratedFile is written by a program, as their head says.
	GeneratedFile
	// Templates are made into files: a folder of templates, or an ending of one.
	Template
	// Placeholders in a file are replaced before it is used.
	Placeholder
	// Examples show how something is done: a folder of examples or documents.
	Example
	// Demonstrations show what something does: a name, that of the repository, the title of
	// a README or how it begins, or addresses on localhost, where only one person sees it, in
	// a file none of whose services is started again after a failure.
	Demonstration
	// Laboratories have known faults on purpose: a folder named after a
	// vulnerability, the title of a README, images of a publisher of such.
	Laboratory
	// Development is work on the programs: a name, a folder of a dev container.
	Development
	// Retired files are kept and no longer used: a folder or an ending that says so.
	Retired
	// Exercises were written to learn, to teach, to apply for work or to compare, and
	// serve nobody: how a README begins.
	Exercise
	// Superseded files are kept for those who still want an old version: a folder of a
	// version beside one of a higher version.
	Superseded
)

// String is the purpose in words.
func (p Purpose) String() string {
	return [...]string{
		"a golden file", "a fixture", "for tests", "generated", "a template", "with placeholders", "an example", "a demonstration",
		"a laboratory",
		"for development", "retired", "an exercise",
		"superseded",
	}[p]
}

// Claim is what kind of thing a finding says.
type Claim uint16

// The claims that a purpose may excuse.
const (
	// ClaimContext is about the build context: what is in it and what is not.
	ClaimContext Claim = 1 << iota
	// ClaimReference is about the image that a reference means.
	ClaimReference
	// ClaimExposure is about what others can reach: ports, secrets, rights.
	ClaimExposure
	// ClaimImageAge is about the support of an image that is only run.
	ClaimImageAge
	// ClaimBaseAge is about the support of an image that others are built on.
	ClaimBaseAge
	// ClaimUpkeep is about what keeps a service going: probes, limits, restarts.
	ClaimUpkeep
	// ClaimRoot is that the program of an image runs as root.
	ClaimRoot
	// ClaimRefusal is that a program refuses the file.
	ClaimRefusal
	// ClaimSize is that an image holds what it does not need.
	ClaimSize
)

// Excuses reports whether a finding that claims this is not worth saying by default
// of a file with the purpose, because nobody is harmed or somebody replaces it. What
// breaks the file itself is excused nowhere but in golden files and fixtures. A
// template that was filled in is an ordinary file: GeneratedFile excuses nothing.
func (p Purpose) Excuses(c Claim) bool {
	const run = ClaimExposure | ClaimImageAge | ClaimUpkeep
	return [...]Claim{
		Golden:        run | ClaimContext | ClaimReference | ClaimBaseAge | ClaimRoot | ClaimRefusal | ClaimSize,
		Fixture:       run | ClaimContext | ClaimReference | ClaimBaseAge | ClaimRoot | ClaimRefusal | ClaimSize,
		Tests:         run | ClaimReference | ClaimBaseAge | ClaimRoot | ClaimRefusal | ClaimSize,
		GeneratedFile: 0,
		Template:      ClaimContext | ClaimReference,
		Placeholder:   ClaimReference | ClaimUpkeep,
		Example:       run | ClaimBaseAge,
		Demonstration: run | ClaimBaseAge | ClaimRoot,
		Laboratory:    run | ClaimBaseAge | ClaimRoot,
		Development:   run | ClaimRoot | ClaimSize,
		Retired:       run | ClaimReference | ClaimBaseAge | ClaimRoot | ClaimSize,
		Exercise:      run | ClaimBaseAge | ClaimRoot | ClaimSize,
		Superseded:    ClaimImageAge | ClaimBaseAge,
	}[p]&c != 0
}

// Evidence is a purpose and what shows it.
type Evidence struct {
	Purpose Purpose
	// By is a folder, a name, a title or a text.
	By string
}

// Purposes are those that the surroundings of a file show.
type Purposes []Evidence

// Excuse is the first purpose that excuses a claim; ok is false if none does.
func (s Purposes) Excuse(c Claim) (e Evidence, ok bool) {
	i := slices.IndexFunc(s, func(e Evidence) bool { return e.Purpose.Excuses(c) })
	if i < 0 {
		return Evidence{}, false
	}
	return s[i], true
}

// Are reports whether one of them is that purpose.
func (s Purposes) Are(p ...Purpose) bool {
	return slices.ContainsFunc(s, func(e Evidence) bool { return slices.Contains(p, e.Purpose) })
}

// Purposes are those of the document, by its path from the root and by the titles of
// the READMEs next to it and above.
func (p *Project) Purposes(name string) Purposes {
	if !p.known() {
		return PurposesOfName(name)
	}
	return p.purposes.get(func() Purposes {
		found := PurposesOfName(name)
		for gate := range p.foldersUp(maxFoldersUp) {
			found = append(found, lint.Derived(gate, func() *readme { return readReadme(gate) }).shows...)
		}
		root, _ := p.top()
		found = append(found, lint.Derived(root, func() *ownNames { return readOwnNames(root) }).purposes()...)
		if folder := p.olderRelease(); folder != "" {
			found = append(found, Evidence{Superseded, folder})
		}
		return found
	})
}

// Purposes are those of the document and of what its head says.
func (f *Dockerfile) Purposes(p *Project) Purposes {
	found := slices.Clip(p.Purposes(f.Name))
	if g, ok := GeneratedHead(f.Src); ok {
		found = append(found, Evidence{GeneratedFile, g.By})
	}
	return found
}

// Purposes are those of the document and of what its services say.
func (f *Compose) Purposes(p *Project) Purposes {
	return append(slices.Clip(p.Purposes(f.Name)), f.shown.get(f.readPurposes)...)
}

// Purposes are those of the document and of what its text says.
func (m *Manifest) Purposes(p *Project) Purposes {
	return append(slices.Clip(p.Purposes(m.Name)), m.shown.get(m.readPurposes)...)
}

func (m *Manifest) readPurposes() Purposes {
	var found Purposes
	for _, mark := range []string{"<YOUR", "<your", "YOUR_", "YOUR-", "PROJECT_ID", "SERVICE_NAME", "REPLACE_", "CHANGE_ME"} {
		if bytes.Contains(m.Src, []byte(mark)) {
			found = append(found, Evidence{Placeholder, mark})
		}
	}
	return found
}

func (f *Compose) readPurposes() Purposes {
	var found Purposes
	// What is started again after a failure is more than a look at it.
	isForLook := !IsProductionName(f.Name) && !slices.ContainsFunc(f.All(), (*ComposeService).StartsAgain)
	for _, s := range f.All() {
		if s.ImageSays(images.Laboratory) {
			found = append(found, Evidence{Laboratory, s.Value("image").Raw})
		}
		if b, ok := s.Build(); ok && IsTestName(path.Join(b.Context.Text, b.Dockerfile.Text)) {
			found = append(found, Evidence{Tests, b.Dockerfile.Text})
		}
		for _, kv := range s.Env() {
			// A server may advertise localhost to its own tools, and a browser is sent
			// to localhost where it runs on the same machine.
			value, isAdvertised := strings.ToLower(kv.Value.Text), strings.Contains(strings.ToLower(kv.Key), "advertise")
			if isForLook && !isAdvertised && containsAny(value, "http://localhost", "https://localhost") {
				found = append(found, Evidence{Demonstration, kv.Value.Text})
			}
		}
	}
	return found
}

// PurposesOfName are the purposes that a path shows.
func PurposesOfName(name string) Purposes {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	var found Purposes
	add := func(by string, p Purpose) { found = append(found, Evidence{p, by}) }
	folders := strings.Split(path.Dir(name), "/")
	tested := false
	for _, folder := range folders {
		for _, p := range purposesOfFolder(folder) {
			add(folder, p)
			tested = tested || p == Tests
		}
		if tested && (folder == "results" || folder == "output" || folder == "outputs") {
			add(folder, Golden)
		}
	}
	if ending := path.Ext(name); slices.Contains([]string{".bak", ".back", ".backup", ".old", ".orig", ".save"}, ending) {
		add(ending, Retired)
	}
	switch base := path.Base(name); {
	case isOverrideName(name) && IsComposeName(base) && !hasNamePart(name, "prod", "production"):
		add(base, Development)
	case hasNamePart(name, "dev", "devel", "develop", "development", "local", "debug", "devcontainer", "playground", "sandbox", "ci", "tilt"):
		add(base, Development)
	case hasNamePart(name, "test", "tests", "testing", "e2e"):
		add(base, Tests)
	case hasNamePart(name, "demo"):
		add(base, Demonstration)
	case hasNamePart(name, "example", "examples", "sample"):
		add(base, Example)
	}
	return found
}

// purposesOfFolder are what the name of a folder, in lower case, says of all that
// lies below it.
func purposesOfFolder(folder string) (found []Purpose) {
	switch folder {
	case "golden", "goldens", "snapshots", "__snapshots__", "expected", "expected-output", "expected_output":
		return []Purpose{Golden}
	case "docs", "doc", "documentation", "user-guides", "recipes", "recipe", "walkthrough", "walkthroughs":
		return []Purpose{Example}
	case "templates", "template", "cookiecutter":
		return []Purpose{Template}
	case ".devcontainer", "hack", "localdev", "local-dev", "dev-env", "devenv":
		return []Purpose{Development}
	case "archive", "archived", "archives", "_archive", "deprecated", "depricated", "obsolete", "attic", "graveyard":
		return []Purpose{Retired}
	case "molecule": // the tests of roles of Ansible
		return []Purpose{Tests}
	case "ctf", "pwn", "wargame", "wargames":
		return []Purpose{Laboratory}
	}
	for _, prefix := range []string{"getting-started", "getting_started", "quickstart", "quick-start", "hello-", "hello_"} {
		if strings.HasPrefix(folder, prefix) {
			return []Purpose{Example}
		}
	}
	for _, prefix := range []string{"cve-", "cnvd-", "ghsa-"} {
		if strings.HasPrefix(folder, prefix) {
			return []Purpose{Laboratory}
		}
	}
	switch {
	case hasNamePart(folder, "fixture", "fixtures", "testdata"):
		found = append(found, Fixture)
	case hasNamePart(folder, "test", "tests", "__tests__", "e2e"):
		found = append(found, Tests)
	}
	switch {
	case hasNamePart(folder, "example", "examples", "sample", "samples", "tutorial", "tutorials"):
		found = append(found, Example)
	case hasNamePart(folder, "demo", "demos", "playground", "workshop", "workshops"):
		found = append(found, Demonstration)
	}
	return found
}
