package dockerfile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// SshdInImage reports an SSH server (openssh-server or dropbear) that the final stage
// installs and starts, configures or exposes.
//
// # Why it matters
//
// An SSH server is a second way into the container, with its own keys, users and updates.
// It is also a second process that the container must start and supervise.
//
// # How to fix it
//
// Remove the server, and open a shell in a running container with `docker exec`:
//
//	docker exec -it CONTAINER sh
//
// # Fix safety
//
// There is no automatic fix: people who log in through SSH need another way first.
//
// # Exceptions
//
// It does not report:
//
//   - builder stages, and stages for development
//   - images whose own program is the SSH server: `CMD` or `ENTRYPOINT` starts it
//   - a package that is only installed: the file does not start or configure the server
//     and does not expose port 22
//
// The severity is info where the file adds `authorized_keys`, a configuration file or
// another port, because the image is then made for SSH.
var SshdInImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "sshd-in-image",
		Title:    "Image contains an SSH server",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-5.7"),
	},
	Check: checkSshdInImage,
}

func checkSshdInImage(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		if (c.Action != "install" && c.Action != "add") || s == nil || !s.InFinalImage() {
			return
		}
		if isDevelopment(s) || startsSSH(p.Doc) {
			return
		}
		at := slices.IndexFunc(c.Packages, func(a facts.Argument) bool {
			return a.Text == "openssh-server" || a.Text == "dropbear" || a.Text == "dropbear-run"
		})
		if at < 0 {
			return
		}
		server, configured, meant := sshdUse(p.Doc, s)
		if !server && !configured {
			return
		}
		f := lint.Finding{
			Span:    c.Packages[at].Span,
			Message: fmt.Sprintf("%s is a second way into the container, with its own keys and users; use docker exec", quoteShort(c.Packages[at].Text)),
		}
		if meant {
			f.Severity = lint.Info
		}
		p.Report(f)
	}, "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper")
}
