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

// AccountPasswordSet reports commands in `RUN` that set the password of an account:
// `chpasswd`, `passwd --stdin`, and `useradd` or `usermod` with `-p`. The severity is
// info where a comment above the instruction mentions the password.
//
// # Why it matters
//
// The password is the same in every container, and anyone who can pull the image can
// read it in the image's history. If the container accepts logins, for example over SSH,
// they can log in with it.
//
// # How to fix it
//
// Use a login without a password, such as an SSH key. If the account needs a password,
// set it when the container starts, from a secret.
//
// # Fix safety
//
// There is no automatic fix: users who log in with the password need another way to log in first.
//
// # Exceptions
//
// It does not report:
//
//   - accounts that are locked, with `passwd -l` or with a password that begins with
//     `!` or is `*`
//   - a `RUN` with a secret mount, which can provide the password
//   - a stage that makes the password expire at once with `passwd -e`, or that turns
//     off password logins over SSH with `PasswordAuthentication no`
//   - `root:Docker!`, which Azure App Service requires for SSH
var AccountPasswordSet = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "account-password-set",
		Title:    "Account password is set in the image",
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
		if !setsPassword(c) || hasSecretMount(c.Instruction) || (!p.Hadolint && cannotLogIn(p.Doc, c)) {
			return
		}
		severity := lint.Warning
		if commentAbove(p.Doc, c.Instruction, "password") {
			severity = lint.Info
		}
		p.Report(lint.Finding{
			Span: c.Span, Severity: severity,
			Message: fmt.Sprintf("%s sets a password that is the same in every container and can be read from the image; log in without a password, or set it when the container starts", quoteShort(c.Name())),
		})
	}, "passwd", "useradd", "usermod")
}

// cannotLogIn reports whether the file makes the password useless, or has to set it.
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
		return strings.Contains(in.Body, "PasswordAuthentication no") ||
			(strings.Contains(in.Body, "passwd ") && slices.ContainsFunc(d.Commands(in), expires))
	})
}

// commentAbove reports whether the comment directly above an instruction has a word.
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
