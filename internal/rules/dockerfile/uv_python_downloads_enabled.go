package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvPythonDownloadsEnabled finds uv sync on an image of Python, where uv may
// fetch an interpreter of its own.
//
// Silent where another stage sets UV_PYTHON_DOWNLOADS, as in that of the program.
//
// Off by default: it matters only where the versions do not fit.
var UvPythonDownloadsEnabled = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-python-downloads-enabled",
		Title:    "uv may fetch another Python",
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
		said.Add(s, lint.Finding{Fixes: setForUv(c.Command, "UV_PYTHON_DOWNLOADS", "0"), Span: c.Span, Message: fmt.Sprintf("%s fetches another Python where the image's does not fit; set UV_PYTHON_DOWNLOADS=0, which fails instead", quoteShort(firstLine(p.Doc.Text(c.Span))))})
	})
	said.Report(p.Report)
}
