package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VenvNotOnPath reports final stages that copy a virtual environment from another stage
// and start a Python program by its name, while `PATH` does not contain the environment.
//
// # Why it matters
//
// The container does not find the program and does not start, or it starts the base
// image's Python, which does not have the packages.
//
// # How to fix it
//
// Put the environment's programs first in `PATH`:
//
//	ENV PATH="/app/.venv/bin:$PATH"
//
// # Exceptions
//
// It does not report:
//
//   - stages that set `PATH` to the environment, `VIRTUAL_ENV`, `PYTHONPATH` or
//     `UV_PROJECT_ENVIRONMENT`
//   - programs that are started by their path, by `uv run` and similar, or after
//     `activate`
//   - start scripts, and stages that create links with `ln -s`
var VenvNotOnPath = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "venv-not-on-path",
		Title:    "Copied virtual environment is not on PATH",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkVenvNotOnPath,
}

func checkVenvNotOnPath(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || c.runner.Text != "" || strings.Contains(c.at.Text, "/") || !isPythonProgram(c.program) {
		return
	}
	var venv *dockerfile.Instruction
	path := ""
	for _, in := range c.stage.Instructions {
		if _, to, ok := copyWords(in); ok && in.Keyword == "copy" {
			if _, from := flagOf(in, "from"); from && isVenv(bare(to.Text)) {
				venv, path = in, bare(to.Text)
			}
		}
	}
	if venv == nil || pathNames(c.stage, path) || strings.Contains(c.in.Args, "activate") {
		return
	}
	p.Report(lint.Finding{
		Fixes:   leadToVenv(p.Doc, c, path),
		Span:    c.at.Span,
		Message: fmt.Sprintf("%s is not found in the environment at %s, because PATH does not contain it; set ENV PATH=\"%s/bin:$PATH\"", quoteShort(c.program), quoteShort(path), strings.TrimRight(path, "/")),
		Related: []lint.Related{{Span: venv.Head, Message: "the environment is copied here"}},
	})
}

// pathNames reports whether PATH of the stage, or of one that it builds on, names the
// environment.
func pathNames(s *facts.Stage, venv string) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			for _, pair := range in.Pairs {
				if in.Keyword != "env" {
					continue
				}
				value := bare(pair.Value)
				if (pair.Key == "PATH" && (strings.Contains(value, strings.TrimRight(venv, "/")) || strings.Contains(value, "venv") || strings.Contains(value, "$")) && strings.Contains(value, "bin")) ||
					pair.Key == "VIRTUAL_ENV" || pair.Key == "PYTHONPATH" || pair.Key == "UV_PROJECT_ENVIRONMENT" {
					return true
				}
			}
			if in.Keyword == "run" && strings.Contains(in.Body, "ln -s") {
				return true
			}
		}
	}
	return false
}

// leadToVenv puts the environment's programs first in PATH.
func leadToVenv(d *facts.Dockerfile, c startCommand, venv string) []lint.Fix {
	if !strings.HasPrefix(venv, "/") || strings.ContainsAny(venv, " $\"'") {
		return nil
	}
	return setForCommand(d, c, "PATH", "\""+strings.TrimRight(venv, "/")+"/bin:$PATH\"")
}
