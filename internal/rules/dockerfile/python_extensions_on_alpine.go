package dockerfile

import (
	"fmt"
	"slices"
	"strings"

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
// There is no fix: another base image has other packages, so you must test the build
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
				Message: fmt.Sprintf("a compiler is installed to build packages such as %s; use the slim variant of the image, which has prebuilt wheels for them", quoteShort(name)),
				Related: []lint.Related{{Span: compiler.Span, Message: "the compiler is installed here"}},
			})
		}
	}
}

// glibcOnly are packages that have wheels only for glibc, according to the files on the
// Python Package Index in November 2026.
func glibcOnly() []string {
	return []string{"torch", "torchvision", "torchaudio", "tensorflow", "tensorflow-cpu", "jaxlib", "onnxruntime", "opencv-python", "opencv-python-headless", "opencv-contrib-python", "mediapipe", "open3d", "vllm"}
}

// lateOnAlpine are compiled packages whose wheels for musl came years after
// those for glibc, or not for each version (same source).
func lateOnAlpine() []string {
	return []string{"numpy", "pandas", "scipy", "scikit-learn", "matplotlib", "cryptography", "pillow", "lxml", "grpcio", "grpcio-tools", "psycopg2-binary", "gevent", "h5py", "pyarrow", "bcrypt", "pynacl", "shapely", "statsmodels", "spacy"}
}

func firstOf(names, list []string) string {
	for _, n := range names {
		if slices.Contains(list, n) {
			return n
		}
	}
	return ""
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

// installsCompiledPython is a package with compiled parts that a stage installs;
// empty if none is known.
func installsCompiledPython(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) string {
	return firstOf(installedPython(p, s), append(glibcOnly(), lateOnAlpine()...))
}

// installedPython are the packages that the commands of a stage name, and those
// of the manifests that they read, in lower case.
func installedPython(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) []string {
	var names []string
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		for _, c := range p.Doc.Commands(in) {
			pkg, ok := facts.Packages(c)
			if !ok {
				continue
			}
			switch {
			case pkg.Manager == "pip" && pkg.Action == "install", pkg.Manager == "uv" && pkg.Action == "pip":
				for _, a := range pkg.Packages {
					names = append(names, requirementName(a.Text))
				}
				if file, ok := pkg.FlagValue("-r", "--requirement"); ok && file.Literal {
					text, _ := readInContext(p, file.Text)
					names = append(names, requirementNames(text)...)
				}
			case (pkg.Manager == "uv" || pkg.Manager == "pdm") && pkg.Action == "sync", (pkg.Manager == "poetry" || pkg.Manager == "pdm") && pkg.Action == "install":
				text, _ := readInContext(p, "pyproject.toml")
				names = append(names, tomlNames(text)...)
			}
		}
	}
	return names
}

// requirementNames are the packages of a requirements file.
func requirementNames(text string) []string {
	var names []string
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line[0] != '-' {
			names = append(names, requirementName(line))
		}
	}
	return names
}

// requirementName is the name that a requirement begins with, in the form of
// the index.
func requirementName(requirement string) string {
	end := strings.IndexFunc(requirement, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	})
	if end < 0 {
		end = len(requirement)
	}
	return strings.ReplaceAll(strings.ToLower(requirement[:end]), "_", "-")
}

// tomlNames are the dependencies in a pyproject.toml: those of the array
// "dependencies" of the table project, and the keys of Poetry's table.
func tomlNames(text string) []string {
	var names []string
	table, inArray := "", false
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		key, value, isKey := strings.Cut(line, "=")
		switch {
		case line == "" || line[0] == '#':
			continue
		case inArray:
			value = line
		case line[0] == '[':
			table = strings.Trim(line, "[]")
			continue
		case isKey && table == "tool.poetry.dependencies":
			names = append(names, requirementName(strings.TrimSpace(key)))
			continue
		case isKey && table == "project" && strings.TrimSpace(key) == "dependencies":
			// its value, up to the closing bracket, is read below
		default:
			continue
		}
		quote := "\""
		if !strings.Contains(value, quote) {
			quote = "'"
		}
		parts := strings.Split(value, quote)
		for i := 1; i < len(parts); i += 2 {
			names = append(names, requirementName(parts[i]))
		}
		// A bracket inside quotes names extras: "uvicorn[standard]".
		inArray = !strings.Contains(parts[len(parts)-1], "]")
	}
	return names
}
