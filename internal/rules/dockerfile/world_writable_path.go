package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WorldWritablePath finds chmod and COPY --chmod that let everybody write: any
// program in the container can change what another one runs.
//
// Give the files to the user that needs them, or to its group.
//
// Silent for folders with the sticky bit, as /tmp, and in stages whose layers
// are no part of the image.
var WorldWritablePath = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "world-writable-path",
		Title:    "Everybody may write",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("DF034", "tally/world-writable-state-path-workaround"),
	},
	Check: checkWorldWritablePath,
}

func checkWorldWritablePath(p *lint.Pass[*facts.Dockerfile]) {
	for _, keyword := range []string{"copy", "add"} {
		p.Doc.Each(keyword, true, func(in *dockerfile.Instruction) {
			if mode, ok := flagOf(in, "chmod"); ok && letsAllWrite(mode.Value) && shipsLayers(p.Doc, in) {
				p.Report(lint.Finding{Span: mode.Span, Message: fmt.Sprintf("%s lets everybody write; give the files to the user that needs them, with --chown", quoteShort(p.Doc.Text(mode.Span)))})
			}
		})
	}
	p.Doc.AllCommands(func(c *facts.Command) {
		if c.Name() != "chmod" || !shipsLayers(p.Doc, c.Instruction) {
			return
		}
		args := c.Positional()
		if len(args) < 2 || !letsAllWrite(args[0].Text) || strings.HasPrefix(args[1].Text, "/tmp") || strings.HasPrefix(args[1].Text, "/var/tmp") || strings.HasPrefix(args[1].Text, "/dev/") {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s lets everybody write; give the files to the user that needs them, with chown", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "chmod")
}

// letsAllWrite tells whether a mode lets everybody write, without the sticky bit.
func letsAllWrite(mode string) bool {
	if mode != "" && strings.Trim(mode, "01234567") == "" {
		digits := strings.TrimLeft(mode, "0")
		if len(digits) < 3 {
			return false
		}
		sticky := len(digits) == 4 && (digits[0]-'0')&1 != 0
		return (digits[len(digits)-1]-'0')&2 != 0 && !sticky
	}
	for part := range strings.SplitSeq(mode, ",") {
		who, what, ok := strings.Cut(part, "+")
		if !ok {
			who, what, ok = strings.Cut(part, "=")
		}
		if ok && strings.Contains(what, "w") && (strings.Contains(who, "o") || strings.Contains(who, "a")) && !strings.Contains(what, "t") {
			return true
		}
	}
	return false
}
