package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DockerSocketInDockerfile reports `VOLUME`, `COPY` and `ADD` with the socket of Docker,
// containerd, CRI-O or Podman.
//
// # Why it matters
//
// A process that can write to the socket can start a container with full access to the
// host, and so has root privileges on the host.
//
// # How to fix it
//
// Remove the socket from the image. Mount it only into the container that needs it, when
// that container starts.
//
// # Fix safety
//
// There is no automatic fix: only the author knows what the path is for.
var DockerSocketInDockerfile = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "docker-socket-in-dockerfile",
		Title:    "Dockerfile uses the socket of the container engine",
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
					p.Report(lint.Finding{Span: w.Span, Message: fmt.Sprintf("a process that can write to %s has root access to the host; remove it, and mount it only into a container that needs it", quoteShort(w.Text))})
				}
			}
		})
	}
}
