package compose

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposePrivilegedPort finds container ports below 1024, but for 80 and 443
// (option "allowed").
//
// Only root, or a program with a capability, can open them on many systems. Let
// the program listen on a higher port.
//
// Off by default: Docker lets every user open them.
var ComposePrivilegedPort = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-privileged-port",
		Title:    "A port below 1024 is mapped",
		Category: lint.Security,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-5.8", "kics:privileged_ports_mapped_in_container"),
		Options: []lint.Option{{
			Name: "allowed", Doc: "the ports that may be mapped", Kind: lint.ListOption,
			OptionValue: lint.OptionValue{List: []string{"80", "443"}},
		}},
	},
	Check: checkComposePrivilegedPort,
}

func checkComposePrivilegedPort(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		for _, port := range s.PublishedPorts() {
			if !port.Known || port.Problem != compose.PortFine || port.Target.First == 0 || port.Target.First > 1023 || slices.Contains(p.Options.List("allowed"), strconv.Itoa(port.Target.First)) {
				continue
			}
			p.Report(lint.Finding{
				Span:    port.Span,
				Message: fmt.Sprintf("port %d of %q is one that only root may open on many systems; let the program listen above 1023", port.Target.First, shortText(s.Name)),
			})
		}
	}
}
