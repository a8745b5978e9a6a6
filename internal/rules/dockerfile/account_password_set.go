package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// AccountPasswordSet finds RUN instructions that set the password of an
// account: it is the same in every container, and stands in the image's
// history.
//
// Silent for locking an account, and for a password that is deleted to be set
// later by a secret mount.
var AccountPasswordSet = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "account-password-set",
		Title:    "An account gets a password",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("CKV2_DOCKER_17", "DKL-LI-0001"),
	},
	Check: checkAccountPasswordSet,
}

func checkAccountPasswordSet(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if !setsPassword(c) || hasSecretMount(c.Instruction) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s gives an account a password that is the same in every container and readable in the image; log in without one, or set it when the container starts", quoteShort(c.Name())),
		})
	}, "passwd", "useradd", "usermod")
}

func setsPassword(c *facts.Command) bool {
	switch c.Name() {
	case "chpasswd":
		return true
	case "passwd":
		return c.HasFlag("--stdin", "-d", "--delete") && !c.HasFlag("-l", "--lock")
	case "useradd", "usermod":
		value, ok := c.FlagValue("-p", "--password")
		return ok && value.Text != "*" && value.Text != "!" && value.Text != "" && !strings.HasPrefix(value.Text, "!")
	}
	return false
}

func hasSecretMount(in *dockerfile.Instruction) bool {
	for _, f := range in.Flags {
		if kind, _, _ := facts.MountOption(f, "type"); f.Name == "mount" && kind == "secret" {
			return true
		}
	}
	return false
}
