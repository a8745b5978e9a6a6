package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ReservedStageName reports stages with the name `scratch` or `context`.
//
// # Why it matters
//
// Docker uses both names itself: `scratch` is the empty image, and `context` is the
// build context. With such a stage, a reader cannot tell what `FROM scratch` means.
//
// # How to fix it
//
// Give the stage another name.
//
// # Fix safety
//
// There is no fix where a `FROM scratch` can mean the stage, or where the file already
// contains the new name.
//
// # Exceptions
//
// It does not report:
//
//   - names that only contain these words, such as `scratch-base`
var ReservedStageName = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "reserved-stage-name",
		Title:    "Stage has a reserved name",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3063", Severity: lint.Error}},
			lint.Names("ReservedStageName")...,
		),
	},
	Check: checkReservedStageName,
}

func checkReservedStageName(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.Name == "scratch" || s.Name == "context" {
			p.Report(lint.Finding{
				Fixes:   renameStage(p.Doc, s, s.Name+"-stage"),
				Span:    s.NameSpan,
				Message: fmt.Sprintf("the stage name %q is reserved in Docker, so it is not clear what uses of the name mean; rename the stage", p.Doc.Text(s.NameSpan)),
			})
		}
	}
}

// renameStage gives the stage another name, and writes it where the stage is used. There
// is no edit for a file with FROM scratch, which always means the empty image.
func renameStage(d *facts.Dockerfile, s *facts.Stage, name string) []lint.Fix {
	if d.Text(s.NameSpan) == "" || d.Mentions(name) {
		return nil
	}
	edits := []lint.FileEdit{lint.Replace(s.NameSpan, name)}
	for _, other := range d.Stages() {
		if other.Parent == s {
			if s.Name == "scratch" || other.Image.Raw != d.Text(other.Image.Span) || !strings.EqualFold(other.Image.Raw, s.Name) {
				return nil
			}
			edits = append(edits, lint.Replace(other.Image.Span, name))
		}
		for _, r := range other.References() {
			switch {
			case r.Stage != s, strings.Trim(r.Text, "0123456789") == "":
			case d.Text(r.Span) != r.Text || !strings.EqualFold(r.Text, s.Name):
				return nil
			default:
				edits = append(edits, lint.Replace(r.Span, name))
			}
		}
	}
	return unsafeFix("rename the stage to "+name, lint.EffectNone, edits...)
}
