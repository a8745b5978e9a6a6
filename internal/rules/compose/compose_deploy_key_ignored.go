package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDeployKeyIgnored finds keys of deploy that only a swarm reads: placement,
// update_config, rollback_config and endpoint_mode. "docker compose up" does as if
// they were not there.
//
// Off by default: the file does not show that it is none for a swarm. Silent for
// resources, replicas and restart_policy, which Compose reads.
var ComposeDeployKeyIgnored = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deploy-key-ignored",
		Title:    "Compose ignores a key that only a swarm reads",
		Category: lint.Correctness,
		Severity: lint.Info,
		Since:    "0.1.0",
	},
	Check: checkComposeDeployKeyIgnored,
}

func checkComposeDeployKeyIgnored(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, key := range swarmKeys() {
			pair := p.Doc.View.Pair(s.Get("deploy"), key)
			if !isSet(pair) {
				continue
			}
			p.Report(lint.Finding{
				Span:    pair.Key.Span,
				Message: fmt.Sprintf("%q is read by a swarm only; without one, delete it", key),
			})
		}
	}
}
