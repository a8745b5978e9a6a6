package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckCurlWithoutFail reports `HEALTHCHECK` with `curl` without `--fail`.
//
// # Why it matters
//
// `curl` exits with 0 when the server answers at all, even with an error such as 500.
// The container stays healthy although the server does not work.
//
// # How to fix it
//
// Add `--fail`, or `-f`:
//
//	HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1
//
// # Exceptions
//
// It does not report:
//
//   - scripts that check the status or the answer, with `http_code`, `grep` or `-I`
//   - calls whose options are in a variable
var HealthcheckCurlWithoutFail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-curl-without-fail",
		Title:    "Health check with curl ignores HTTP errors",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckCurlWithoutFail,
}

func checkHealthcheckCurlWithoutFail(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("healthcheck", true, func(in *dockerfile.Instruction) {
		if strings.Contains(in.Args, "http_code") || strings.Contains(in.Args, "grep") || strings.Contains(in.Args, "-I") {
			return
		}
		for _, c := range p.Doc.Commands(in) {
			if c.Name() != "curl" || c.HasFlag("-f", "--fail", "--fail-with-body", "--fail-early") || hasVariableFlag(facts.PackageCommand{Command: c}) {
				continue
			}
			f := lint.Finding{
				Span:    c.Words[0].Span,
				Message: "curl exits with 0 on an HTTP error such as 500, so the container stays healthy; add --fail",
			}
			f.Fixes = addWords(in, c, "--fail")
			p.Report(f)
		}
	})
}
