package compose

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePrivilegedPort reports published container ports below 1024, other than those of
// the option `allowed`: 80 and 443, on which most web servers of official images listen.
//
// # Why it matters
//
// On many systems, only root or a program with a capability can open these ports. The
// program then fails there when it runs as another user.
//
// The rule is off by default, because Docker lets every user open them.
//
// # How to fix it
//
// Let the program listen on a higher port, and publish that one:
//
//	ports:
//	  - "22:2222"
//
// # Exceptions
//
// It does not report entries that contain a variable.
var ComposePrivilegedPort = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-privileged-port",
		Title:    "Container port is below 1024",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-5.8", "kics:privileged_ports_mapped_in_container"),
		Options: []lint.Option{{
			Name: "allowed", Doc: "container ports that are not reported", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"80", "443"}},
		}},
	},
	Check: checkComposePrivilegedPort,
}

func checkComposePrivilegedPort(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, port := range s.PublishedPorts() {
			if !port.Known || port.Problem != compose.PortFine || port.Target.First == 0 || port.Target.First > 1023 {
				continue
			}
			if slices.Contains(p.Options.List("allowed"), strconv.Itoa(port.Target.First)) {
				continue
			}
			p.Report(lint.Finding{
				Span:    port.Span,
				Message: fmt.Sprintf("on many systems, only root can listen on port %d, which %q uses; make the program listen on a port above 1023", port.Target.First, shortText(s.Name)),
			})
		}
	}
}
