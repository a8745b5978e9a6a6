package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SecretInRunCommand finds RUN instructions that hold a password or a token as
// it is: in an address, as curl's user, in a header. It stays readable in the
// image's history.
//
// Use RUN --mount=type=secret and read it from the file.
//
// Silent for variables, for placeholders, and for a user without a password.
var SecretInRunCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "secret-in-run-command",
		Title:    "A secret stands in a command",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkSecretInRunCommand,
}

func checkSecretInRunCommand(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !strings.Contains(in.Args, "://") && !strings.Contains(in.Args, "docker login") && !strings.Contains(in.Args, "_authToken") {
			return
		}
		for _, c := range p.Doc.Commands(in) {
			at, what := literalSecret(c)
			if what == "" {
				continue
			}
			p.Report(lint.Finding{Span: at.Span, Message: what + " stands in this command, and in the image's history; mount it with RUN --mount=type=secret"})
			return
		}
	})
}

// literalSecret finds a word of a command that holds a secret; what names its kind.
func literalSecret(c *facts.Command) (at facts.Argument, what string) {
	args := c.Args()
	for i, a := range args {
		if facts.HasURLPassword(a.Text) {
			return a, "a password in an address"
		}
		if i+1 >= len(args) {
			continue
		}
		next := args[i+1]
		switch {
		case c.Name() == "curl" && (a.Text == "-u" || a.Text == "--user"):
			if _, password, ok := strings.Cut(next.Text, ":"); ok && facts.IsLiteralSecret(password) {
				return next, "a password"
			}
		case (c.Name() == "curl" || c.Name() == "wget") && (a.Text == "-H" || a.Text == "--header"):
			name, value, _ := strings.Cut(next.Text, ":")
			value = strings.TrimSpace(value)
			_, token, ok := strings.Cut(value, " ")
			if strings.EqualFold(name, "authorization") && ok && facts.IsLiteralSecret(token) {
				return next, "a token"
			}
		case c.Name() == "docker" && firstAction(c) == "login" && (a.Text == "-p" || a.Text == "--password") && facts.IsLiteralSecret(next.Text):
			return next, "a password"
		case strings.HasSuffix(a.Text, ":_authToken") && facts.IsLiteralSecret(next.Text):
			return next, "a token"
		}
	}
	return at, ""
}
