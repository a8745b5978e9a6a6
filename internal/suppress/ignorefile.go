package suppress

import (
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/text"
)

// ParseIgnoreFile reads the directives of a .dockerignore, which are our own
// alone: no other tool has any there. One that silences a pattern stands in the
// block of comments directly above it. The result is nil if there is none.
func ParseIgnoreFile(doc *ignorefile.Document, opts Options) *Directives {
	d := &Directives{layout: layout{lines: doc.Lines, unit: "pattern"}}
	src := string(doc.Src)
	var scratch []directive
	// Items from block on, and the bytes from start on, stand directly above what
	// comes next.
	block, start := 0, -1
	for _, l := range doc.Physical {
		switch l.Kind {
		case ignorefile.CommentLine:
			if start < 0 {
				start = l.Start
			}
			scratch = appendDirectives(scratch[:0], src, text.Span{Start: l.Text, End: l.TextEnd}, opts.Now)
			for _, x := range scratch {
				if x.kind == kindDockmend || x.verb.text == kindDockmend {
					d.items = append(d.items, placed{directive: x, target: noTarget, late: x.reach == reachFile && len(d.units) > 0})
				}
			}
		case ignorefile.PatternLine:
			if start < 0 {
				start = l.Start
			}
			for i := block; i < len(d.items); i++ {
				d.items[i].target = len(d.units)
			}
			d.units = append(d.units, unit{span: text.Span{Start: start, End: max(l.End, l.EOL+1)}, up: noTarget})
			block, start = len(d.items), -1
		default:
			block, start = len(d.items), -1
		}
	}
	if len(d.items) == 0 {
		return nil
	}
	return d
}
