package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// DeprecatedMaintainer reports the instruction `MAINTAINER`.
//
// # Why it matters
//
// Docker has deprecated `MAINTAINER`. A label has the same information, and tools can
// read it.
//
// The rule is off by default, because `MAINTAINER` still works and no date for its
// removal is known.
//
// # How to fix it
//
// Use a label:
//
//	LABEL org.opencontainers.image.authors="Ada Lovelace <ada@example.org>"
var DeprecatedMaintainer = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "deprecated-maintainer",
		Title:    "MAINTAINER is deprecated",
		Category: lint.Deprecated,
		Severity: lint.Style,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL4000", Severity: lint.Error}},
			lint.Names("CKV_DOCKER_6", "DF019", "DS022", "MaintainerDeprecated", "kics:maintainer_instruction_being_used", "semgrep:maintainer-is-deprecated")...,
		),
	},
	Check: checkDeprecatedMaintainer,
}

func checkDeprecatedMaintainer(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Keyword != "maintainer" || in.Err != nil {
			continue
		}
		f := lint.Finding{
			Span:    in.Head,
			Message: fmt.Sprintf("%s is deprecated; use LABEL org.opencontainers.image.authors instead", quoteShort(firstLine(p.Doc.Text(in.Head)))),
		}
		// MAINTAINER takes its text as it is; a label resolves variables, quotes
		// and escapes.
		if !strings.ContainsAny(in.Args, "\"'$`\\\n\r") && p.Doc.Text(in.ArgsSpan) == in.Args && !namesAuthors(p.Doc, in) {
			label := "LABEL org.opencontainers.image.authors=\"" + in.Args + "\""
			if p.Doc.Text(in.KeywordSpan) == in.Keyword {
				label = "label" + strings.TrimPrefix(label, "LABEL")
			}
			f.Fixes = []lint.Fix{{
				Title: "replace it with a label", Applicability: lint.Safe, MaxEffect: lint.EffectConfig,
				Edits: []lint.FileEdit{lint.Replace(in.Head, label)},
			}}
		}
		p.Report(f)
	}
}

// namesAuthors reports whether a label of the file, with the stages that an image
// is made of, has authors already: only a person knows which of the two is right.
func namesAuthors(d *facts.Dockerfile, maintainer *dockerfile.Instruction) bool {
	for _, in := range d.Instructions {
		if in == maintainer {
			continue
		}
		if in.Keyword == "maintainer" && d.StageOf(in) == d.StageOf(maintainer) {
			return true
		}
		for _, pair := range in.Pairs {
			if in.Keyword == "label" && (strings.Contains(pair.Key, "$") || strings.EqualFold(bare(pair.Key), "org.opencontainers.image.authors")) {
				return true
			}
		}
	}
	return false
}
