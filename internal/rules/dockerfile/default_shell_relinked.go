package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DefaultShellRelinked finds RUN instructions that put another program in the
// place of /bin/sh.
//
// Every script of the distribution then runs in a shell that it was not written
// for. SHELL changes what the build uses and nothing else.
//
// Off by default: where it is done it works, and what breaks by it is rare.
var DefaultShellRelinked = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "default-shell-relinked",
		Title:    "/bin/sh is made another shell",
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
		if c.Name() != "ln" && (c.Name() != "mv" || p.Hadolint) || len(args) == 0 || args[len(args)-1].Text != "/bin/sh" {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s changes the shell of every script in the image; change the build's with SHELL", quoteShort(p.Doc.Text(c.Span))),
		})
	}, "/bin/sh")
}
