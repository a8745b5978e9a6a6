package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LibcDiffersBetweenStages finds compiled things that are copied between a stage
// on Alpine, with musl, and one on Debian or Red Hat, with glibc: they look for
// the other library, and do not start or load.
//
// Use the same family in both stages, or link statically.
//
// Reported are a whole /usr/local, virtual environments and site-packages,
// node_modules where the manifest names packages that are compiled, and programs
// of cargo, gcc and cgo that the file shows to be linked dynamically. Silent
// where a layer for the other library is installed, and for what is no program.
//
// There is no fix: one of the two base images has to change, and with it the packages that
// are installed.
var LibcDiffersBetweenStages = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "libc-differs-between-stages",
		Title:      "The stages have different C libraries",
		Category:   lint.Correctness,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Needs:      lint.NeedsContext,
	},
	Check: checkLibcDiffersBetweenStages,
}

func checkLibcDiffersBetweenStages(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		to := s.Base().System()
		if to == facts.UnknownSystem || hasOtherLibc(p.Doc, s) {
			continue
		}
		for _, r := range s.References() {
			if r.Instruction.Keyword != "copy" || r.Stage == nil {
				continue
			}
			from := r.Stage.Base().System()
			sources, _, ok := copyWords(r.Instruction)
			if from == facts.UnknownSystem || !ok || (from == facts.Alpine) == (to == facts.Alpine) {
				continue
			}
			for _, w := range sources {
				what := compiledThing(p, r.Stage, bare(w.Text))
				if what == "" {
					continue
				}
				p.Report(lint.Finding{
					Span:    r.Instruction.Head,
					Message: fmt.Sprintf("%s from %s needs %s, and %s has %s; use the same family in both stages", what, quoteShort(r.Stage.Base().Text), libcOf(from), quoteShort(s.Base().Text), libcOf(to)),
					Related: []lint.Related{{Span: r.Stage.From.Head, Message: "it is made here"}},
				})
				break
			}
		}
	}
}

func libcOf(s facts.System) string {
	if s == facts.Alpine {
		return "musl"
	}
	return "glibc"
}

// hasOtherLibc tells whether a stage installs a layer for the other C library.
func hasOtherLibc(d *facts.Dockerfile, s *facts.Stage) bool {
	return s.Any("brings another C library", func(in *dockerfile.Instruction) bool {
		src := d.Text(in.Span)
		return slices.ContainsFunc([]string{"gcompat", "libc6-compat", "glibc", "musl", "ld-linux"}, func(name string) bool { return strings.Contains(src, name) })
	})
}

// compiledThing says in words what a path of a stage is, if programs or
// libraries that are linked dynamically are surely in it; empty otherwise.
func compiledThing(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, path string) string {
	path = strings.TrimRight(path, "/")
	language := languageOf(s.Base())
	switch {
	case path == "/usr/local" && language != "", path == "/usr/local/bin" && language == "python":
		return "the interpreter in " + path
	case language == "python" && (isVenv(path) || strings.HasSuffix(path, "/site-packages")) && installsCompiledPython(p, s) != "":
		return installsCompiledPython(p, s)
	case language == "node" && strings.HasSuffix(path, "node_modules"):
		return nativeNodePackage(p)
	}
	return dynamicProgram(p.Doc, s, path)
}

// nativeNodePackage is a dependency of package.json in the build context that
// is fetched or compiled for one C library; empty if none is known. Others bring
// the files for both.
func nativeNodePackage(p *facts.Pass[*facts.Dockerfile]) string {
	manifest, err := p.Files.ReadFile("package.json")
	if err != nil {
		return ""
	}
	for _, name := range []string{"sharp", "canvas", "sqlite3", "better-sqlite3", "node-sass"} {
		if strings.Contains(string(manifest), `"`+name+`":`) {
			return name
		}
	}
	return ""
}

// dynamicProgram says that a path is a program which a stage links dynamically,
// as its commands show.
func dynamicProgram(d *facts.Dockerfile, s *facts.Stage, path string) string {
	static := s.Any("links statically", func(in *dockerfile.Instruction) bool {
		src := d.Text(in.Span)
		words := func(word string) bool { return strings.Contains(src, word) }
		return slices.ContainsFunc([]string{"-static", "crt-static", "zigbuild", "cross "}, words) || s.Base().System() != facts.Alpine && words("musl")
	})
	made := facts.Once(d, "dynamic programs", s, func() dynamicPrograms { return readDynamicPrograms(d, s) })
	if !static && (made.named[baseName(path)] || made.ofCargo && strings.Contains(path, "/target/release/")) {
		return "the program " + quoteShort(path)
	}
	return ""
}

// dynamicPrograms are those that a stage makes, linked to its C library.
type dynamicPrograms struct {
	named map[string]bool
	// ofCargo is set where cargo makes some, whose names are not known.
	ofCargo bool
}

func readDynamicPrograms(d *facts.Dockerfile, s *facts.Stage) dynamicPrograms {
	made := dynamicPrograms{named: map[string]bool{}}
	for _, x := range s.Chain() {
		for _, in := range x.Own("run") {
			for _, c := range d.Commands(in) {
				made.add(d, s, c)
			}
		}
	}
	return made
}

// add adds the program that a command makes.
func (made *dynamicPrograms) add(d *facts.Dockerfile, s *facts.Stage, c *facts.Command) {
	in := c.Instruction
	switch c.Name() {
	case "cargo":
		// On Alpine rustc links statically.
		made.ofCargo = made.ofCargo || s.Base().System() != facts.Alpine && firstAction(c) == "build" && !c.HasFlag("--target")
	case "gcc", "g++", "cc", "clang":
		if out, ok := c.FlagValue("-o"); ok && out.Literal && !c.HasFlag("-shared", "-c") {
			made.named[baseName(out.Text)] = true
		}
	case "go":
		out, ok := c.FlagValue("-o")
		cgo, set := d.ScopeAt(in).Lookup("CGO_ENABLED")
		src := d.Text(in.Span)
		on := set && cgo.Known && cgo.Value == "1" && !strings.Contains(src, "CGO_ENABLED=0") || strings.Contains(src, "CGO_ENABLED=1")
		if ok && on && firstAction(c) == "build" {
			made.named[baseName(out.Text)] = true
		}
	}
}
