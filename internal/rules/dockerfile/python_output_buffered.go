package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonOutputBuffered finds final stages that start Python without
// PYTHONUNBUFFERED: what the program prints arrives late, and is lost when it
// crashes.
//
// Silent for python -u, where a parent stage sets it, and where the start
// command is another program.
var PythonOutputBuffered = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-output-buffered",
		Title:    "Python keeps its output back",
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
	if !ok || !isPythonImage(c.stage) || !isPythonProgram(c.program) || setsVariable(c.stage, "PYTHONUNBUFFERED") || strings.Contains(c.in.Args, "-u") || strings.Contains(c.in.Args, "PYTHONUNBUFFERED") {
		return
	}
	p.Report(lint.Finding{
		Fixes:   setForCommand(p.Doc, c, "PYTHONUNBUFFERED", "1"),
		Span:    c.at.Span,
		Message: fmt.Sprintf("what %s prints is kept back, and lost when it crashes; set ENV PYTHONUNBUFFERED=1", quoteShort(c.program)),
	})
}
