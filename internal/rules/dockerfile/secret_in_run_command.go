package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// SecretInRunCommand reports `RUN` instructions with a literal password or token: in an
// address, in `curl -u`, in an `Authorization` header, in `PGPASSWORD`, `MYSQL_PWD` or
// `SSHPASS`, in `mysql -p`, `wget --password`, `sshpass -p` or `docker login -p`, or in
// npm's `_authToken`.
//
// # Why it matters
//
// The command becomes part of the image's history, so anyone who can pull the image can
// read the secret with `docker history`. Everyone with access to the repository can read
// it too.
//
// # How to fix it
//
// Mount the secret and read it from the file in the command:
//
//	RUN --mount=type=secret,id=token \
//	    curl -H "Authorization: Bearer $(cat /run/secrets/token)" https://example.com/file
//
// # Fix safety
//
// There is no automatic fix: the command must read the secret from a mount, and the secret must be
// replaced because it is already in the history.
//
// # Exceptions
//
// It does not report:
//
//   - variables and placeholders
//   - a user name without a password
//   - default passwords of a server that the build sets up, such as root or postgres
var SecretInRunCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "secret-in-run-command",
		Title:    "Password or token is written in a RUN command",
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
		if !slices.ContainsFunc(secretMarks, func(mark string) bool { return strings.Contains(in.Args, mark) }) {
			return
		}
		for _, c := range p.Doc.Commands(in) {
			at, what := literalSecret(c)
			if what == "" {
				continue
			}
			p.Report(lint.Finding{Span: at.Span, Message: what + " is written in this command, so anyone with the image can read it in the history; mount it with RUN --mount=type=secret"})
			return
		}
	})
}

// secretMarks are texts of which a command with a secret has one.
var secretMarks = []string{"://", "docker login", "_authToken", "PGPASSWORD=", "MYSQL_PWD=", "SSHPASS=", "mysql", "mariadb", "password=", "sshpass"}

// literalSecret finds a word of a command that holds a secret; what names its kind.
func literalSecret(c *facts.Command) (at facts.Argument, what string) {
	args := c.Args()
	if at, ok := assignedPassword(c); ok {
		return at, "a password"
	}
	for i, a := range args {
		if password, ok := passwordFlag(c.Name(), a.Text); ok && isPasswordLiteral(password) {
			return a, "a password"
		}
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
		case c.Name() == "sshpass" && a.Text == "-p" && isPasswordLiteral(next.Text):
			return next, "a password"
		case c.Name() == "docker" && firstAction(c) == "login" && (a.Text == "-p" || a.Text == "--password") && facts.IsLiteralSecret(next.Text):
			return next, "a password"
		case strings.HasSuffix(a.Text, ":_authToken") && facts.IsLiteralSecret(next.Text):
			return next, "a token"
		}
	}
	return at, ""
}

// assignedPassword is the assignment before a command that gives a client its password.
func assignedPassword(c *facts.Command) (at facts.Argument, ok bool) {
	if c.Call == nil {
		return at, false
	}
	for _, a := range c.Call.Assigns {
		if a.Name == nil || a.Value == nil || !slices.Contains([]string{"PGPASSWORD", "MYSQL_PWD", "SSHPASS"}, a.Name.Value) {
			continue
		}
		if value, literal := facts.Literal(a.Value); literal && isPasswordLiteral(value) {
			return facts.Argument{Text: value, Span: c.Script.SpanOf(a)}, true
		}
	}
	return at, false
}

// passwordFlag is the password in a flag that has it in the same word.
func passwordFlag(program, word string) (password string, ok bool) {
	switch program {
	case "mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-admin", "mariadb-dump":
		if password, ok = strings.CutPrefix(word, "--password="); ok {
			return password, true
		}
		return strings.CutPrefix(word, "-p")
	case "wget":
		for _, flag := range []string{"--password=", "--http-password=", "--ftp-password="} {
			if password, ok = strings.CutPrefix(word, flag); ok {
				return password, true
			}
		}
	}
	return "", false
}

// isPasswordLiteral reports whether a word is a password, and not a default that the build
// itself sets.
func isPasswordLiteral(word string) bool {
	switch strings.ToLower(word) {
	case "root", "toor", "admin", "mysql", "postgres", "test", "guest":
		return false
	}
	return facts.IsLiteralSecret(word)
}
