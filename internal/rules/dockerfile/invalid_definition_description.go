package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InvalidDefinitionDescription reports comments directly above an `ARG` or a named stage
// that do not begin with the name of the argument or the stage.
//
// # Why it matters
//
// `docker build --call=outline` shows such a comment as the description, but only if it
// begins with the name. Without the name, the description is missing.
//
// # How to fix it
//
// Begin the comment with the name, or add a blank line below a comment that is not a
// description:
//
//	# VERSION is the release of Debian
//	ARG VERSION=12
//
// # Exceptions
//
// It does not report:
//
//   - comments with a blank line below them
//   - parser directives and ignore comments
var InvalidDefinitionDescription = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-definition-description",
		Title:    "Comment above an ARG or a stage does not begin with its name",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases:  lint.Names("InvalidDefinitionDescription"),
	},
	Check: checkInvalidDefinitionDescription,
}

func checkInvalidDefinitionDescription(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		name := ""
		switch {
		case in.Err != nil || len(in.Comments) == 0:
			continue
		case in.Keyword == "arg" && len(in.Pairs) == 1:
			name = in.Pairs[0].Key
		case in.Keyword == "from" && len(in.Words) == 3:
			name = in.Words[2].Text
		default:
			continue
		}
		last := in.Comments[len(in.Comments)-1]
		if p.Doc.Lines.Position(last.Start).Line+1 != p.Doc.Lines.Position(in.Span.Start).Line {
			continue // a blank line between
		}
		words := strings.Fields(strings.TrimLeft(p.Doc.Text(last), "# \t"))
		if len(words) == 0 || words[0] == name || strings.ContainsAny(words[0], "=:") || words[0] == "hadolint" {
			continue
		}
		if words[0] == "dockmend" {
			continue
		}
		p.Report(lint.Finding{
			Fixes:   unsafeFix("add a blank line below", lint.EffectNone, lint.Insert(wholeLines(in).Start, p.Doc.Newline())),
			Span:    last,
			Message: fmt.Sprintf("%[1]s is not shown as the description of %[2]s, because it does not begin with %[2]q; begin the comment with this name, or add a blank line after it", quoteShort(p.Doc.Text(last)), name),
		})
	}
}
