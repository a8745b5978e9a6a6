package compose

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// isOpenPort reports whether a port is published on every address of the host, and
// no variable decides that.
func isOpenPort(p compose.Port) bool {
	if !p.Known || p.Problem != compose.PortFine || !p.AllInterfaces() {
		return false
	}
	return p.HostIP == "" || p.Long || strings.HasPrefix(strings.TrimPrefix(p.Value.Raw, "["), p.HostIP)
}

// loopbackFix is the fix that publishes a port for the host itself only.
func loopbackFix(d *facts.Compose, p compose.Port) []lint.Fix {
	const title = "publish it on 127.0.0.1"
	if p.Long {
		if d.View.Pair(p.Node, "host_ip") != nil {
			return nil
		}
		edits, ok := d.File.Add(p.Node, "host_ip: 127.0.0.1")
		return yamlFix(title, lint.Unsafe, edits, ok, "services.*.ports")
	}
	rest := p.Value.Raw
	if p.HostIP != "" {
		var found bool
		for _, written := range []string{"[" + p.HostIP + "]:", p.HostIP + ":"} {
			if rest, found = strings.CutPrefix(p.Value.Raw, written); found {
				break
			}
		}
		if !found {
			return nil
		}
	} else if p.Published.Len() == 0 && !strings.HasPrefix(rest, ":") {
		rest = ":" + rest // any free port
	}
	edits, ok := d.File.Replace(p.Node, "127.0.0.1:"+rest)
	return yamlFix(title, lint.Unsafe, edits, ok, "services.*.ports")
}

// isReverseProxy reports whether a service is meant to be public, by its image.
func isReverseProxy(s *facts.ComposeService) bool { return s.ImageSays(images.Proxy) }
