package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LabelInvalidKey reports label names that Docker advises against. A valid name begins
// with a lower-case letter, ends with a lower-case letter or a digit, and between them
// has only lower-case letters, digits, `.`, `-`, `_` and `/`, without two dots or
// dashes in a row. The namespaces `com.docker.`, `io.docker.` and `org.dockerproject.`
// are reserved for Docker.
//
// # Why it matters
//
// Tools filter images by the exact name, so `Version` and `version` are two labels. The
// rule is off by default, because old names do no harm and tools read them.
//
// # How to fix it
//
// Use lower case, and begin the name with a domain that you own, in reverse order.
// Filters that use the old name must change too:
//
//	LABEL com.example.maintainer="web"
//
// # Exceptions
//
// It does not report:
//
//   - names with a variable
var LabelInvalidKey = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "label-invalid-key",
		Title:    "Label name does not follow Docker's guidelines",
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
		if wrong == "" || (!p.Hadolint && strings.Contains(key, "$")) {
			return
		}
		p.Report(lint.Finding{Span: pair.KeySpan, Message: fmt.Sprintf("label name %s %s; use a lower-case name that begins with a reversed domain, such as com.example.name", quoteShort(key), wrong)})
	})
}

// labelKeyFault says how the name of a label breaks Docker's guidelines; empty if it
// does not.
func labelKeyFault(key string) string {
	if key == "" {
		return ""
	}
	first, last := key[0], key[len(key)-1]
	switch {
	case first < 'a' || first > 'z':
		return "does not begin with a lower-case letter"
	case (last < 'a' || last > 'z') && (last < '0' || last > '9'):
		return "does not end with a lower-case letter or a digit"
	case strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789.-_/") != "":
		return "has other characters than lower-case letters, digits, dots and dashes"
	case strings.Contains(key, "..") || strings.Contains(key, "--"):
		return "has two dots or dashes in a row"
	case strings.HasPrefix(key, "com.docker.") || strings.HasPrefix(key, "io.docker.") || strings.HasPrefix(key, "org.dockerproject."):
		return "is in a namespace that is reserved for Docker"
	}
	return ""
}
