package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LibcDiffersBetweenStages reports compiled files that are copied between a stage on
// Alpine, which uses musl, and a stage on Debian or Red Hat, which uses glibc:
//
//   - the interpreter in `/usr/local`
//   - virtual environments and `site-packages` with compiled Python packages
//   - `node_modules`, if `package.json` names a package with compiled code, such as
//     `sharp` or `better-sqlite3`
//   - programs that cargo, a C compiler or Go with cgo links dynamically
//
// # Why it matters
//
// A program that is linked with one C library needs it at run time. In the other image
// it does not start, or a module fails to load, often with the misleading error "not
// found".
//
// # How to fix it
//
// Use the same distribution family in both stages, or link the program statically.
//
// # Fix safety
//
// There is no automatic fix: one of the two base images must change, and with it the packages that
// are installed.
//
// # Exceptions
//
// It does not report:
//
//   - stages that install a layer for the other library, such as `gcompat`
//   - programs that are linked statically
var LibcDiffersBetweenStages = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "libc-differs-between-stages",
		Title:      "Compiled files are copied to an image with another C library",
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
					Span: r.Instruction.Head,
					Message: fmt.Sprintf(
						"%s from %s needs %s, but %s has %s, so it does not run; use the same distribution family in both stages",
						what,
						quoteShort(r.Stage.Base().Text),
						libcOf(from),
						quoteShort(s.Base().Text),
						libcOf(to),
					),
					Related: []lint.Related{{Span: r.Stage.From.Head, Message: "it comes from this stage"}},
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

// hasOtherLibc reports whether a stage installs a layer for the other C library.
func hasOtherLibc(d *facts.Dockerfile, s *facts.Stage) bool {
	return s.Any("brings another C library", func(in *dockerfile.Instruction) bool {
		src := d.Text(in.Span)
		return slices.ContainsFunc(
			[]string{"gcompat", "libc6-compat", "glibc", "musl", "ld-linux"},
			func(name string) bool { return strings.Contains(src, name) },
		)
	})
}

// compiledThing describes a path of a stage that certainly contains programs or
// libraries that are linked dynamically; empty otherwise.
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
// is downloaded or compiled for one C library; empty if none is known. Other packages
// contain the files for both.
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

// dynamicProgram describes a path that is a program which the commands of a stage link
// dynamically; empty otherwise.
func dynamicProgram(d *facts.Dockerfile, s *facts.Stage, path string) string {
	static := s.Any("links statically", func(in *dockerfile.Instruction) bool {
		src := d.Text(in.Span)
		words := func(word string) bool { return strings.Contains(src, word) }
		return slices.ContainsFunc([]string{"-static", "crt-static", "zigbuild", "cross "}, words) ||
			(s.Base().System() != facts.Alpine && words("musl"))
	})
	made := facts.Once(d, "dynamic programs", s, func() dynamicPrograms { return readDynamicPrograms(d, s) })
	if !static && (made.named[baseName(path)] || (made.ofCargo && strings.Contains(path, "/target/release/"))) {
		return "the program " + quoteShort(path)
	}
	return ""
}

// dynamicPrograms are the programs that a stage builds, linked to its C library.
type dynamicPrograms struct {
	named map[string]bool
	// ofCargo is set where cargo builds some; their names are not known.
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

// add adds the program that a command builds.
func (made *dynamicPrograms) add(d *facts.Dockerfile, s *facts.Stage, c *facts.Command) {
	in := c.Instruction
	switch c.Name() {
	case "cargo":
		// On Alpine rustc links statically.
		made.ofCargo = made.ofCargo || (s.Base().System() != facts.Alpine && firstAction(c) == "build" && !c.HasFlag("--target"))
	case "gcc", "g++", "cc", "clang":
		if out, ok := c.FlagValue("-o"); ok && out.Literal && !c.HasFlag("-shared", "-c") {
			made.named[baseName(out.Text)] = true
		}
	case "go":
		out, ok := c.FlagValue("-o")
		cgo, set := d.ScopeAt(in).Lookup("CGO_ENABLED")
		src := d.Text(in.Span)
		on := (set && cgo.Known && cgo.Value == "1" && !strings.Contains(src, "CGO_ENABLED=0")) || strings.Contains(src, "CGO_ENABLED=1")
		if ok && on && firstAction(c) == "build" {
			made.named[baseName(out.Text)] = true
		}
	}
}
