package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// InlineIgnoreComment reports comments that ignore findings: those of dockmend
// (`dockmend ignore=`, `dockmend ignore-file=`), of hadolint, and the `check=skip=`
// directive of Docker.
//
// # Why it matters
//
// Some teams want all exceptions in one place, where a review sees them. A comment next
// to the code is easy to miss. The rule is off by default.
//
// # How to fix it
//
// Remove the comment, and write the exception in the configuration, `.dockmend.yaml`.
//
// # Fix safety
//
// There is no automatic fix: the comment is a decision of the author.
var InlineIgnoreComment = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "inline-ignore-comment",
		Title:    "Comment in the file ignores findings",
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
				p.Report(lint.Finding{Span: span, Message: fmt.Sprintf("%s ignores findings in this file, which a review can easily miss; move the exception to the configuration", quoteShort(comment))})
			}
		}
	}
}
