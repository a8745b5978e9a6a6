package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelEmpty reports labels with an empty value, if they belong to the OCI image
// specification (`org.opencontainers.image.`) or the setting `labels.required` names
// them.
//
// # Why it matters
//
// Tools and people that read the label find nothing. The rule is off by default, because
// a label does not change what runs.
//
// # How to fix it
//
// Give the label a value, or remove it:
//
//	LABEL org.opencontainers.image.title="Example"
var LabelEmpty = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-empty",
		Title:    "Label has no value",
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
		if value == "" && (required || (!p.Hadolint && strings.HasPrefix(key, "org.opencontainers.image."))) {
			p.Report(lint.Finding{Span: pair.Span, Message: fmt.Sprintf("label %s is empty, so tools find nothing in it; give it a value, or remove it", quoteShort(key))})
		}
	})
}
