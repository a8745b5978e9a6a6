package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// SyntaxVersionNotStable finds a # syntax line that names a frontend which
// moves without promises: no tag, latest, master, labs or an experimental
// channel.
//
// The same file may build another image tomorrow, or none. The tag 1 gets every
// new feature and nothing that breaks a file.
//
// Silent for a version, a digest, somebody else's frontend, and for labs where
// the file uses a flag that only labs knows. Off by default: some follow a
// channel on purpose.
var SyntaxVersionNotStable = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "syntax-version-not-stable",
		Title:    "The frontend is not the stable one",
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
		said = "has no tag, which means latest"
	case tag == "latest" || tag == "master":
		said = "follows whatever is built last"
	case strings.HasSuffix(tag, "labs"):
		if usesLabs(p.Doc) {
			return
		}
		said = "is the channel of experiments, and the file uses none of them"
	case strings.HasSuffix(tag, "experimental"):
		said = "is a channel of experiments that has ended"
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

// isDockerFrontend tells whether a frontend is Docker's own, of releases or of
// every commit.
func isDockerFrontend(i facts.Image) bool {
	_, is := images.Says(i.Name(), images.Frontend)
	return is
}

// usesLabs tells whether a file uses what stable frontends do not know, or did
// not for long.
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
