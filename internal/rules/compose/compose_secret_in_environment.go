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

// ComposeSecretInEnvironment finds variables of the environment whose name says
// that they hold a secret, with the value written out, or as the default of a
// variable.
//
// Whoever has the repository has the secret, and it stays in its history. Read
// it from outside with "${NAME:?}", from an env_file that is not in the
// repository, or from a secret.
//
// Placeholders are excused, and off by default, as are words for a start (the name of the
// user, "postgres") and defaults of variables in a service that nobody reaches from outside,
// passwords of trust stores, which hold what is public, everything in files for
// development, and words that no generator made, in a service that is not started again
// when it ends and in a file whose name does not say production. Silent
// for names that also say file, path, public and the like, for empty values,
// switches and paths, and, in files for development, for the values that
// everybody knows.
//
// There is no fix: the value has to be kept in another place first.
var ComposeSecretInEnvironment = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-secret-in-environment",
		Title:    "A secret stands in the file",
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
			where := "is written out"
			if kv.Value.Template.HasVariables() {
				where = "has its secret as the default"
			}
			guardsLittle := strings.Contains(strings.ToUpper(kv.Key), "TRUSTSTORE") || kv.Value.Text == "guest"
			isInternal := isOwnDefault(s, kv.Value) || !fromOutside && words().isInternal(kv.Value.Text)
			f, ok := weighSecret(p, lint.Finding{
				Span:    kv.Span,
				Message: fmt.Sprintf("%q %s, for everybody who has the file; read it with ${%s:?}, from an env_file that is not in the repository, or from a secret", shortText(kv.Key), where, shortText(kv.Key)),
			}, kv.Value.Text, password, guardsLittle || isInternal || isForTrial(p, s, kv.Value.Text))
			if ok {
				p.Report(f)
			}
		}
	}
}
