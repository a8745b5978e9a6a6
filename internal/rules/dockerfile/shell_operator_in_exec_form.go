package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellOperatorInExecForm reports shell operators such as `&&`, `|` or `>` that are
// elements of a JSON array.
//
// # Why it matters
//
// No shell reads a JSON array. The program receives `&&` as an argument, and the command
// after it never runs.
//
// # How to fix it
//
// Start a shell, or move the commands into a script:
//
//	CMD ["sh", "-c", "migrate && exec server"]
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether a shell or a script should run the
// commands.
//
// # Exceptions
//
// It does not report:
//
//   - arrays that start a shell
//   - the semicolon of `find -exec`
var ShellOperatorInExecForm = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-operator-in-exec-form",
		Title:    "Shell operator in a JSON array has no effect",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkShellOperatorInExecForm,
}

func checkShellOperatorInExecForm(p *facts.Pass[*facts.Dockerfile]) {
	eachArray(p, func(words []dockerfile.Word) {
		for _, w := range words[1:] {
			switch w.Text {
			case "&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&":
				p.Report(lint.Finding{
					Span:    w.Span,
					Message: fmt.Sprintf("%q is passed to the program as an argument, because no shell reads a JSON array; start a shell, or write a script", w.Text),
				})
				return
			}
		}
	})
}
