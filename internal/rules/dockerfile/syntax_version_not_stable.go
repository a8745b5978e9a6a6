package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// SyntaxVersionNotStable reports `# syntax` lines that select a Dockerfile frontend of
// Docker without a stable version: no tag, latest, master, labs or an experimental
// channel.
//
// # Why it matters
//
// The frontend translates the Dockerfile into build steps. With a moving one, the same
// file may build another image tomorrow, or fail. The tag 1 receives new features and
// stays compatible.
//
// The rule is off by default, because some projects follow such a channel on purpose.
//
// # How to fix it
//
// Select the stable frontend:
//
//	# syntax=docker/dockerfile:1
//
// # Exceptions
//
// It does not report:
//
//   - a version or a digest
//   - frontends of other publishers
//   - labs, if the file uses a flag that only labs supports or supported first
var SyntaxVersionNotStable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-version-not-stable",
		Title:    "Syntax directive selects an unstable frontend",
		Category: lint.Reproducibility,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkSyntaxVersionNotStable,
}

func checkSyntaxVersionNotStable(p *facts.Pass[*facts.Dockerfile]) {
	d, ok := p.Doc.Directive("syntax")
	if !ok || d.Problem != "" {
		return
	}
	reference, _, _ := strings.Cut(d.Value, " ")
	image := facts.ParseImage(reference)
	if !isDockerFrontend(image) || image.Digest != "" {
		return
	}
	said := ""
	switch tag := image.Tag; {
	case tag == "":
		said = "has no tag, so the build uses latest"
	case tag == "latest" || tag == "master":
		said = "changes without notice, so a build may fail tomorrow"
	case strings.HasSuffix(tag, "labs"):
		if usesLabs(p.Doc) {
			return
		}
		said = "adds experimental features, and the file uses none of them"
	case strings.HasSuffix(tag, "experimental"):
		said = "is an experimental channel that is no longer maintained"
	default:
		return
	}
	f := lint.Finding{
		Span:    d.ValueSpan,
		Message: fmt.Sprintf("%s %s; use docker/dockerfile:1", quoteShort(d.Value), said),
	}
	if d.Value == reference && p.Doc.Text(d.ValueSpan) == d.Value {
		stable := strings.TrimSuffix(strings.TrimSuffix(reference, ":"+image.Tag), "-upstream") + ":1"
		f.Fixes = []lint.Fix{{
			Title: "use " + stable, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
			Edits: []lint.FileEdit{lint.Replace(d.ValueSpan, stable)},
		}}
	}
	p.Report(f)
}

// usesLabs reports whether a file uses a feature that stable frontends do not have, or
// received late.
func usesLabs(d *facts.Dockerfile) bool {
	for _, in := range d.Instructions {
		for _, f := range in.Flags {
			switch f.Name {
			case "security", "device", "parents", "exclude", "unpack", "checksum", "keep-git-dir":
				return true
			}
		}
		if len(in.Heredocs) > 0 || in.Err != nil {
			return true
		}
	}
	return false
}
