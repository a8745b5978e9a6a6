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
// to speak SSH: silence the rule there. It is an info where SSH is all that the image
// is for, and where nothing in the file installs or starts a server.
var ExposeSshPort = facts.Rule[*facts.Dockerfile]{
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

func checkExposeSshPort(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("expose", true, func(in *dockerfile.Instruction) {
		for _, w := range in.Words {
			if isSSHPort(w.Text) {
				p.Report(lint.Finding{Span: w.Span, Severity: facts.Once(p.Doc, "severity of port 22", p.Doc.StageOf(in), func() lint.Severity { return sshPortSeverity(p.Doc, in) }), Message: "port 22 is that of SSH, a way into the container with keys and users of its own; use docker exec, and do not expose it"})
			}
		}
	})
}

// isSSHPort tells whether a word of EXPOSE is port 22 of TCP.
func isSSHPort(word string) bool {
	port, protocol, _ := strings.Cut(bare(word), "/")
	return port == "22" && (protocol == "" || strings.EqualFold(protocol, "tcp"))
}

// sshPortSeverity is a warning where a server besides others is behind the port.
func sshPortSeverity(d *facts.Dockerfile, in *dockerfile.Instruction) lint.Severity {
	s := d.StageOf(in)
	if s == nil {
		return lint.Warning
	}
	ports, server := 0, false
	for _, x := range s.Chain() {
		for _, c := range x.Instructions {
			switch c.Keyword {
			case "expose":
				ports += len(c.Words)
			case "run", "cmd", "entrypoint":
				src := d.Text(c.Span)
				server = server || strings.Contains(src, "sshd") || strings.Contains(src, "openssh") || strings.Contains(src, "dropbear")
			}
		}
	}
	starts, _, _ := sshdUse(d, s)
	if !server || ports == 1 && starts {
		return lint.Info
	}
	return lint.Warning
}
