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

// ComposeNodeNameByHostname finds RabbitMQ with a volume for its data and no hostname.
//
// The broker keeps its data in a folder that is named after its node, and the node after
// the container's host name. Without hostname that is the container's id, so a container
// that is made anew begins with an empty folder: queues, users and messages in the volume
// are no longer found.
//
// Set hostname to a name that stays, or RABBITMQ_NODENAME.
//
// Silent where nothing keeps the data, with the network of the host, where an environment
// file may name the node, and for services that take keys of others.
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
		if !ok || s.Has("hostname") || s.Has("network_mode") || s.Has("build") || len(s.EnvFiles()) > 0 {
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
			Message: fmt.Sprintf("%q keeps its data under the name of its host, which is a new one for each container, so a new container does not find them; set hostname", shortText(s.Name)),
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
