package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeDuplicateMountTarget finds two mounts of a service at one place. Of two
// volumes Compose drops the first without a word; a volume and a tmpfs it
// refuses.
//
// Secrets and configs with a path of their own count too.
//
// Silent for a mount below another one, and for paths with variables.
//
// There is no fix: only the author knows which of the two mounts is meant.
var ComposeDuplicateMountTarget = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-mount-target",
		Title:    "Two mounts have one place in the container",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("compose-go:duplicate-target"),
	},
	Check: checkComposeDuplicateMountTarget,
}

func checkComposeDuplicateMountTarget(p *facts.Pass[*facts.Compose]) {
	type place struct {
		span text.Span
		kind compose.SourceKind
	}
	for _, s := range p.Doc.All() {
		first := map[string]place{}
		entries := map[string]bool{}
		add := func(target string, span text.Span, kind compose.SourceKind) {
			if !strings.HasPrefix(target, "/") {
				return
			}
			target = path.Clean(target)
			other, again := first[target]
			if !again {
				first[target] = place{span, kind}
				return
			}
			severity := lint.Warning
			what := "so Compose drops the first of the two without a word"
			if kind == compose.Memory || other.kind == compose.Memory {
				what, severity = "and Compose refuses the file", lint.Error
			}
			if kind == compose.OtherSource {
				what, severity = "so one of them hides the other", lint.Warning
			}
			p.Report(lint.Finding{
				Span: span, Severity: severity,
				Message: fmt.Sprintf("%q is a mount of this service already, %s; keep one of them, or give it another place", shortText(target), what),
				Related: []lint.Related{{Span: other.span, Message: "the other mount"}},
			})
		}
		for _, m := range s.AllMounts() {
			// The same entry twice is one mount, and no more than a line too many.
			again := m.Value.Exists() && entries[m.Value.Raw]
			entries[m.Value.Raw] = true
			if m.Known && !again {
				kind := m.Kind
				if kind == compose.OtherSource {
					kind = compose.UnknownSource
				}
				add(m.Target, m.Span, kind)
			}
		}
		for _, grants := range [][]compose.Grant{s.Secrets(), s.Configs()} {
			for _, g := range grants {
				if g.Target.Exists() && g.Target.Known {
					add(g.Target.Text, g.Target.Span, compose.OtherSource)
				}
			}
		}
	}
}
