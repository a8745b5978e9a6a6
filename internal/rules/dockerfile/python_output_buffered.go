package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonOutputBuffered reports final images that start Python without
// `PYTHONUNBUFFERED`.
//
// # Why it matters
//
// Python buffers what the program prints, because the output is not a terminal. `docker
// logs` shows lines late, and the last lines before a crash are lost.
//
// # How to fix it
//
// Set the variable:
//
//	ENV PYTHONUNBUFFERED=1
//
// # Exceptions
//
// It does not report:
//
//   - `python -u`
//   - a variable that an earlier stage sets, if the final stage builds on it
//   - start commands that are not a Python program
var PythonOutputBuffered = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-output-buffered",
		Title:    "Python buffers its output",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF032"),
	},
	Check: checkPythonOutputBuffered,
}

func checkPythonOutputBuffered(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || !isPythonImage(c.stage) || !isPythonProgram(c.program) || setsVariable(c.stage, "PYTHONUNBUFFERED") {
		return
	}
	if strings.Contains(c.in.Args, "-u") || strings.Contains(c.in.Args, "PYTHONUNBUFFERED") {
		return
	}
	p.Report(lint.Finding{
		Fixes:   setForCommand(p.Doc, c, "PYTHONUNBUFFERED", "1"),
		Span:    c.at.Span,
		Message: fmt.Sprintf("%s buffers its output, so logs are late and the last lines before a crash are lost; set ENV PYTHONUNBUFFERED=1", quoteShort(c.program)),
	})
}
