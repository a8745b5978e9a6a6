package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellFormHealthcheck finds health checks that need no shell and start one.
//
// A JSON array says the same without a shell that is started at every check.
//
// Silent for checks with variables, operators or pipes, as "curl ... || exit 1".
// With the preset "hadolint", shell-form-command speaks of health checks.
var ShellFormHealthcheck = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-healthcheck",
		Title:    "A health check without shell syntax needs no shell",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
	},
	Check: checkShellFormHealthcheck,
}

func checkShellFormHealthcheck(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		in := s.LastOwn("healthcheck")
		if in == nil || in.Err != nil || in.JSON || isBrokenArray(in) {
			continue
		}
		script := in.Script()
		if script == nil || script.File == nil {
			continue
		}
		call, plain := simpleCommand(script.File)
		if call == nil || !plain {
			continue
		}
		if _, literal := literalWords(call); !literal {
			continue
		}
		f := lint.Finding{Span: in.BodySpan, Message: fmt.Sprintf("HEALTHCHECK %s needs no shell; write it as a JSON array", quoteShort(firstLine(in.Body)))}
		if fix, why := execFix(p, s, in); why == "" {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}
}
