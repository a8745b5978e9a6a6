package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonBytecodeWritten finds final stages of Python without
// PYTHONDONTWRITEBYTECODE: it writes beside the sources when it runs, which a
// read-only root refuses.
//
// Off by default: without it the start is slower where nothing was compiled
// before.
var PythonBytecodeWritten = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-bytecode-written",
		Title:    "Python writes bytecode",
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
	if !ok || !isPythonImage(c.stage) || !isPythonProgram(c.program) || setsVariable(c.stage, "PYTHONDONTWRITEBYTECODE") || p.Doc.Mentions("UV_COMPILE_BYTECODE") || p.Doc.Mentions("compileall") {
		return
	}
	p.Report(lint.Finding{Fixes: setForCommand(p.Doc, c, "PYTHONDONTWRITEBYTECODE", "1"), Span: c.at.Span, Message: fmt.Sprintf("%s writes bytecode beside the sources when it runs; set ENV PYTHONDONTWRITEBYTECODE=1, or compile in the build", quoteShort(c.program))})
}
