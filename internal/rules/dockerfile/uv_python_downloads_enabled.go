package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvPythonDownloadsEnabled reports `uv sync` on a Python image where uv is allowed to
// download an interpreter.
//
// # Why it matters
//
// If the image's Python does not match `requires-python` or `.python-version`, uv
// downloads another one. The image then has two interpreters, and a final stage that
// copies only the environment does not have the one that it needs.
//
// The rule is off by default, because it matters only if the versions do not match.
//
// # How to fix it
//
// Turn downloads off, so that the build fails instead:
//
//	ENV UV_PYTHON_DOWNLOADS=0
//
// # Exceptions
//
// It does not report:
//
//   - files in which any stage names `UV_PYTHON_DOWNLOADS`
//   - `--no-python-downloads`
//   - images that are not Python images
var UvPythonDownloadsEnabled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-python-downloads-enabled",
		Title:    "uv can download another Python than the one of the image",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvPythonDownloadsEnabled,
}

func checkUvPythonDownloadsEnabled(p *facts.Pass[*facts.Dockerfile]) {
	if p.Doc.Mentions("UV_PYTHON_DOWNLOADS") {
		return
	}
	var said facts.SaidOnce
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if !isPythonImage(s) || c.HasFlag("--no-python-downloads") {
			return
		}
		said.Add(
			s,
			lint.Finding{
				Fixes: setForUv(c.Command, "UV_PYTHON_DOWNLOADS", "0"),
				Span:  c.Span,
				Message: fmt.Sprintf(
					"%s downloads another Python if the image's does not match; set UV_PYTHON_DOWNLOADS=0, so that the build fails instead",
					quoteShort(firstLine(p.Doc.Text(c.Span))),
				),
			},
		)
	})
	said.Report(p.Report)
}
