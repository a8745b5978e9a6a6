package engine

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/text"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// IsTemplate reports whether a Dockerfile's text is one for a template engine: marks
// of one ("{{", "{%" or "<%"), outside of comments and of what RUN, CMD and their like
// pass to a shell, make it something that BuildKit refuses. Where it takes them, as in
// COPY {{x}} /y, they are a name like any other and hide nothing. A
// fragment without FROM, which Docker refuses anyway, is one wherever the marks are.
func IsTemplate(d *dockerfile.Document) bool {
	if !hasMark(d.Text(text.Span{End: len(d.Src)})) {
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
		if hasMark(d.Text(in.Head)) && (in.Err != nil || refused(in)) {
			return true
		}
	}
	return false
}

func hasMark(s string) bool {
	return strings.Contains(s, "{{") || strings.Contains(s, "{%") || strings.Contains(s, "<%")
}

// refused reports whether a mark stands where only a name of an image, a platform, a
// port or a signal may. What a variable may yet become is not refused.
func refused(in *dockerfile.Instruction) bool {
	for _, flag := range in.Flags {
		if (flag.Name == "platform" || flag.Name == "from") && hasMark(flag.Value) {
			return true
		}
	}
	switch in.Keyword {
	case "from":
		return len(in.Words) > 0 && hasMark(in.Words[0].Text) && !strings.Contains(in.Words[0].Text, "$")
	case "expose", "stopsignal":
		return hasMark(in.Args)
	}
	return false
}
