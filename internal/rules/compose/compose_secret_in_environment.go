package compose

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeSecretInEnvironment reports environment variables whose name says that they
// hold a secret, if their value is written in the file, or is the default of a
// variable.
//
// Findings have severity info and the variant `excused`:
//
//   - for placeholders, such as `changeme`
//   - for simple initial passwords in a service that publishes no port on all
//     addresses, such as `postgres` or the name of the user, if no service of the file
//     gets secrets from outside
//   - for the default of a variable, in a service that publishes no port
//   - for passwords of trust stores, which protect only public certificates
//   - for a word that does not look generated, in a service that is not restarted when
//     it ends, unless the name of the file says production
//   - in files for development, tests, demonstrations or exercises
//
// # Why it matters
//
// Anyone who can read the repository gets the secret. It remains in the history of the
// repository when the line is removed.
//
// # How to fix it
//
// Read the value from outside of the file, and change the secret, because others may
// have read it:
//
//	environment:
//	  POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
//
// An `env_file` that is not in the repository, or a secret, works too.
//
// # Fix safety
//
// There is no automatic fix: the value must be stored in another place first.
//
// # Exceptions
//
// It does not report:
//
//   - names that also contain a word such as file, path or public
//   - empty values, switches and paths
//   - addresses with a password, which the rule
//     `compose-credentials-in-connection-string` reports
//   - services whose security is turned off, where nothing checks the secret
//   - well-known passwords and placeholders in files for development
var ComposeSecretInEnvironment = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-secret-in-environment",
		Title:    "Secret is written in the Compose file",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CL-0020", "OWASP-R12"),
	},
	Check: checkComposeSecretInEnvironment,
}

func checkComposeSecretInEnvironment(p *facts.Pass[*facts.Compose]) {
	seen := map[text.Span]bool{}
	// Where other secrets come from outside, a word for a start is an oversight.
	fromOutside := slices.ContainsFunc(p.Doc.All(), takesSecrets)
	for _, s := range p.Doc.All() {
		if securityIsOff(s) {
			continue // nothing asks for the secret
		}
		words := sync.OnceValue(func() internalWords { return internalWordsOf(s) })
		for _, kv := range s.Env() {
			secret, password := namesSecret(kv.Key, kv.Value.Text)
			if !secret || !kv.Value.Exists() || !kv.Value.Known || seen[kv.Span] {
				continue
			}
			seen[kv.Span] = true
			if _, inAddress := facts.URLPassword(kv.Value.Text); inAddress {
				continue // compose-credentials-in-connection-string
			}
			where := "is written out here"
			if kv.Value.Template.HasVariables() {
				where = "has a secret as its default"
			}
			guardsLittle := strings.Contains(strings.ToUpper(kv.Key), "TRUSTSTORE") || kv.Value.Text == "guest"
			isInternal := isOwnDefault(s, kv.Value) || (!fromOutside && words().isInternal(kv.Value.Text))
			f, ok := weighSecret(p, lint.Finding{
				Span:    kv.Span,
				Message: fmt.Sprintf("%q %s, so anyone who can read the file gets it; use ${%s:?}, an env_file outside the repository, or a secret", shortText(kv.Key), where, shortText(kv.Key)),
			}, kv.Value.Text, password, guardsLittle || isInternal || isForTrial(p, s, kv.Value.Text))
			if ok {
				p.Report(f)
			}
		}
	}
}
