package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ExposeSshPort finds EXPOSE 22: an SSH server in a container is one more way
// in, with keys and users that nobody looks after.
//
// docker exec and kubectl exec give a shell without it. Git servers are meant
// to speak SSH: silence the rule there.
var ExposeSshPort = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-ssh-port",
		Title:    "The SSH port is exposed",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-5.9", "CKV_DOCKER_1", "DS004", "kics:exposing_port_22"),
	},
	Check: checkExposeSshPort,
}

func checkExposeSshPort(p *lint.Pass[*facts.Dockerfile]) {
	p.Doc.Each("expose", true, func(in *dockerfile.Instruction) {
		for _, w := range in.Words {
			port, protocol, _ := strings.Cut(bare(w.Text), "/")
			if port == "22" && (protocol == "" || strings.EqualFold(protocol, "tcp")) {
				p.Report(lint.Finding{Span: w.Span, Message: "port 22 is that of SSH, a way into the container with keys and users of its own; use docker exec, and do not expose it"})
			}
		}
	})
}
