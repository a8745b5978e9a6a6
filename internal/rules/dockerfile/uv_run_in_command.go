package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvRunInCommand finds start commands that begin with uv run, poetry run,
// pipenv run or pdm run: they look at the lock, may install, and stand between
// the program and its signals.
//
// Put the environment's bin folder first in PATH and start the program itself.
//
// Silent in stages named dev, test and the like.
var UvRunInCommand = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-run-in-command",
		Title:    "A package manager stands in front of the program",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvRunInCommand,
}

func checkUvRunInCommand(p *lint.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || c.runner.Text == "" {
		return
	}
	p.Report(lint.Finding{
		Span:    c.runner.Span,
		Message: fmt.Sprintf("%s run stands between the container and %s, and may install at every start; put the environment's bin folder in PATH and start %s itself", baseName(c.runner.Text), quoteShort(c.program), quoteShort(c.program)),
	})
}
