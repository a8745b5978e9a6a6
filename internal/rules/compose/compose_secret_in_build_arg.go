package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeSecretInBuildArg reports build arguments that hold a secret: by their name,
// or because a `RUN` of the Dockerfile uses them as a password or a token.
//
// # Why it matters
//
// The value of a build argument stays in the history of the image. Anyone who can pull
// the image can read it with `docker history`.
//
// # How to fix it
//
// Pass the secret with `build.secrets`, and mount it in the `RUN` that needs it:
//
//	services:
//	  web:
//	    build:
//	      context: .
//	      secrets: [npm_token]
//	secrets:
//	  npm_token:
//	    environment: NPM_TOKEN
//
// In the Dockerfile:
//
//	RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci
//
// # Fix safety
//
// There is no automatic fix: the Dockerfile must read the secret from a mount first. Replace
// the secret too (revoke the token, change the password), because earlier images contain it.
//
// # Exceptions
//
// It does not report:
//
//   - names of public keys, versions, paths and the like, and names such as `VITE_API_KEY`,
//     whose values are sent to browsers
//   - arguments that only stages outside of the image declare, unless a `RUN` uses them as
//     a password or token
//   - values that are empty, placeholders or switches
//   - arguments that the Dockerfile does not declare, which the rule
//     `compose-build-arg-undeclared` reports
var ComposeSecretInBuildArg = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-secret-in-build-arg",
		Title:    "Secret is passed as a build argument",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native", "hardening"},
		Aliases:  lint.Names("CIS-4.10", "OWASP-R12"),
	},
	Check: checkComposeSecretInBuildArg,
}

func checkComposeSecretInBuildArg(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		b, ok := s.Build()
		if !ok {
			continue
		}
		var declared map[string]bool
		var built *facts.ServiceBuild
		known := false
		if read, err := p.Project.Build(s); err == nil && read != nil && read.File != nil {
			declared, known = read.File.ArgumentNames()
			built = read
		}
		for _, kv := range b.Args {
			if known && !declared[kv.Key] {
				continue // it gets nowhere: compose-build-arg-undeclared
			}
			secret, password := namesSecret(kv.Key, kv.Value.Text)
			isUsed := built != nil && built.File.UsedAsSecret(kv.Key) != nil
			if isUsed && !secret {
				secret, password = true, true
			}
			where := "the history of the image, so anyone who has the image"
			if built != nil && built.Stage != nil && !declares(built, kv.Key) {
				if !isUsed {
					continue // the image does not show it
				}
				where = "the build cache, so anyone who can use the cache"
			}
			if !secret || (kv.Value.Exists() && kv.Value.Known && kindOfSecret(kv.Value.Text, password) != literal) {
				continue
			}
			if kv.Pair != nil && kv.Pair.Value.Is(yaml.Scalar) && !kv.Pair.Value.IsNull() && !kv.Value.Exists() {
				continue
			}
			p.Report(lint.Finding{
				Span:    kv.KeySpan,
				Message: fmt.Sprintf("%q stays in %s can read it; use build.secrets, and mount it in the RUN that needs it", shortText(kv.Key), where),
			})
		}
	}
}

// declares reports whether a stage of the image that a service is built from has an ARG
// of that name.
func declares(b *facts.ServiceBuild, name string) bool {
	return slices.ContainsFunc(b.Stage.Chain(), func(s *facts.Stage) bool {
		return slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool {
			return in.Keyword == "arg" && slices.ContainsFunc(in.Pairs, func(p dockerfile.Pair) bool { return p.Key == name })
		})
	})
}
