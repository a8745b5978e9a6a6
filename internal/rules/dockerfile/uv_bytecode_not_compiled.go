package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvBytecodeNotCompiled finds uv sync without compiled bytecode: each container
// compiles the packages again when it starts.
//
// Off by default: it trades the size of the image for time at the start.
var UvBytecodeNotCompiled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-bytecode-not-compiled",
		Title:    "Python compiles at every start",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkUvBytecodeNotCompiled,
}

func checkUvBytecodeNotCompiled(p *facts.Pass[*facts.Dockerfile]) {
	var said facts.SaidOnce
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if envAt(p.Doc, c.Command, "UV_COMPILE_BYTECODE") || c.HasFlag("--compile-bytecode") {
			return
		}
		said.Add(s, lint.Finding{Fixes: setForUv(c.Command, "UV_COMPILE_BYTECODE", "1"), Span: c.Span, Message: fmt.Sprintf("%s leaves compiling to every start of a container; set UV_COMPILE_BYTECODE=1", quoteShort(firstLine(p.Doc.Text(c.Span))))})
	})
	said.Report(p.Report)
}
