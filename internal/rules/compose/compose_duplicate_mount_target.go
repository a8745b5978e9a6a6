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

// ComposeDuplicateMountTarget reports two mounts of a service with the same path in
// the container. Secrets and configs with a path of their own count as mounts. The
// severity is error for a tmpfs and another mount, and warning otherwise.
//
// # Why it matters
//
// Of two volumes, Compose ignores the first without a warning, so the service does not
// see its files. Compose refuses a file in which a volume and a tmpfs have the same
// path.
//
// # How to fix it
//
// Remove one of the mounts, or give it another path.
//
// # Fix safety
//
// There is no automatic fix: only the author knows which of the two mounts is right.
//
// # Exceptions
//
// It does not report:
//
//   - a mount below another mount
//   - the same entry twice
//   - paths that contain a variable
var ComposeDuplicateMountTarget = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-duplicate-mount-target",
		Title:    "Two mounts have the same path in the container",
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
			what := "so Compose ignores the first of the two without a warning"
			if kind == compose.Memory || other.kind == compose.Memory {
				what, severity = "so Compose refuses the file", lint.Error
			}
			if kind == compose.OtherSource {
				what, severity = "so one of them hides the other", lint.Warning
			}
			p.Report(lint.Finding{
				Span: span, Severity: severity,
				Message: fmt.Sprintf("this service mounts %q twice, %s; remove one of the mounts, or give it another path", shortText(target), what),
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
