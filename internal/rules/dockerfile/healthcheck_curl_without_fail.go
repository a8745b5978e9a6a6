package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckCurlWithoutFail finds HEALTHCHECK with curl without -f: curl
// counts an answer of 500 as a success, so the container stays healthy.
//
// Silent where the script looks at the status itself.
var HealthcheckCurlWithoutFail = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-curl-without-fail",
		Title:    "The health check does not see errors",
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
				Message: "curl takes an answer of 500 for a success, so the container stays healthy; add --fail",
			}
			f.Fixes = addWords(in, c, "--fail")
			p.Report(f)
		}
	})
}
