package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// GlobalArgNotRedeclared reports stages that use an `ARG` that is declared before the
// first `FROM` and not again in the stage.
//
// # Why it matters
//
// An `ARG` before the first `FROM` applies to `FROM` instructions only. In the stage,
// the variable is empty, and the build usually continues with the wrong value.
//
// # How to fix it
//
// Declare the variable again in the stage, without a value:
//
//	ARG APP_VERSION=1.0
//	FROM alpine:3.22
//	ARG APP_VERSION
//	RUN echo "$APP_VERSION"
//
// # Exceptions
//
// It does not report:
//
//   - variables that the script sets, or for which it gives a default
//   - scripts that read other scripts with `source` or `eval`
//   - text in single quotes
//   - variables that the base image may set, such as `PYTHON_VERSION` in an image of
//     Python
var GlobalArgNotRedeclared = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "global-arg-not-redeclared",
		Title:    "ARG before FROM is not available in the stage",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
	},
	Check: checkGlobalArgNotRedeclared,
}

func checkGlobalArgNotRedeclared(p *facts.Pass[*facts.Dockerfile]) {
	if len(p.Doc.Global()) == 0 {
		return
	}
	for _, s := range p.Doc.Stages() {
		declared := map[string]bool{}
		for _, x := range s.Chain()[1:] {
			declare(declared, x.Instructions)
		}
		for _, in := range s.Instructions {
			if in.Err != nil {
				continue
			}
			use := func(at text.Span, name string) {
				if declared[name] || !declaredGlobally(p.Doc, name) || facts.IsPredefinedArgument(name) || isShellName(name) {
					return
				}
				if mayComeFromBase(s, name) {
					return
				}
				if _, ok := p.Doc.ScopeAt(in).Lookup(name); ok {
					return
				}
				declared[name] = true
				reportUndeclared(p, s, at, name)
			}
			if in.Keyword == "run" {
				for _, u := range p.Doc.UnsetUses(in) {
					use(u.Span, u.Name)
				}
			}
			eachExpansion(p.Doc, in, func(at text.Span, u facts.VariableUse, own string) {
				if !u.HasDefault && u.Name != own {
					use(at, u.Name)
				}
			})
			declare(declared, []*dockerfile.Instruction{in})
		}
	}
}

// declare adds the names that ARG and ENV define. A stage has the ARGs of the
// stages that it builds on (BuildKit's initFromBase).
func declare(names map[string]bool, instructions []*dockerfile.Instruction) {
	for _, in := range instructions {
		if in.Keyword != "arg" && in.Keyword != "env" {
			continue
		}
		for _, pair := range in.Pairs {
			names[strings.Trim(pair.Key, `"'`)] = true // as in ARG "name=value"
		}
	}
}

func reportUndeclared(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, at text.Span, name string) {
	f := lint.Finding{
		Span:    at,
		Message: fmt.Sprintf("ARG %s is declared before FROM, so %q is empty in this stage; declare it again with ARG %s", name, short(p.Doc.Text(at)), name),
		Fixes:   []lint.Fix{declareInStage(p.Doc, s, at.Start, name)},
	}
	for _, in := range p.Doc.Global() {
		for _, pair := range in.Pairs {
			if in.Keyword == "arg" && pair.Key == name {
				f.Related = []lint.Related{{Span: pair.Span, Message: "this declaration applies only to FROM"}}
			}
		}
	}
	p.Report(f)
}

// mayComeFromBase reports whether a base image may set the variable: images of a
// language or a program set its version and its home, those of a distribution
// and the empty one set nothing but PATH.
func mayComeFromBase(s *facts.Stage, name string) bool {
	if !isSetByImages(name) {
		return false
	}
	base := s.Base()
	if _, known := facts.LookupBase(base); !known {
		return true
	}
	word, _, _ := strings.Cut(name, "_")
	switch name {
	case "JAVA_HOME", "JAVA_VERSION", "YARN_VERSION", "NJS_VERSION", "GOPATH", "GEM_HOME", "CARGO_HOME", "RUSTUP_HOME":
		return true
	}
	return strings.Contains(strings.ToLower(base.Text), strings.ToLower(word))
}

func isSetByImages(name string) bool {
	for _, suffix := range []string{"VERSION", "HOME", "DIR", "PATH", "ROOT", "USER", "UID", "GID", "ENV"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
