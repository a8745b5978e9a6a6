package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DefaultShellRelinked reports `RUN` instructions that replace `/bin/sh` with another
// program, such as `ln -sf /bin/bash /bin/sh`.
//
// # Why it matters
//
// All scripts of the distribution then run in a shell that they were not written for.
// `SHELL` changes the shell of the build only.
//
// The rule is off by default, because few scripts break.
//
// # How to fix it
//
// Set the shell of the build:
//
//	SHELL ["/bin/bash", "-o", "pipefail", "-c"]
var DefaultShellRelinked = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "default-shell-relinked",
		Title:    "/bin/sh is replaced with another shell",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL4005", Severity: lint.Warning}},
			lint.Names("kics:change_default_shell", "kics:changing_default_shell_using_run_command", "kics:changing_default_shell_using_shell_command", "semgrep:use-shell-instruction")...,
		),
	},
	Check: checkDefaultShellRelinked,
}

func checkDefaultShellRelinked(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		args := c.Positional("-t", "--target-directory", "-S", "--suffix")
		if (c.Name() != "ln" && (c.Name() != "mv" || p.Hadolint)) || len(args) == 0 {
			return
		}
		if args[len(args)-1].Text != "/bin/sh" {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s changes the shell of every script in the image; set the shell of the build with SHELL", quoteShort(p.Doc.Text(c.Span))),
		})
	}, "/bin/sh")
}
