package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// isSSHPort reports whether a word of EXPOSE is port 22 of TCP.
func isSSHPort(word string) bool {
	port, protocol, _ := strings.Cut(bare(word), "/")
	return port == "22" && (protocol == "" || strings.EqualFold(protocol, "tcp"))
}

// sshdUse reports whether the stage starts an SSH server, whether it configures or
// exposes one, and whether the image is clearly made for SSH.
func sshdUse(d *facts.Dockerfile, s *facts.Stage) (starts, configures, meant bool) {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "run", "cmd", "entrypoint", "copy", "add", "expose":
			default:
				continue
			}
			src := d.Text(in.Span)
			starts = starts || strings.Contains(src, "/sbin/sshd") || strings.Contains(src, "ssh start") || strings.Contains(src, "sshd start") ||
				strings.Contains(src, "start-ssh") ||
				((in.Keyword == "cmd" || in.Keyword == "entrypoint") && (strings.Contains(src, "sshd") || strings.Contains(src, "dropbear")))
			configures = configures || strings.Contains(src, "sshd_config") || strings.Contains(src, "run/sshd") ||
				strings.Contains(src, "PermitRootLogin") ||
				strings.Contains(src, "ssh_host_") ||
				(in.Keyword == "expose" && slices.ContainsFunc(in.Words, func(w dockerfile.Word) bool { return isSSHPort(w.Text) }))
			meant = meant || strings.Contains(src, "authorized_keys") || (in.Keyword != "run" && strings.Contains(src, "sshd_config")) ||
				(strings.Contains(src, "Port 2") && !strings.Contains(src, "Port 22 "))
		}
	}
	return starts, configures, meant
}

// startsSSH reports whether the SSH server is the program that the image starts.
func startsSSH(d *facts.Dockerfile) bool {
	c, ok := startOf(d)
	return ok && (c.program == "sshd" || c.program == "dropbear")
}
