package compose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeDependsOnWithoutCondition reports services that wait only for the start of a
// database or a queue, although the Compose file gives it a health check. All such
// dependencies of a service are one finding.
//
// # Why it matters
//
// A database starts quickly, but needs some time until it accepts connections. The
// service starts before that, and now and then it fails with a connection error.
//
// # How to fix it
//
// Wait until the health check passes:
//
//	depends_on:
//	  db:
//	    condition: service_healthy
//
// # Exceptions
//
// It does not report:
//
//   - services that restart when they fail
//   - services that wait themselves, by a command such as `wait-for-it` or
//     `dockerize`, or by a variable with `WAIT` in its name
//   - dependencies without a health check in the file, or with a disabled one; the
//     option `databases` reports known databases without a health check too
//   - files for a swarm, where `docker stack deploy` refuses conditions
var ComposeDependsOnWithoutCondition = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-depends-on-without-condition",
		Title:    "Service does not wait until its database is ready",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Options:  []lint.Option{{Name: "databases", Doc: "also report dependencies on known databases that have no health check", Kind: lint.BoolOption}},
	},
	Check: checkComposeDependsOnWithoutCondition,
}

func checkComposeDependsOnWithoutCondition(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if isForSwarm(d) {
		return // docker stack deploy refuses conditions
	}
	seen := map[*yaml.Node]bool{}
	for _, s := range d.All() {
		if s.StartsAgain() || waitsItself(s) {
			continue
		}
		var hasty []compose.Dependency
		var related []lint.Related
		healthy := map[string]bool{}
		for _, dep := range s.DependsOn() {
			target := d.Named(dep.Service)
			if target == nil || dep.Condition != "service_started" || (seen[dep.Node] && dep.Node != nil) {
				continue
			}
			h, ok := target.Healthcheck()
			ready := ok && !h.Disabled && h.Test.Exists()
			if target.Database() == "" || (!ready && (!p.Options.Bool("databases") || ok)) {
				continue
			}
			hasty = append(hasty, dep)
			if ready {
				healthy[dep.Service] = true
				related = append(related, lint.Related{Span: h.Pair.Key.Span, Message: fmt.Sprintf("the health check of %q", shortText(dep.Service))})
			}
		}
		if len(hasty) == 0 {
			continue
		}
		var names []string
		for _, dep := range hasty {
			seen[dep.Node] = true
			names = append(names, fmt.Sprintf("%q", shortText(dep.Service)))
		}
		f := lint.Finding{
			Span: hasty[0].Span, Related: related,
			Message: fmt.Sprintf("%q can start before %s can answer, so its first connections can fail; set \"condition: service_healthy\" in depends_on", shortText(s.Name), text.List(names, "and")),
		}
		if len(healthy) == len(hasty) {
			f.Fixes = waitHealthy(d, s, healthy)
		}
		p.Report(f)
	}
}

// waitsItself reports whether a service is told to wait for what it needs.
func waitsItself(s *facts.ComposeService) bool {
	if slices.ContainsFunc(s.Env(), func(kv compose.KeyValue) bool { return strings.Contains(strings.ToUpper(kv.Key), "WAIT") }) {
		return true
	}
	words := slices.Concat(s.Entrypoint().Words, s.Command().Words)
	return slices.ContainsFunc(words, func(v compose.Value) bool {
		return strings.Contains(v.Raw, "wait-for") || strings.Contains(v.Raw, "dockerize")
	})
}

// waitHealthy gives dependencies the condition. A list is written as a mapping.
func waitHealthy(d *facts.Compose, s *facts.ComposeService, healthy map[string]bool) []lint.Fix {
	const title = "wait until it is healthy"
	entry := s.Entry("depends_on")
	n := entry.Value
	if n.Kind == yaml.Mapping {
		fix := lint.Fix{Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig, Changes: []string{"services.*.depends_on"}}
		for _, dep := range s.DependsOn() {
			if !healthy[dep.Service] {
				continue
			}
			edits, ok := d.File.Add(dep.Pair.Value, "condition: service_healthy")
			if c := d.View.Pair(dep.Node, "condition"); c != nil {
				edits, ok = d.File.Replace(c.Value, "service_healthy")
			}
			if !ok {
				return nil
			}
			for _, e := range edits {
				fix.Edits = append(fix.Edits, lint.FileEdit{Edit: e})
			}
		}
		return []lint.Fix{fix}
	}
	owner := entry.Key.Parent
	if n.Kind != yaml.Sequence || n.Anchor != "" || owner.Style != yaml.Block || !n.TagSpan.IsEmpty() {
		return nil
	}
	if d.File.UsedElsewhere(n.Full) {
		return nil
	}
	for _, c := range d.File.Comments {
		if n.Span.Contains(c.Span) {
			return nil
		}
	}
	indent := d.File.OwnLines().Position(entry.Key.Span.Start).Column - 1
	step := d.File.IndentStep()
	var b strings.Builder
	for _, item := range n.Items {
		if item.Kind != yaml.Scalar || !yaml.PlainString(item.Value, false) {
			return nil
		}
		condition := "service_started"
		if healthy[item.Value] {
			condition = "service_healthy"
		}
		b.WriteString(d.File.Newline() + strings.Repeat(" ", indent+step) + item.Value + ":")
		b.WriteString(d.File.Newline() + strings.Repeat(" ", indent+2*step) + "condition: " + condition)
	}
	// From the colon on: a comment behind it, or a list on the next line, stays
	// where the mapping begins.
	colon := entry.Key.Full.End
	for colon < n.Span.Start && d.Src[colon] != ':' {
		colon++
	}
	for _, c := range d.File.Comments {
		if c.Span.Start > colon && c.Span.Start < n.Span.Start {
			return nil
		}
	}
	edit := lint.Replace(n.Span, b.String())
	edit.Span.Start = colon + 1
	return []lint.Fix{
		{
			Title:         title,
			Applicability: lint.Unsafe,
			MaxEffect:     lint.EffectConfig,
			Changes:       []string{"services.*.depends_on"},
			Edits:         []lint.FileEdit{edit},
		},
	}
}
