package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// SshdInImage finds final stages that install an SSH server or start one: a
// second way in, with keys, users and updates of its own. docker exec gives a
// shell.
//
// Silent in builder stages. Images that are SSH servers: silence the rule
// there.
var SshdInImage = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "sshd-in-image",
		Title:    "An SSH server in the image",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-5.7"),
	},
	Check: checkSshdInImage,
}

func checkSshdInImage(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		if c.Action != "install" && c.Action != "add" || s == nil || !s.InFinalImage() || isDevelopment(s) {
			return
		}
		for _, a := range c.Packages {
			switch a.Text {
			case "openssh-server", "dropbear", "dropbear-run":
				p.Report(lint.Finding{Span: a.Span, Message: fmt.Sprintf("%s is a second way into the container, with keys and users of its own; use docker exec", quoteShort(a.Text))})
				return
			}
		}
	}, "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper")
}
