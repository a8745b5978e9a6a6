package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellFormHealthcheck reports `HEALTHCHECK` instructions in shell form whose command uses
// no feature of a shell.
//
// # Why it matters
//
// Docker runs the check every 30 seconds by default, and each time starts a shell that
// only starts the program. The JSON form also works in images that have no shell.
//
// The rule is off by default, because the cost is small.
//
// # How to fix it
//
// Write the command as a JSON array:
//
//	HEALTHCHECK CMD ["curl", "-f", "http://localhost/"]
//
// # Exceptions
//
// It does not report:
//
//   - checks with variables, operators or pipes, such as `curl ... || exit 1`
//   - checks in JSON form, and `HEALTHCHECK NONE`
//
// With the preset `hadolint`, `shell-form-command` reports health checks.
var ShellFormHealthcheck = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-healthcheck",
		Title:    "Health check starts a shell that it does not need",
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
		f := lint.Finding{Span: in.BodySpan, Message: fmt.Sprintf("HEALTHCHECK %s starts a shell that it does not need; write it as a JSON array", quoteShort(firstLine(in.Body)))}
		if fix, why := execFix(p, s, in); why == "" {
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}
}
