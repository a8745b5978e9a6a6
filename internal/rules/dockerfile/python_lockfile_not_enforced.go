package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonLockfileNotEnforced finds pipenv install without --deploy and pdm
// install without --frozen-lockfile: where the lock does not fit they resolve
// anew, and the image has versions that nobody has tried.
var PythonLockfileNotEnforced = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-lockfile-not-enforced",
		Title:    "The lock file is not enforced",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPythonLockfileNotEnforced,
}

func checkPythonLockfileNotEnforced(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		flag := ""
		switch {
		case c.Action != "install" || len(c.Packages) > 0:
		case c.Manager == "pipenv" && !c.HasFlag("--deploy", "--ignore-pipfile"):
			flag = "--deploy"
		case c.Manager == "pdm" && !c.HasFlag("--frozen-lockfile", "--check", "--no-lock"):
			flag = "--frozen-lockfile"
		}
		if flag == "" || hasVariableFlag(c) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s resolves anew where the lock file does not fit; add %s", quoteShort(firstLine(p.Doc.Text(c.Span))), flag),
			Fixes:   insertAfterAction(c, flag),
		})
	}, "pipenv", "pdm")
}
