package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeCredentialsInConnectionString reports addresses with a user and a password,
// such as `postgres://user:password@db` or `Server=db;User Id=sa;Password=x`, in the
// environment, the command, the entrypoint and the labels of a service.
//
// Findings have severity info and the variant `excused`:
//
//   - for placeholders, such as `changeme`, and for the password `guest`
//   - for the default of a variable, in a service that publishes no port
//   - for a word that does not look generated, in a service that is not restarted when
//     it ends
//   - in files for development, tests, demonstrations or exercises
//
// # Why it matters
//
// Anyone who can read the repository gets the password. It remains in the history of
// the repository when the line is removed.
//
// # How to fix it
//
// Use a variable that must be set, and change the password, because others may have
// read it:
//
//	DATABASE_URL: postgres://app:${DB_PASSWORD:?}@db/app
//
// # Fix safety
//
// There is no automatic fix: the password must move to a variable or a secret, which is created
// outside of the file.
//
// # Exceptions
//
// It does not report:
//
//   - references to a variable without a default
//   - addresses with a user and no password
//   - well-known passwords and placeholders in files for development
var ComposeCredentialsInConnectionString = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-credentials-in-connection-string",
		Title:    "Connection string contains a password",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CL-0021", "OWASP-R12"),
	},
	Check: checkComposeCredentialsInConnectionString,
}

func checkComposeCredentialsInConnectionString(p *facts.Pass[*facts.Compose]) {
	seen := map[text.Span]bool{}
	for _, s := range p.Doc.All() {
		judge := func(v compose.Value) {
			if !v.Exists() || seen[v.Span] {
				return
			}
			seen[v.Span] = true
			for _, password := range connectionPasswords(v.Text) {
				if strings.ContainsAny(password, "$*{}") {
					continue
				}
				f, ok := weighSecret(p, lint.Finding{
					Span:    v.Span,
					Message: "anyone who can read the file gets the password in this connection string; use a variable, such as ${DB_PASSWORD:?}",
				}, password, true, isOwnDefault(s, v) || password == "guest" || isForTrial(p, s, password))
				if !ok {
					continue
				}
				p.Report(f)
				return
			}
		}
		for _, kv := range s.Env() {
			judge(kv.Value)
		}
		for _, kv := range s.Labels() {
			judge(kv.Value)
		}
		for _, c := range []compose.Command{s.Command(), s.Entrypoint()} {
			for _, v := range c.Words {
				judge(v)
			}
		}
	}
}

// connectionPasswords are the passwords in the addresses of a text.
func connectionPasswords(value string) (passwords []string) {
	if password, ok := facts.ConnectionPassword(value); ok {
		return []string{password}
	}
	for _, word := range strings.Fields(value) {
		if password, ok := facts.URLPassword(word); ok && password != "" {
			passwords = append(passwords, password)
		}
	}
	return passwords
}
