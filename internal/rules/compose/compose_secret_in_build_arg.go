package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeSecretInBuildArg finds build arguments whose name says that their value
// is a secret, or that a RUN of the Dockerfile uses as a password or token.
//
// Arguments stay in the history of the image, for everybody who has it. Pass the
// secret with build.secrets, and mount it in the RUN that needs it.
//
// Silent for public keys, versions, paths and the like, and for values that are
// empty, placeholders or switches, and for arguments that the Dockerfile does not
// declare.
//
// There is no fix: the Dockerfile has to read the secret from a mount first, and the value
// has to be changed, since it is in the history of the image.
var ComposeSecretInBuildArg = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-secret-in-build-arg",
		Title:    "A secret is passed as a build argument",
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
			if !secret && built != nil && built.File.UsedAsSecret(kv.Key) != nil {
				secret, password = true, true
			}
			if !secret || kv.Value.Exists() && kv.Value.Known && kindOfSecret(kv.Value.Text, password) != literal {
				continue
			}
			if kv.Pair != nil && kv.Pair.Value.Is(yaml.Scalar) && !kv.Pair.Value.IsNull() && !kv.Value.Exists() {
				continue
			}
			p.Report(lint.Finding{
				Span:    kv.KeySpan,
				Message: fmt.Sprintf("%q stays in the history of the image, for everybody who has it; pass it with build.secrets, and mount it in the RUN that needs it", shortText(kv.Key)),
			})
		}
	}
}
