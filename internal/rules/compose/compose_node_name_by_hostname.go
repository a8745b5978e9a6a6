package compose

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// ComposeNodeNameByHostname reports RabbitMQ services that keep their data in a volume and
// set no `hostname`.
//
// # Why it matters
//
// RabbitMQ keeps its data in a folder that is named after the node, and the node is named
// after the host name of the container. Without `hostname`, that is the ID of the
// container. A new container uses an empty folder, so the queues, users and messages in
// the volume are no longer found.
//
// # How to fix it
//
// Set `hostname` to a fixed name, or set `RABBITMQ_NODENAME`.
//
// # Fix safety
//
// There is no automatic fix: existing data belongs to a node name that the file does not show.
//
// # Exceptions
//
// It does not report:
//
//   - services without a volume for the data
//   - `network_mode: host`
//   - services with an environment file, which can set the name
//   - services that take keys from elsewhere with `extends` or `<<`
var ComposeNodeNameByHostname = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-node-name-by-hostname",
		Title:    "The broker does not find its data under a new host name",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeNodeNameByHostname,
}

func checkComposeNodeNameByHostname(p *facts.Pass[*facts.Compose]) {
	for _, s := range wholeServices(p.Doc) {
		value, ok := s.ImageTrait(images.NodeByHostname)
		variable, folder, _ := strings.Cut(value, " ")
		if !ok || s.Has("hostname") || s.Has("network_mode") || s.Has("build") {
			continue
		}
		if len(s.EnvFiles()) > 0 {
			continue
		}
		_, named := s.Getenv(variable)
		mounts := s.AllMounts()
		at := slices.IndexFunc(mounts, func(m compose.Mount) bool { return keepsNodes(m, folder) })
		if named || at < 0 {
			continue
		}
		p.Report(lint.Finding{
			Span:    mounts[at].Span,
			Message: fmt.Sprintf("%q stores its data under its host name, which changes with each new container, so a new container starts without data; set hostname", shortText(s.Name)),
		})
	}
}

// keepsNodes reports whether a mount keeps what lies in the folder of the data, or in the
// one in it for the nodes.
func keepsNodes(m compose.Mount, folder string) bool {
	if !m.Known || m.ReadOnly || m.Kind == compose.Memory {
		return false
	}
	target := path.Clean(m.Target)
	return target == folder || target == folder+"/mnesia"
}
