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

// ComposeGraceBelowAppTimeout finds services whose server takes longer to stop
// than Compose waits: it is killed while it finishes its last requests.
//
// The server's time is that of its flags, in the Compose file or in the
// Dockerfile, or of its variables. Compose waits 10 seconds unless
// stop_grace_period says otherwise.
//
// Silent where nothing says how long the server takes.
var ComposeGraceBelowAppTimeout = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-grace-below-app-timeout",
		Title:    "The server is killed before it has stopped",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeGraceBelowAppTimeout,
}

// composeGrace is how long Compose waits if nothing is said.
const composeGrace = 10 * time.Second

func checkComposeGraceBelowAppTimeout(p *facts.Pass[*facts.Compose]) {
	for _, s := range p.Doc.All() {
		var stage *facts.Stage
		b, err := p.Project.Build(s)
		switch {
		case err == nil && b != nil:
			stage = b.Stage
		case err != nil && !errors.Is(err, fs.ErrNotExist) && !s.Command().Exists() && !s.Entrypoint().Exists():
			p.Skip(fmt.Sprintf("what %q builds is not known: %v", shortText(s.Name), err))
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
			Message: fmt.Sprintf("%s may take %s to stop, and is killed after %s; set stop_grace_period to %s", start.Program, seconds(timeout), seconds(grace), want),
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

// stopTime is how long a server takes to stop, and the place that says so.
func stopTime(s *facts.ComposeService, b *facts.ServiceBuild, start facts.ServiceStart) (timeout time.Duration, related lint.Related, ok bool) {
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
