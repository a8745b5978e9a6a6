package compose

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ComposeNetworksUnset finds services without networks in a file of several
// services.
//
// They all share the default network of the project, so that a front end reaches
// the database directly. Name networks for those that talk to each other.
//
// Off by default: the default network belongs to the project alone, which is
// enough for most. There is one finding for the file; the option "per-service"
// makes one for each service. Silent for services that use another one's
// network.
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
	l := lacking{message: "the project's default network, with all services in it, is what connects %s; name networks for those that talk to each other"}
	for _, s := range whole {
		if !s.Has("networks") && !s.Has("network_mode") {
			l.services = append(l.services, s)
		}
	}
	l.report(p)
}
