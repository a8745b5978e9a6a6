package engine

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/text"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// IsTemplate tells whether a Dockerfile's text is one for a template engine:
// it has "{{", "{%" or "<%" outside of comments and of what RUN, CMD and their
// like pass to a shell, where such marks mean other things. In a fragment without FROM
// they count everywhere.
func IsTemplate(d *dockerfile.Document) bool {
	src := d.Text(text.Span{End: len(d.Src)})
	if !strings.Contains(src, "{{") && !strings.Contains(src, "{%") && !strings.Contains(src, "<%") {
		return false
	}
	if !slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool { return in.Keyword == "from" }) {
		return true // a fragment, whatever the marks are in
	}
	for _, in := range d.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		switch in.Keyword {
		case "run", "cmd", "entrypoint", "healthcheck", "label", "env":
			continue
		}
		head := d.Text(in.Head)
		if strings.Contains(head, "{{") || strings.Contains(head, "{%") || strings.Contains(head, "<%") {
			return true
		}
	}
	return false
}
