package compose

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// ComposeServiceKeysNotSorted reports services whose keys are not in the usual order:
// the source of the image and the name, what the service depends on, its data, its
// environment, its network, and how it runs. The option `order` sets another order. A
// key that is not in the order stays after the key above it.
//
// # Why it matters
//
// If all services have the same order, a reader finds a key faster and sees what is
// missing. Any order works, so the rule is off by default.
//
// # How to fix it
//
// Sort the keys:
//
//	web:
//	  image: nginx:1.29
//	  depends_on: [api]
//	  ports: ["80:80"]
//	  restart: unless-stopped
//
// # Exceptions
//
// It does not report:
//
//   - services with merge keys (`<<`)
//   - files whose services share another order, unless `order` is set
//   - services with comments that cannot be assigned to one key
var ComposeServiceKeysNotSorted = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-service-keys-not-sorted",
		Title:    "Keys of a service are not in the usual order",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("dclint:service-keys-order"),
		Options: []lint.Option{
			{Name: "order", Doc: "the keys in the order that you want", Kind: lint.ListOption, OptionValue: lint.OptionValue{List: serviceKeyOrder}},
		},
	},
	Check: checkComposeServiceKeysNotSorted,
}

// serviceKeyOrder begins with what most readers look for.
var serviceKeyOrder = []string{
	"image", "build", "container_name", "extends", "provider", "pull_policy", "platform", "profiles",
	"depends_on", "volumes", "volumes_from", "tmpfs", "configs", "secrets",
	"environment", "env_file", "labels", "annotations",
	"ports", "expose", "networks", "network_mode", "hostname", "dns", "extra_hosts", "links",
	"user", "working_dir", "entrypoint", "command", "init", "restart", "healthcheck", "stop_signal", "stop_grace_period", "logging", "deploy", "develop",
}

func checkComposeServiceKeysNotSorted(p *facts.Pass[*facts.Compose]) {
	wanted := p.Options.List("order")
	if slices.Equal(wanted, serviceKeyOrder) && shareOrder(p.Doc) {
		return
	}
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
			Span: n.Pairs[at].Key.Span,
			Message: fmt.Sprintf(
				"the keys are not in the usual order; move %[2]q above %[1]q",
				shortText(n.Pairs[at].Key.Value),
				shortText(n.Pairs[order[at]].Key.Value),
			),
			Fixes: fixes,
		})
	}
}

// shareOrder reports whether the services of a file have an order of their own: of the
// pairs of keys that several of them have, at least four in five stand as in most of them.
func shareOrder(d *facts.Compose) bool {
	type pair struct{ first, second string }
	seen := map[pair]int{}
	for _, s := range d.All() {
		n := s.Pair.Value
		if n.Kind != yaml.Mapping {
			continue
		}
		keys := n.Pairs[:min(len(n.Pairs), 2*len(serviceKeyOrder))]
		for i, a := range keys {
			for _, b := range keys[i+1:] {
				seen[pair{a.Key.Value, b.Key.Value}]++
			}
		}
	}
	most, all := 0, 0
	for order, count := range seen {
		against := seen[pair{order.second, order.first}]
		if count+against < 2 || (against > 0 && order.first > order.second) {
			continue // one service has both, or it was counted the other way round
		}
		most += max(count, against)
		all += count + against
	}
	return all > 0 && 5*most >= 4*all
}
