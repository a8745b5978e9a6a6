package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PointlessCommand reports commands that make no sense in a build: programs that look at
// a running machine (`top`, `free`, `ifconfig`), that control services or the machine
// (`systemctl start`, `shutdown`, `reboot`), or that wait for a person (`vim`, `nano`,
// `htop`).
//
// # Why it matters
//
// A build has no running system, and no one answers. The command fails, waits, or has no
// effect, and the reader does not know what it is for.
//
// # How to fix it
//
// Remove the command. Start a service when the container starts, with `CMD` or
// `ENTRYPOINT`.
//
// # Fix safety
//
// There is no automatic fix: the file does not show what the command was meant for.
//
// # Exceptions
//
// It does not report:
//
//   - installations of these programs
//   - `systemctl start` in an image that uses systemd
//   - `kill`, `mount`, `ps`, `service` and `ssh`, which a build can need
var PointlessCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pointless-command",
		Title:    "Command has no use in a build",
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
			Message: fmt.Sprintf("%s has no use in a build, which has no running system and no terminal; remove it", quoteShort(c.Words[0].Text)),
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
