package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelInvalidKey finds label names that Docker advises against: not in lower
// case, with other characters than letters, digits, dots, dashes, underscores
// and slashes, or in the name spaces that Docker keeps for itself.
//
// Off by default: old names do no harm, and tools read them.
var LabelInvalidKey = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-key",
		Title:    "A label has an odd name",
		Category: lint.StyleIssue,
		Severity: lint.Style,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3048", Severity: lint.Style}},
			lint.Names("tally/labels/valid-key")...,
		),
	},
	Check: checkLabelInvalidKey,
}

func checkLabelInvalidKey(p *facts.Pass[*facts.Dockerfile]) {
	eachLabel(p, func(pair dockerfile.Pair, key, _ string) {
		wrong := labelKeyFault(key)
		if wrong == "" || !p.Hadolint && strings.Contains(key, "$") {
			return
		}
		p.Report(lint.Finding{Span: pair.KeySpan, Message: fmt.Sprintf("the label's name %s %s; use lower case, with the domain turned round in front, as com.example.name", quoteShort(key), wrong)})
	})
}

// labelKeyFault says what is wrong with a label's name by Docker's guidelines;
// empty for nothing.
func labelKeyFault(key string) string {
	if key == "" {
		return ""
	}
	first, last := key[0], key[len(key)-1]
	switch {
	case first < 'a' || first > 'z':
		return "does not begin with a letter in lower case"
	case (last < 'a' || last > 'z') && (last < '0' || last > '9'):
		return "does not end in a letter or a digit"
	case strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789.-_/") != "":
		return "holds other characters than letters in lower case, digits, dots and dashes"
	case strings.Contains(key, "..") || strings.Contains(key, "--"):
		return "has two dots or dashes in a row"
	case strings.HasPrefix(key, "com.docker.") || strings.HasPrefix(key, "io.docker.") || strings.HasPrefix(key, "org.dockerproject."):
		return "stands in a name space that Docker keeps for itself"
	}
	return ""
}
