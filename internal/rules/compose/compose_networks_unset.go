package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeNetworksUnset reports services without `networks` in a file with several
// services, in one finding for the file.
//
// # Why it matters
//
// All these services share the default network of the project, so a front end can
// connect directly to the database. Someone who takes over one service can reach all
// others.
//
// The rule is off by default, because the default network belongs to the project
// alone, which is enough for most projects.
//
// # How to fix it
//
// Name a network for each group of services that talk to each other:
//
//	services:
//	  web:
//	    networks: [front]
//	  api:
//	    networks: [front, back]
//	  db:
//	    networks: [back]
//
// # Exceptions
//
// It does not report:
//
//   - services with `network_mode`, such as those in the network of another service
//   - services with `extends`, and files that are merged with another Compose file
var ComposeNetworksUnset = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-networks-unset",
		Title:    "All services share one network",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-5.30", "OWASP-R5", "kics:networks_not_set"),
		Options:  []lint.Option{perService()},
	},
	Check: checkComposeNetworksUnset,
}

func checkComposeNetworksUnset(p *facts.Pass[*facts.Compose]) {
	whole := wholeServices(p.Doc)
	if len(whole) < 2 {
		return
	}
	l := lacking{message: "no networks are set for %s, so every service of the project can connect to every other; name networks for those that talk to each other"}
	for _, s := range whole {
		if !s.Has("networks") && !s.Has("network_mode") {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
