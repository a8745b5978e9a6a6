package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// InlineIgnoreComment finds comments that silence findings, for people who want
// all exceptions in one place: the configuration.
//
// Off by default.
//
// There is no fix: the comment is a decision of the author.
var InlineIgnoreComment = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "inline-ignore-comment",
		Title:    "A finding is silenced where it stands",
		Category: lint.StyleIssue,
		Severity: lint.Info,
		Since:    "0.1.0",
		Aliases:  []lint.Alias{{Name: "DL1001", Severity: lint.Info, OffByDefault: true}},
	},
	Check: checkInlineIgnoreComment,
}

func checkInlineIgnoreComment(p *facts.Pass[*facts.Dockerfile]) {
	for _, line := range p.Doc.Physical {
		if line.Kind != dockerfile.CommentLine && line.Kind != dockerfile.DirectiveLine {
			continue
		}
		span := text.Span{Start: line.Text, End: line.EOL}
		comment := strings.TrimSpace(strings.TrimLeft(p.Doc.Text(span), "# "))
		for _, mark := range []string{"hadolint ignore=", "hadolint global ignore=", "dockmend ignore=", "dockmend ignore-file=", "check=skip="} {
			if strings.HasPrefix(comment, mark) {
				p.Report(lint.Finding{Span: span, Message: fmt.Sprintf("%s silences findings here; say it in the configuration, where all exceptions stand together", quoteShort(comment))})
			}
		}
	}
}
