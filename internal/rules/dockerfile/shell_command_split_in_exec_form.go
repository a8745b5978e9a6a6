package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellCommandSplitInExecForm finds ["sh", "-c", "node", "server.js"]: the shell runs the
// word behind -c alone, and the others are its parameters.
//
// Write the command as one string behind -c, or leave the shell out.
//
// Silent where the script names a parameter, such as "$@" or "$1", and where the script has
// several words.
//
// There is no fix: whether the words are one script or arguments of it only the author
// knows.
var ShellCommandSplitInExecForm = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-command-split-in-exec-form",
		Title:    "The shell gets one word of the command",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkShellCommandSplitInExecForm,
}

func checkShellCommandSplitInExecForm(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, in := range s.Instructions {
			words := in.Words
			switch in.Keyword {
			case "run", "entrypoint", "cmd":
			case "healthcheck":
				words = words[min(1, len(words)):]
			default:
				continue
			}
			if !in.JSON || in.Err != nil || len(words) < 4 || !facts.IsShell([]string{words[0].Text, words[1].Text}) {
				continue
			}
			if script := words[2].Text; isPlainWord(script) {
				p.Report(lint.Finding{
					Span:    words[2].Span,
					Message: fmt.Sprintf("the shell runs %s alone, and %s is no part of the command; write all of it as one string behind %s", quoteShort(script), quoteShort(words[3].Text), quoteShort(words[1].Text)),
				})
			}
		}
	}
}
