package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvBytecodeNotCompiled reports `uv sync` without `--compile-bytecode` or
// `UV_COMPILE_BYTECODE`.
//
// # Why it matters
//
// Python compiles a package when it imports it for the first time. Without compiled files
// in the image, each new container does this again, so it starts more slowly.
//
// The rule is off by default, because it makes the image larger to save time at the start.
//
// # How to fix it
//
// Set the variable before uv runs:
//
//	ENV UV_COMPILE_BYTECODE=1
//
// # Exceptions
//
// It does not report:
//
//   - further calls of uv sync in the same stage
var UvBytecodeNotCompiled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-bytecode-not-compiled",
		Title:    "uv does not compile the installed packages to bytecode",
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
		said.Add(
			s,
			lint.Finding{
				Fixes: setForUv(c.Command, "UV_COMPILE_BYTECODE", "1"),
				Span:  c.Span,
				Message: fmt.Sprintf(
					"%s does not compile to bytecode, so each container compiles the modules when it starts; set UV_COMPILE_BYTECODE=1",
					quoteShort(firstLine(p.Doc.Text(c.Span))),
				),
			},
		)
	})
	said.Report(p.Report)
}
