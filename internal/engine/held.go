package engine

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// holdGenerated keeps the fixes of a file that a program writes from being applied:
// its next run would undo them. They stay as what is to be done in its source.
func (l *loaded) holdGenerated() {
	held := false
	for _, d := range l.out.Diagnostics {
		held = held || d.Fixable()
	}
	if !held {
		return
	}
	head, generated := facts.GeneratedHead(l.src.Bytes)
	if !generated {
		return
	}
	for _, d := range l.out.Diagnostics {
		for i := range d.Fixes {
			d.Fixes[i].Applicability = lint.Manual
		}
	}
	what := "the file that it is generated from"
	if template := facts.TemplateOf(l.file.Context, l.src.Path); template != "" {
		what = template
	} else if head.By != "" {
		what = fmt.Sprintf("the file from which %s generates it", head.By)
	}
	l.out.Held = fmt.Sprintf("line %d says that the file is generated; change %s", head.Line, what)
}
