package compose

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposePortNotExposed reports services that publish a port of the container on which
// the image does not listen. The port of the image is the one in the flags of the
// server in the Dockerfile, or else the ports in `EXPOSE`.
//
// # Why it matters
//
// Docker accepts the connection on the host, but nothing in the container answers, so
// clients get an error.
//
// # How to fix it
//
// Publish the port of the server:
//
//	ports:
//	  - "8080:8000"
//
// # Exceptions
//
// It does not report:
//
//   - images that expose no port and whose server has no flag for it
//   - services with `command` or `entrypoint` in the Compose file
//   - a port that a variable, an environment file or a mounted file can set, unless a flag
//     in the Dockerfile names it
//   - services that also publish a right port
//   - base images that expose ports of their own
var ComposePortNotExposed = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-port-not-exposed",
		Title:    "Published port is not the port of the server",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposePortNotExposed,
}

func checkComposePortNotExposed(p *facts.Pass[*facts.Compose]) {
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		if s.Command().Exists() || s.Entrypoint().Exists() {
			return
		}
		ports, words, known := b.Stage.ExposedPorts()
		listens, place := 0, text.Span{}
		if start, ok := s.Start(b.Stage); ok {
			if port, at := facts.ListenPort(start.Program, start.Args); at >= 0 {
				listens, place = port, start.Place
			}
		}
		var right []int
		var related lint.Related
		switch {
		case listens > 0:
			right, related = []int{listens}, inDockerfile(b, place, "the server's port")
		case mayBeConfigured(s):
			return
		case known && len(ports) > 0 && exposesNothing(b.Stage.Base()):
			right, related = ports, inDockerfile(b, words[0].Span, "the port that the image exposes")
		default:
			return
		}
		var wrong []compose.Port
		for _, port := range s.PublishedPorts() {
			if !port.Known || port.Problem != compose.PortFine || port.Target.Len() != 1 || port.Protocol != "tcp" {
				return
			}
			target := port.Target.First
			if slices.Contains(right, target) || slices.Contains(ports, target) || isSetTo(s, b.Stage, strconv.Itoa(target)) {
				return
			}
			wrong = append(wrong, port)
		}
		if len(wrong) == 0 {
			return
		}
		f := lint.Finding{
			Span:    wrong[0].Span,
			Message: fmt.Sprintf("port %d of the container is published, but the image listens on %s, so connections are refused; publish that port", wrong[0].Target.First, portList(right)),
			Related: []lint.Related{related},
		}
		if len(wrong) == 1 && len(right) == 1 {
			f.Fixes = targetFix(p.Doc, wrong[0], right[0])
		}
		p.Report(f)
	})
}

// mayBeConfigured reports whether a file of the host may set the port: one with variables,
// or one that is mounted.
func mayBeConfigured(s *facts.ComposeService) bool {
	return len(s.EnvFiles()) > 0 || slices.ContainsFunc(s.AllMounts(), func(m compose.Mount) bool { return m.Kind == compose.RelativePath })
}

// exposesNothing reports whether a base is known to have no EXPOSE of its own.
func exposesNothing(i facts.Image) bool {
	ports, known := i.Table().Ports()
	return (known && len(ports) == 0) || i.IsScratch()
}

// isSetTo reports whether a variable of the service, or one of the image, has a
// value that contains a number.
func isSetTo(s *facts.ComposeService, stage *facts.Stage, number string) bool {
	for _, kv := range s.Env() {
		if (!kv.Value.Known && kv.Value.Exists()) || strings.Contains(kv.Value.Text, number) {
			return true
		}
	}
	scope := stage.EndScope()
	for _, name := range scope.Names(math.MaxInt) {
		if v, ok := scope.Lookup(name); ok && v.IsEnv && strings.Contains(v.Value, number) {
			return true
		}
	}
	return false
}

func portList(ports []int) string {
	var words []string
	for _, port := range slices.Compact(slices.Sorted(slices.Values(ports))) {
		words = append(words, strconv.Itoa(port))
	}
	return text.List(words, "and")
}

// targetFix writes another port of the container.
func targetFix(d *facts.Compose, port compose.Port, number int) []lint.Fix {
	title := fmt.Sprintf("publish port %d", number)
	old := strconv.Itoa(port.Target.First)
	if port.Long {
		target := d.View.Get(port.Node, "target").Resolve()
		if target == nil || target.Value != old {
			return nil
		}
		edits, ok := d.File.Replace(target, strconv.Itoa(number))
		return yamlFix(title, lint.Unsafe, edits, ok, "services.*.ports")
	}
	before, ok := strings.CutSuffix(port.Value.Raw, old)
	place := d.Place(port.Value, text.Span{Start: len(before), End: len(port.Value.Raw)})
	if !ok || !strings.HasSuffix(before, ":") || d.File.Text(place) != old {
		return nil
	}
	return []lint.Fix{
		{
			Title:         title,
			Applicability: lint.Unsafe,
			MaxEffect:     lint.EffectConfig,
			Changes:       []string{"services.*.ports"},
			Edits:         []lint.FileEdit{lint.Replace(place, strconv.Itoa(number))},
		},
	}
}
