package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CopyFromUnknownStage reports `COPY --from` with a name that no earlier stage has and
// that does not look like an image.
//
// # Why it matters
//
// Docker takes the name as that of an image and looks for it on Docker Hub. The build
// fails, or it copies files from the image of a stranger.
//
// # How to fix it
//
// Correct the name, or write the image with its tag.
//
// # Exceptions
//
// It does not report:
//
//   - names with a tag, a registry or a digest, and names of well-known images
//   - names with a variable
//   - names of build contexts that a file of the repository passes
//   - names of later stages, and numbers, which the rule `build-refused` reports
var CopyFromUnknownStage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-from-unknown-stage",
		Title:    "COPY --from names a stage that does not exist",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Aliases: append(
			[]lint.Alias{{Name: "DL3022", Severity: lint.Warning}},
			lint.Names("DF049", "kics:copy_from_without_from_alias_defined_previously")...,
		),
	},
	Check: checkCopyFromUnknownStage,
}

func checkCopyFromUnknownStage(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, r := range s.References() {
			if r.Instruction.Keyword == "copy" && r.Stage == nil && (p.Hadolint || !isStage(p.Doc, r.Text)) {
				reportUnknownStage(p, s, r)
			}
		}
	}
	if p.Hadolint && len(p.Doc.Stages()) == 0 {
		p.Doc.Each("copy", true, func(in *dockerfile.Instruction) {
			if from, ok := flagOf(in, "from"); ok {
				reportUnknownStage(p, nil, facts.Reference{Instruction: in, Text: from.Value, Span: from.ValueSpan})
			}
		})
	}
}

// isStage reports whether a name is that of a later stage, or a number: the
// builder does not look for an image then, and build-refused reports it.
func isStage(d *facts.Dockerfile, name string) bool {
	if _, err := strconv.Atoi(name); err == nil {
		return true
	}
	return slices.ContainsFunc(d.Stages(), func(s *facts.Stage) bool { return s.Name != "" && strings.EqualFold(s.Name, name) })
}

func reportUnknownStage(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, r facts.Reference) {
	if p.Hadolint && strings.Contains(r.Text, ":") {
		return
	}
	if !p.Hadolint && (strings.ContainsAny(r.Text, ":/.@$") || isOfficialImage(r.Text)) {
		return
	}
	if !p.Hadolint && p.Project.NamedContext(r.Text) != "" {
		return
	}
	var names []string
	if s != nil {
		for _, other := range p.Doc.Stages()[max(0, s.Index-nearest.Most):s.Index] {
			if other.Name != "" {
				names = append(names, other.Name)
			}
		}
	}
	hint := "name an earlier stage, or an image with its tag"
	f := lint.Finding{Span: r.Span}
	if near, ok := nearest.Name(r.Text, names); ok {
		hint = fmt.Sprintf("did you mean %q?", near)
		f.Fixes = []lint.Fix{
			{
				Title:         "use the stage " + near,
				Applicability: lint.Unsafe,
				MaxEffect:     lint.EffectGraph,
				Edits:         []lint.FileEdit{lint.Replace(r.Span, near)},
			},
		}
	}
	f.Message = fmt.Sprintf("no earlier stage is named %s, so Docker looks for an image of that name; %s", quoteShort(r.Text), hint)
	p.Report(f)
}
