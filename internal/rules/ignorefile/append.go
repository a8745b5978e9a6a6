package ignorefile

import (
	"bytes"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/text"
)

// place returns where a finding about a missing pattern is reported: the last pattern,
// below which a person would add it, or else the first line of the file.
func place(d *facts.IgnoreFile) text.Span {
	if n := len(d.Patterns); n > 0 {
		return d.Patterns[n-1].Span
	}
	for _, l := range d.Physical {
		if l.TextEnd > l.Text {
			return l.Span()
		}
	}
	return text.Span{}
}

// newline returns the line end that the file uses.
func newline(d *facts.IgnoreFile) string {
	if len(d.Physical) > 0 {
		if l := d.Physical[0]; l.End > l.EOL {
			return string(d.Src[l.EOL:l.End])
		}
	}
	return "\n"
}

// appendLines returns the fix that adds patterns at the end. A block of lines under a
// comment is about something else, so an empty line separates the two.
func appendLines(p *facts.Pass[*facts.IgnoreFile], lines ...string) lint.Fix {
	end := newline(p.Doc)
	added := strings.Join(lines, end) + end
	if n := len(p.Doc.Src); n > 0 && p.Doc.Src[n-1] != '\n' {
		added = end + strings.TrimSuffix(added, end)
	}
	if lastBlockIsHeaded(p.Doc) {
		added = end + added
	}
	return fixed(p, "add "+strings.Join(lines, ", "), lint.Insert(len(p.Doc.Src), added))
}

// lastBlockIsHeaded reports whether a comment heads the last lines of the file, after an
// empty one.
func lastBlockIsHeaded(d *facts.IgnoreFile) bool {
	for i, l := range slices.Backward(d.Physical) {
		if i > 0 && d.Physical[i-1].Kind == ignorefile.BlankLine {
			return l.Kind == ignorefile.CommentLine
		}
	}
	return false
}

// fixed returns a fix of these edits, as safe as the files around show it to be: Docker
// sends the same files after it, and no build reads what the patterns may match once
// something has created it.
func fixed(p *facts.Pass[*facts.IgnoreFile], title string, edits ...lint.FileEdit) lint.Fix {
	f := lint.Fix{Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: edits}
	list := make([]text.Edit, len(edits))
	for i, e := range edits {
		list[i] = e.Edit
	}
	slices.SortFunc(list, func(a, b text.Edit) int { return a.Span.Start - b.Span.Start })
	src, err := text.Apply(p.Doc.Src, list)
	if err != nil {
		return f
	}
	after := ignorefile.Parse(src)
	mayRead := func(pattern *ignorefile.Pattern) bool { return p.Project.MayRead(p.Doc, pattern) }
	if sendsTheSame(p, after) && !slices.ContainsFunc(newPatterns(p.Doc.Patterns, after.Patterns), mayRead) {
		f.Applicability, f.MaxEffect = lint.Safe, lint.EffectNone
	}
	return f
}

// sendsTheSame reports whether the files that are there now are sent as before.
// The proof looks again, at every file; here it is enough to be careful.
func sendsTheSame(p *facts.Pass[*facts.IgnoreFile], after *ignorefile.Document) bool {
	tree := p.Project.Tree(p.Doc)
	if tree == nil || !tree.Complete {
		return false
	}
	for _, e := range tree.Entries {
		_, ignored := after.Ignored(e.Path)
		if ignored == p.Doc.Sent(e.Path) {
			return false
		}
		// What programs fill is not listed, so nothing is known of what is in it.
		if e.Dir && !ignored && tree.Unlisted(e) {
			return false
		}
	}
	return true
}

// newPatterns returns the patterns between what two lists have in common at either end.
func newPatterns(before, after []*ignorefile.Pattern) []*ignorefile.Pattern {
	for len(before) > 0 && len(after) > 0 && before[0].Cleaned == after[0].Cleaned {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1].Cleaned == after[len(after)-1].Cleaned {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	return after
}

// copiedHere returns the related place of the COPY that copies the context.
func copiedHere(c facts.ContextCopy, by *facts.DockerfileNear) []lint.Related {
	return []lint.Related{{Source: by.Source, Span: c.Instruction.Head, Message: "the whole context is copied here"}}
}

// deleteLine deletes a pattern's line with its line end.
func deleteLine(d *facts.IgnoreFile, p *ignorefile.Pattern) lint.FileEdit {
	l := d.Physical[p.Line-1]
	start, end := l.Start, l.End
	if l.Start == 0 && bytes.HasPrefix(d.Src, []byte("\xEF\xBB\xBF")) {
		start = len("\xEF\xBB\xBF")
	}
	if l.End == l.EOL && p.Line > 1 {
		start = d.Physical[p.Line-2].EOL // the last line, which has no end of its own
	}
	return lint.Delete(text.Span{Start: start, End: end})
}

// runs reports whether a RUN of the Dockerfile contains one of the words.
func runs(d *facts.DockerfileNear, words ...string) bool {
	for _, in := range d.Instructions {
		if in.Keyword != "run" {
			continue
		}
		script := d.Text(in.Span)
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(script, w) }) {
			return true
		}
	}
	return false
}

// exists reports whether the context has a file or folder of that name.
func exists(p *facts.Pass[*facts.IgnoreFile], name string) bool {
	files := p.Project.Files(p.Doc)
	if files == nil {
		return false
	}
	_, ok := files.Exists(name)
	return ok
}

// firstExisting is the first of the names that the context has.
func firstExisting(p *facts.Pass[*facts.IgnoreFile], names ...string) (string, bool) {
	for _, n := range names {
		if exists(p, n) {
			return n, true
		}
	}
	return "", false
}

// isPlain reports whether a pattern is a path and nothing else.
func isPlain(pattern string) bool { return !strings.ContainsAny(pattern, `*?[\`) }
