package compose

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeDeployKeyIgnored reports the keys of `deploy` that only a swarm reads:
// `placement`, `update_config`, `rollback_config` and `endpoint_mode`.
//
// # Why it matters
//
// `docker compose up` ignores these keys without a warning, so a reader expects a
// behavior that does not exist.
//
// The rule is off by default, because the file does not show whether it is also
// deployed to a swarm.
//
// # How to fix it
//
// Remove the key if you start the file only with `docker compose`.
//
// # Exceptions
//
// It does not report `resources`, `replicas` and `restart_policy`, which Compose
// reads.
var ComposeDeployKeyIgnored = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-deploy-key-ignored",
		Title:    "Key of deploy has no effect outside of a swarm",
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
				Message: fmt.Sprintf("%q applies only to a swarm, and \"docker compose up\" ignores it; remove it unless you deploy this file to a swarm", key),
			})
		}
	}
}
