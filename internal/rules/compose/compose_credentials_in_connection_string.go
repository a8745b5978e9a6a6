package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeCredentialsInConnectionString finds addresses with a user and a
// password, as postgres://user:password@db or Server=db;User Id=sa;Password=x, in the
// environment, in commands and in labels.
//
// Whoever has the repository has the password, and it stays in its history. Put
// a reference in its place: "${DB_PASSWORD:?}".
//
// Placeholders are info, and excused, as are defaults of variables in a service without
// a port, everything in files for development, and words that no generator made in a
// service that is not started again when it ends. Silent
// for references without a default, for a user without a password, and, in files
// for development, for the passwords that everybody knows.
//
// There is no fix: the password has to move into a secret, which is created outside of the
// file, and has to be changed, since others may have read it.
var ComposeCredentialsInConnectionString = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-credentials-in-connection-string",
		Title:    "An address holds a user with the password",
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
					Message: "the password in this address is there for everybody who has the file; put a reference in its place, as ${DB_PASSWORD:?}",
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
