package suppress

import (
	"github.com/dockmend/dockmend/internal/lint"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// Directives are the ignore comments of one file. A nil one is empty.
type Directives struct {
	layout
	items []placed
	// Allow reports whether a directive may silence findings of a rule; nil lets each.
	Allow func(*lint.Meta, *lint.Suppression) bool
}

// layout is what a file's syntax says about the places where directives count.
type layout struct {
	// lines number the places that people are told; own are those that end a
	// comment, nil where they are the same.
	lines, own *text.LineIndex
	// src is set where comments may stand behind something else.
	src string
	// units in file order, and what messages call one.
	units []unit
	unit  string
	// keep reports whether the comment on a line must stay, since the file would
	// mean something else without it; nil where none must.
	keep func(line int) bool
}

// unit is what a directive silences: an instruction, a pattern or a line of
// YAML, with the comments directly above it.
type unit struct {
	span text.Span
	// up is the index of the unit that it lies below: the FROM of the stage, the
	// key of the mapping. noTarget if there is none.
	up int
}

// placed is a directive and the place where it counts.
type placed struct {
	directive
	// target is the unit's index for reachNext and reachStage, noTarget where
	// there is none.
	target int
	// late marks a file-wide directive of ours below the first unit.
	late bool
}

const noTarget = -1

// Empty reports whether the file has no directive, so that Apply has nothing to do.
func (d *Directives) Empty() bool { return d == nil || len(d.items) == 0 }

// aUnit is the unit with its article.
func (l *layout) aUnit() string {
	if strings.HasPrefix(l.unit, "i") {
		return "an " + l.unit
	}
	return "a " + l.unit
}

// commentLines are the lines that end a comment.
func (l *layout) commentLines() *text.LineIndex {
	if l.own != nil {
		return l.own
	}
	return l.lines
}

// before is where the text ends that stands before a comment on its line; the
// start of the span if there is none.
func (l *layout) before(span text.Span) int {
	if l.src == "" {
		return span.Start
	}
	return span.Start + len(strings.TrimRight(l.src[span.Start:span.End], " \t"))
}
