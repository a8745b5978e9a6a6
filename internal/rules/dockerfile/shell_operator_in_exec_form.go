package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellOperatorInExecForm finds shell operators as elements of a JSON array.
//
// Without a shell they mean nothing: the program gets "&&" as an argument, and
// what stands behind it never runs. Start a shell, or write a script.
//
// Silent below a shell, and for the semicolon of "find -exec".
//
// There is no fix: a shell would stay in front of the program, or a script has to do it;
// only the author knows which is wanted.
var ShellOperatorInExecForm = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-operator-in-exec-form",
		Title:    "A shell operator in a JSON array is a plain argument",
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
					Message: fmt.Sprintf("%q is passed to the program as an argument, since no shell reads a JSON array; start a shell, or write a script", w.Text),
				})
				return
			}
		}
	})
}
