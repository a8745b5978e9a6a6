package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonLockfileNotEnforced reports `pipenv install` without `--deploy`, and `pdm
// install` without `--frozen-lockfile`.
//
// # Why it matters
//
// If the lock file does not match the manifest, these commands resolve the versions
// again instead of failing. The image then has versions that you did not test.
//
// # How to fix it
//
// Add the option of the package manager:
//
//	RUN pipenv install --deploy
//	RUN pdm install --frozen-lockfile
//
// # Exceptions
//
// It does not report:
//
//   - installations of named packages
//   - calls with `--ignore-pipfile`, `--check` or `--no-lock`
var PythonLockfileNotEnforced = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-lockfile-not-enforced",
		Title:    "Installation can ignore the lock file",
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
			Message: fmt.Sprintf("%s resolves other versions if the lock file is out of date; add %s", quoteShort(firstLine(p.Doc.Text(c.Span))), flag),
			Fixes:   insertAfterAction(c, flag),
		})
	}, "pipenv", "pdm")
}
