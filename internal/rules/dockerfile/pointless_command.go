package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PointlessCommand finds RUN instructions that call programs which make no
// sense in a build: those that look at a running machine (top, ps, free,
// ifconfig), talk to a service manager that is not there (service, systemctl
// start), or wait for a person (vim, ssh).
//
// Silent for what a RUN does around a server that it started itself, for mount
// in a privileged build, and for installing these programs.
//
// There is no fix: what was meant by the command is not in the file.
var PointlessCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pointless-command",
		Title:    "A command without sense in a build",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3001", Severity: lint.Info}},
			lint.Names("DF060", "kics:run_utilities_and_posix_commands", "semgrep:nonsensical-command")...,
		),
	},
	Check: checkPointlessCommand,
}

func checkPointlessCommand(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if !isPointless(c, p.Hadolint) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Words[0].Span,
			Message: fmt.Sprintf("%s makes no sense in a build: there is no running system, and nobody watches; remove it", quoteShort(c.Words[0].Text)),
		})
	}, "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim", "ifconfig", "systemctl", "nano", "htop", "reboot")
}

func isPointless(c *facts.Command, hadolint bool) bool {
	switch c.Name() {
	case "free", "top", "vim", "ifconfig", "shutdown":
		return hadolint || len(c.Words) == 1 || c.Name() == "ifconfig" || c.Name() == "shutdown"
	case "kill", "mount", "ps", "service", "ssh":
		return hadolint
	case "nano", "htop", "reboot":
		return !hadolint
	case "systemctl":
		return !hadolint && firstAction(c) == "start" && !strings.Contains(c.Instruction.Args, "systemd")
	}
	return false
}
