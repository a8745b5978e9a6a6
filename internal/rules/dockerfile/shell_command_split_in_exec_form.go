package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ShellCommandSplitInExecForm reports JSON arrays such as `["sh", "-c", "node",
// "server.js"]`, in which the command after `-c` is split into several elements.
//
// # Why it matters
//
// The shell runs only the element after `-c`. The elements that follow become its
// parameters `$0`, `$1` and so on, so `node` starts without `server.js`.
//
// # How to fix it
//
// Write the command as one string, or remove the shell:
//
//	CMD ["sh", "-c", "node server.js"]
//	CMD ["node", "server.js"]
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether the elements are one script or its
// parameters.
//
// # Exceptions
//
// It does not report:
//
//   - scripts of several words
//   - scripts that use a parameter, such as `$@` or `$1`
var ShellCommandSplitInExecForm = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-command-split-in-exec-form",
		Title:    "Shell runs only the first word of the command",
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
					Span: words[2].Span,
					Message: fmt.Sprintf(
						"the shell runs only %s, and %s is not part of the command; write the whole command as one string after %s",
						quoteShort(script),
						quoteShort(words[3].Text),
						quoteShort(words[1].Text),
					),
				})
			}
		}
	}
}
