package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// HealthcheckSavesFile reports `HEALTHCHECK` instructions that call `wget` with a URL
// but without `--spider` or `-O`.
//
// # Why it matters
//
// Each check saves the response as a file in the container, such as `index.html`, then
// `index.html.1`, and the container grows. BusyBox's `wget`, which Alpine has, does not
// overwrite a file, so the second check fails there.
//
// # How to fix it
//
// Send the output to `/dev/null`:
//
//	HEALTHCHECK CMD wget -q -O /dev/null http://localhost:8080/ || exit 1
//
// `--spider` also saves nothing, but it sends a `HEAD` request, which some servers do
// not answer.
//
// # Exceptions
//
// It does not report:
//
//   - commands whose options are in a variable or in a file, such as `--config`
var HealthcheckSavesFile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "healthcheck-saves-file",
		Title:    "Health check writes a file at each run",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkHealthcheckSavesFile,
}

func checkHealthcheckSavesFile(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("healthcheck", true, func(in *dockerfile.Instruction) {
		for _, c := range p.Doc.Commands(in) {
			if c.Name() != "wget" || !facts.SavesAnswer(c.ArgTexts()) {
				continue
			}
			f := lint.Finding{
				Span:    c.Words[0].Span,
				Message: "wget saves the response as a file in the container at every check; add -O /dev/null (--spider sends HEAD, which some servers do not answer)",
			}
			f.Fixes = addWords(in, c, "-O", "/dev/null")
			p.Report(f)
		}
	})
}
