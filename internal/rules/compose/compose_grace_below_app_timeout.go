package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeGraceBelowAppTimeout reports services whose server can take longer to stop
// than Compose waits. The time of the server comes from its flags, in the Compose file
// or in the Dockerfile, or from its variables. Compose waits 10 seconds, or
// `stop_grace_period`.
//
// # Why it matters
//
// Compose sends the stop signal (SIGTERM) and kills the server when the time is over.
// Requests that the server still works on are lost.
//
// # How to fix it
//
// Wait longer than the server needs:
//
//	stop_grace_period: 35s
//
// # Exceptions
//
// It does not report:
//
//   - servers whose time to stop is not set
//   - services that extend another service, or whose `stop_grace_period` is set in
//     another Compose file of the folder
var ComposeGraceBelowAppTimeout = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-grace-below-app-timeout",
		Title:    "Compose kills the server before it has stopped",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeGraceBelowAppTimeout,
}

// composeGrace is how long Compose waits by default.
const composeGrace = 10 * time.Second

func checkComposeGraceBelowAppTimeout(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		var stage *facts.Stage
		b, err := p.Project.Build(s)
		switch {
		case err == nil && b != nil:
			stage = b.Stage
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !s.Command().Exists() && !s.Entrypoint().Exists():
			p.Skip(fmt.Sprintf("cannot tell what %q builds: %v", shortText(s.Name), err))
			continue
		}
		start, ok := s.Start(stage)
		if !ok {
			continue
		}
		timeout, related, ok := stopTime(s, b, start)
		if !ok || s.Has("extends") {
			continue
		}
		grace, span := composeGrace, s.Span()
		written := s.Value("stop_grace_period")
		if written.Exists() {
			if grace, ok = facts.Duration(written); !ok {
				continue
			}
			span = written.Span
		}
		if grace >= timeout || siblingSets(p, s.Name, "stop_grace_period") {
			continue
		}
		const reserve = 5 * time.Second
		want := seconds(timeout + reserve)
		f := lint.Finding{
			Span:    span,
			Message: fmt.Sprintf("%s can take %s to stop, but Compose kills it after %s; set stop_grace_period to %s", start.Program, seconds(timeout), seconds(grace), want),
			Related: []lint.Related{related},
		}
		var edits []text.Edit
		switch {
		case written.Exists():
			edits, ok = p.Doc.File.Replace(written.Node, want)
		case s.Pair.Value == s.Node: // no alias, which others may share
			edits, ok = p.Doc.File.Add(s.Node, "stop_grace_period: "+want)
		}
		f.Fixes = yamlFix("wait for "+want, lint.Unsafe, edits, ok, "services.*.stop_grace_period")
		p.Report(f)
	}
}

// stopTime is how long a server takes to stop, and the place that sets it.
func stopTime(
	s *facts.ComposeService,
	b *facts.ServiceBuild,
	start facts.ServiceStart,
) (timeout time.Duration, related lint.Related, ok bool) {
	var stage *facts.Stage
	if b != nil {
		stage = b.Stage
	}
	t, ok := start.StopTime(stage, func(name string) (string, text.Span, bool) {
		kv, set := s.Getenv(name)
		if set && !kv.Value.Known {
			return "", kv.Span, true
		}
		return kv.Value.Text, kv.Span, set
	})
	const message = "the server's own timeout"
	if t.InStage {
		return t.Timeout, inDockerfile(b, t.Place, message), ok
	}
	return t.Timeout, lint.Related{Span: t.Place, Message: message}, ok
}

// seconds writes a duration as Compose reads it.
func seconds(d time.Duration) string { return fmt.Sprintf("%gs", d.Seconds()) }
