package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeServiceKeysNotSorted finds a service whose keys are not in one order:
// where it comes from and its name, what it depends on, its data, its
// environment, its network, and how it runs.
//
// The option "order" has another order. Keys that are not in it keep their place
// behind the key above them.
//
// Off by default: any order works. Silent for services with merge keys, and where
// comments stand apart.
var ComposeServiceKeysNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-service-keys-not-sorted",
		Title:    "The keys of a service are not in the usual order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:service-keys-order"),
		Options:  []lint.Option{{Name: "order", Doc: "the keys in their order", Kind: lint.ListOption, OptionValue: lint.OptionValue{List: serviceKeyOrder}}},
	},
	Check: checkComposeServiceKeysNotSorted,
}

// serviceKeyOrder goes from what a reader asks first to what few ask.
var serviceKeyOrder = []string{
	"image", "build", "container_name", "extends", "provider", "pull_policy", "platform", "profiles",
	"depends_on", "volumes", "volumes_from", "tmpfs", "configs", "secrets",
	"environment", "env_file", "labels", "annotations",
	"ports", "expose", "networks", "network_mode", "hostname", "dns", "extra_hosts", "links",
	"user", "working_dir", "entrypoint", "command", "init", "restart", "healthcheck", "stop_signal", "stop_grace_period", "logging", "deploy", "develop",
}

func checkComposeServiceKeysNotSorted(p *facts.Pass[*facts.Compose]) {
	wanted := p.Options.List("order")
	for _, s := range p.Doc.All() {
		n := s.Pair.Value
		if n.Kind != yaml.Mapping {
			continue
		}
		ranks := make([]int, len(n.Pairs))
		previous := -1
		for i, pair := range n.Pairs {
			if rank := slices.Index(wanted, pair.Key.Value); rank >= 0 {
				previous = rank
			}
			ranks[i] = previous
		}
		order := sortedOrder(len(ranks), func(a, b int) int { return ranks[a] - ranks[b] })
		fixes, ok := reordered(p.Doc, n, order)
		if !ok {
			continue
		}
		at := firstMisplaced(order)
		p.Report(lint.Finding{
			Span:    n.Pairs[at].Key.Span,
			Message: fmt.Sprintf("%q does not come here in the usual order of keys; %q does", shortText(n.Pairs[at].Key.Value), shortText(n.Pairs[order[at]].Key.Value)),
			Fixes:   fixes,
		})
	}
}
