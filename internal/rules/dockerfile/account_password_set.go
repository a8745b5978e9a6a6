package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// AccountPasswordSet finds RUN instructions that set the password of an
// account: it is the same in every container, and stands in the image's
// history.
//
// Silent for locking an account, for a password that is deleted to be set
// later by a secret mount, where it expires at once (passwd -e) or no login over SSH
// takes it, and for the one that Azure App Service asks for. It is an info where a
// comment above speaks of the password.
var AccountPasswordSet = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "account-password-set",
		Title:    "An account gets a password",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CKV2_DOCKER_17", "DKL-LI-0001"),
	},
	Check: checkAccountPasswordSet,
}

func checkAccountPasswordSet(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if !setsPassword(c) || hasSecretMount(c.Instruction) || !p.Hadolint && cannotLogIn(p.Doc, c) {
			return
		}
		severity := lint.Warning
		if commentAbove(p.Doc, c.Instruction, "password") {
			severity = lint.Info
		}
		p.Report(lint.Finding{
			Span: c.Span, Severity: severity,
			Message: fmt.Sprintf("%s gives an account a password that is the same in every container and readable in the image; log in without one, or set it when the container starts", quoteShort(c.Name())),
		})
	}, "passwd", "useradd", "usermod")
}

// cannotLogIn tells whether the file makes the password useless, or must set it.
func cannotLogIn(d *facts.Dockerfile, c *facts.Command) bool {
	if strings.Contains(c.Instruction.Body, "root:Docker!") {
		return true
	}
	s := d.StageOf(c.Instruction)
	return s != nil && s.Any("keeps passwords from being used", func(in *dockerfile.Instruction) bool {
		if in.Keyword != "run" {
			return false
		}
		expires := func(c *facts.Command) bool { return c.Name() == "passwd" && c.HasFlag("-e", "--expire") }
		return strings.Contains(in.Body, "PasswordAuthentication no") || strings.Contains(in.Body, "passwd ") && slices.ContainsFunc(d.Commands(in), expires)
	})
}

// commentAbove tells whether the comment directly above an instruction has a word.
func commentAbove(d *facts.Dockerfile, in *dockerfile.Instruction, word string) bool {
	above := d.Text(text.Span{End: in.Span.Start})
	above = strings.TrimSuffix(above, "\n")
	for {
		start := strings.LastIndexByte(above, '\n') + 1
		line := strings.TrimSpace(above[start:])
		if !strings.HasPrefix(line, "#") {
			return false
		}
		if strings.Contains(strings.ToLower(line), word) {
			return true
		}
		if start == 0 {
			return false
		}
		above = above[:start-1]
	}
}

func setsPassword(c *facts.Command) bool {
	switch c.Name() {
	case "chpasswd":
		return true
	case "passwd":
		return c.HasFlag("--stdin") && !c.HasFlag("-l", "--lock")
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
