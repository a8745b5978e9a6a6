package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelEmpty finds labels of the OCI image specification, and those that the
// configuration requires, with an empty value.
//
// Off by default: labels change nothing in what runs. Name the labels and their
// formats in the configuration under labels.required.
var LabelEmpty = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-empty",
		Title:    "A label has no value",
		Category: lint.StyleIssue,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Aliases:  []lint.Alias{{Name: "DL3051", Severity: lint.Warning}},
	},
	Check: checkLabelEmpty,
}

func checkLabelEmpty(p *facts.Pass[*facts.Dockerfile]) {
	eachLabel(p, func(pair dockerfile.Pair, key, value string) {
		_, required := p.Settings.Labels[key]
		if value == "" && (required || !p.Hadolint && strings.HasPrefix(key, "org.opencontainers.image.")) {
			p.Report(lint.Finding{Span: pair.Span, Message: fmt.Sprintf("the label %s is empty; give it a value, or remove it", quoteShort(key))})
		}
	})
}
