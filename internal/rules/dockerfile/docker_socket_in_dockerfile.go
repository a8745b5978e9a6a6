package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DockerSocketInDockerfile finds VOLUME and COPY of the socket of Docker,
// containerd, CRI-O or Podman: who can write to it is root on the host.
var DockerSocketInDockerfile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "docker-socket-in-dockerfile",
		Title:    "The engine's socket is named",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("CIS-5.32", "OWASP-R1", "semgrep:dockerfile-dockerd-socket-mount"),
	},
	Check: checkDockerSocketInDockerfile,
}

func checkDockerSocketInDockerfile(p *facts.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"volume", "copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			for _, w := range in.Words {
				switch baseName(bare(w.Text)) {
				case "docker.sock", "containerd.sock", "crio.sock", "podman.sock":
					p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("who can write to %s is root on the host; leave it out of the image, and give it only to the container that has to have it", quoteShort(w.Text))})
				}
			}
		})
	}
}
