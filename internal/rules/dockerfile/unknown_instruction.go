package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UnknownInstruction finds keywords that are no Dockerfile instruction.
//
// The build stops there. Most are slips of the keys; others are the second line
// of a command whose first line lacks the backslash at its end.
//
// Silent in here-documents, continued lines and comments.
var UnknownInstruction = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "unknown-instruction",
		Title:    "A keyword that is no Dockerfile instruction stops the build",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Refusal:  lint.RefusesNamed,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  []lint.Alias{{Name: "DL1000", Severity: lint.Error}, {Name: "tally/unknown-instruction"}},
	},
	Check: checkUnknownInstruction,
}

// keywords are the instructions of the Dockerfile reference.
var keywords = []string{
	"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
	"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}

func isUnknown(in *dockerfile.Instruction) bool {
	return !slices.Contains(keywords, strings.ToUpper(in.Keyword))
}

func checkUnknownInstruction(p *facts.Pass[*facts.Dockerfile]) {
	for i, in := range p.Doc.Instructions {
		trigger := in.Inner != nil
		if trigger {
			in = in.Inner
		}
		if !isUnknown(in) || in.Keyword == "" {
			continue
		}
		keyword := p.Doc.Text(in.KeywordSpan)
		f := lint.Finding{Span: in.KeywordSpan}
		near, ok := nearest.Name(keyword, keywords)
		switch {
		case ok:
			f.Message = fmt.Sprintf("%q is no instruction; write %s", short(keyword), near)
			// BuildKit reads a trigger only once it is a known one. A file without a stage
			// may well be one of another language.
			if !trigger && (near == "FROM" || len(p.Doc.Stages()) > 0) {
				f.Fixes = []lint.Fix{{
					Title: "write " + near, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
					Edits: []lint.FileEdit{lint.Replace(in.KeywordSpan, near)},
				}}
			}
		case i > 0 && p.Doc.Instructions[i-1].Keyword == "run":
			f.Message = fmt.Sprintf("%q is no instruction; if the line belongs to the RUN above, end the line before it with %c", short(keyword), p.Doc.Escape)
		default:
			f.Message = fmt.Sprintf("%q is no instruction; write one of FROM, RUN, COPY and their like, or remove the line", short(keyword))
		}
		p.Report(f)
	}
}

// short bounds a text that a message quotes.
func short(s string) string {
	const longest = 60
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
