package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ExposeSshPort reports `EXPOSE` of port 22. The severity is info where SSH is all that
// the image serves, and where nothing in the file installs or starts an SSH server.
//
// # Why it matters
//
// An SSH server is one more way into the container. Its keys, users and updates need
// maintenance, and in an image they are easily forgotten.
//
// # How to fix it
//
// Remove the port, and use `docker exec` or `kubectl exec` to get a shell. For a Git
// server, which needs SSH, ignore the finding.
//
// # Fix safety
//
// There is no automatic fix: users who log in over SSH need another way to log in first.
var ExposeSshPort = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-ssh-port",
		Title:    "SSH port is exposed",
		Category: lint.Security,
		Severity: lint.Warning,
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
				p.Report(
					lint.Finding{
						Span:     w.Span,
						Severity: facts.Once(p.Doc, "severity of port 22", p.Doc.StageOf(in), func() lint.Severity { return sshPortSeverity(p.Doc, in) }),
						Message:  "port 22 is for SSH, which is one more way into the container; remove it, and use docker exec",
					},
				)
			}
		}
	})
}

// sshPortSeverity is a warning where an SSH server runs next to another server.
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
	if !server || (ports == 1 && starts) {
		return lint.Info
	}
	return lint.Warning
}
