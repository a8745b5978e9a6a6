package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonBytecodeWritten reports final images that start Python without
// `PYTHONDONTWRITEBYTECODE`.
//
// # Why it matters
//
// Python writes `.pyc` files next to the sources when it imports them. Each new
// container does so again, and cannot on a read-only root file system. The rule is off
// by default, because without compiled files each start is slower.
//
// # How to fix it
//
// Set the variable, or compile the sources in the build:
//
//	ENV PYTHONDONTWRITEBYTECODE=1
//
// # Exceptions
//
// It does not report:
//
//   - files that compile bytecode, with `compileall` or `UV_COMPILE_BYTECODE`
//   - start commands that are not a Python program
var PythonBytecodeWritten = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-bytecode-written",
		Title:    "Python writes bytecode when the container runs",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF032"),
	},
	Check: checkPythonBytecodeWritten,
}

func checkPythonBytecodeWritten(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || !isPythonImage(c.stage) || !isPythonProgram(c.program) || setsVariable(c.stage, "PYTHONDONTWRITEBYTECODE") {
		return
	}
	if p.Doc.Mentions("UV_COMPILE_BYTECODE") || p.Doc.Mentions("compileall") {
		return
	}
	p.Report(
		lint.Finding{
			Fixes: setForCommand(p.Doc, c, "PYTHONDONTWRITEBYTECODE", "1"),
			Span:  c.at.Span,
			Message: fmt.Sprintf(
				"%s compiles the modules again in each new container and writes the bytecode into it; compile in the build, or set ENV PYTHONDONTWRITEBYTECODE=1",
				quoteShort(c.program),
			),
		},
	)
}
