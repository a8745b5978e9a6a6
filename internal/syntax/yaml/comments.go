package yaml

import (
	"sort"

	"github.com/dockmend/dockmend/internal/text"
)

// finish collects the comments: a hash sign behind a blank, outside of scalars.
func (l *locator) finish() {
	end := len(l.f.Src)
	if l.f.Err != nil {
		// Of a document that was not read nobody knows where its scalars are.
		end = l.start
		if docs := l.f.Documents; len(docs) > 0 {
			end = docs[len(docs)-1].Span.End
			if last := docs[len(docs)-1].Root; last != nil {
				end = last.Full.End
			}
		}
	}
	at := l.start
	for _, leaf := range l.leaves {
		if leaf.End > end {
			break
		}
		l.comments(at, leaf.Start)
		at = max(at, leaf.End)
	}
	l.comments(at, end)
	if l.f.Err != nil {
		l.f.looseComments(end)
	}
}

// comments adds those between two scalars.
func (l *locator) comments(from, to int) {
	src := l.f.Src
	for i := from; i < to; i++ {
		if src[i] != '#' || !l.startsComment(i) {
			continue
		}
		end := i
		for end < len(src) && lineBreak(src, end) == 0 {
			end++
		}
		l.f.addComment(text.Span{Start: i, End: end})
		i = end
	}
}

// looseComments adds the lines that look like comments, from an offset on.
func (f *File) looseComments(from int) {
	for n := f.own.Position(from).Line; n <= f.own.Lines(); n++ {
		line := f.own.Line(n)
		i := max(line.Start, from)
		for i < line.End && isBlank(f.Src[i]) {
			i++
		}
		if i < line.End && f.Src[i] == '#' {
			f.addComment(text.Span{Start: i, End: line.End})
		}
	}
}

func (f *File) addComment(span text.Span) {
	if n := len(f.Comments); n > 0 && f.Comments[n-1].Span.End > span.Start {
		return
	}
	i := span.Start
	for i > 0 && isBlank(f.Src[i-1]) {
		i--
	}
	own := f.own.Position(i).Column == 1
	f.Comments = append(f.Comments, Comment{Span: span, Own: own})
}

// commentFrom is the index of the first comment that begins at an offset or
// behind it.
func (f *File) commentFrom(offset int) int {
	return sort.Search(len(f.Comments), func(i int) bool { return f.Comments[i].Span.Start >= offset })
}

// lineEnd is the offset of the line end behind an offset.
func (f *File) lineEnd(offset int) int {
	return f.own.Line(f.own.Position(offset).Line).End
}
