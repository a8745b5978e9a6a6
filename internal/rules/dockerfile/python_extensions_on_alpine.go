package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonExtensionsOnAlpine reports Python images on Alpine that install a package
// without wheels for Alpine, such as `torch` or `opencv-python` (variant `missing`). The
// variant `compiled` reports packages that have such wheels only for newer versions,
// such as `numpy` or `cryptography`, if the image also installs a compiler. The rule
// reads the Dockerfile and the manifests of the project.
//
// # Why it matters
//
// pip compiles the package, which takes minutes and needs a compiler in the image, or
// cannot install it at all.
//
// # How to fix it
//
// Use the slim variant of the image, which is based on Debian:
//
//	FROM python:3.14-slim
//
// # Fix safety
//
// There is no automatic fix: another base image has other packages, so you must test the build
// with it.
//
// # Exceptions
//
// It does not report:
//
//   - packages that are not in the list of the rule
var PythonExtensionsOnAlpine = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-extensions-on-alpine",
		Title:    "Python packages on Alpine have no prebuilt wheels",
		Category: lint.Python,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"missing", "compiled"},
		OptIn:    []string{"compiled"},
		Needs:    lint.NeedsContext,
	},
	Check: checkPythonExtensionsOnAlpine,
}

func checkPythonExtensionsOnAlpine(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		base := s.Base()
		if s.Parent != nil || languageOf(base) != "python" || base.System() != facts.Alpine {
			continue
		}
		names := installedPython(p, s)
		if name := firstOf(names, glibcOnly()); name != "" {
			p.Report(lint.Finding{
				Variant: "missing", Span: s.From.Head,
				Message: fmt.Sprintf("%s has no wheel for Alpine, so pip must compile it or fails; use the slim variant of the image", quoteShort(name)),
			})
			continue
		}
		compiler := compilerIn(p.Doc, s)
		if name := firstOf(names, lateOnAlpine()); name != "" && compiler != nil {
			p.Report(lint.Finding{
				Variant: "compiled", Span: s.From.Head,
				Message: fmt.Sprintf("a compiler is installed to build packages such as %s; use the slim variant of the image, for which PyPI has prebuilt wheels", quoteShort(name)),
				Related: []lint.Related{{Span: compiler.Span, Message: "the compiler is installed here"}},
			})
		}
	}
}

// compilerIn is the first call in a stage that installs a C compiler, or headers for
// one; nil for none.
func compilerIn(d *facts.Dockerfile, s *facts.Stage) *facts.Command {
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		for _, c := range d.Commands(in) {
			pkg, ok := facts.Packages(c)
			if ok && pkg.Manager == "apk" && pkg.Action == "add" && slices.ContainsFunc(pkg.Packages, func(a facts.Argument) bool {
				return a.Text == "gcc" || a.Text == "g++" || a.Text == "build-base" || a.Text == "musl-dev" || a.Text == "alpine-sdk"
			}) {
				return c
			}
		}
	}
	return nil
}
