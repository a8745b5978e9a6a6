package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
	"mvdan.cc/sh/v3/syntax"
)

// The parts from which several rules make their fixes. Each says with ok whether
// the text is plain enough: a comment in the way, or text that only looks like
// what it is, and there is no edit.

// unsafeFix is a list of one fix that is applied when asked for.
func unsafeFix(title string, effect lint.Effect, edits ...lint.FileEdit) []lint.Fix {
	return []lint.Fix{{Title: title, Applicability: lint.Unsafe, MaxEffect: effect, Edits: edits}}
}

// isInner reports whether ONBUILD holds the instruction.
func isInner(in *dockerfile.Instruction) bool {
	return in.Document().Instructions[in.Index()] != in
}

// hasCommentAbove reports whether the line above the instruction is a comment,
// which is most likely about it.
func hasCommentAbove(in *dockerfile.Instruction) bool { return topOf(in) != wholeLines(in).Start }

// topOf is where the lines of an instruction begin, the comments included that
// stand on it without a blank line between.
func topOf(in *dockerfile.Instruction) int {
	top := wholeLines(in).Start
	for i := len(in.Comments) - 1; i >= 0; i-- {
		d := in.Document()
		line := d.Lines.FullLine(d.Lines.Position(in.Comments[i].Start).Line)
		if line.End != top {
			break
		}
		top = line.Start
	}
	return top
}

// deleteInstruction deletes the lines of an instruction. There is no edit where
// comments stand on it or in it, or where the rest of it stands below as a comment:
// they would be lost, or be about something else.
func deleteInstruction(in *dockerfile.Instruction) (edit lint.FileEdit, ok bool) {
	if isInner(in) || hasCommentAbove(in) || holdsComment(in) || hasRestBelow(in) {
		return edit, false
	}
	lines := wholeLines(in)
	d := in.Document()
	first, below := d.Lines.Position(lines.Start).Line-1, d.Lines.Position(lines.End).Line-1
	isBlank := func(i int) bool { return i >= 0 && i < len(d.Physical) && d.Physical[i].Kind == dockerfile.BlankLine }
	if isBlank(first-1) && isBlank(below) && lines.End < len(d.Src) {
		lines.End = d.Physical[below].End // one of two blank lines stays
	}
	return lint.Delete(lines), true
}

// hasRestBelow reports whether the line below an instruction is a comment that looks
// like a piece of it, or another form of it, that was commented out.
func hasRestBelow(in *dockerfile.Instruction) bool {
	d := in.Document()
	below := d.Lines.Position(wholeLines(in).End).Line - 1
	if below >= len(d.Physical) || d.Physical[below].Kind != dockerfile.CommentLine {
		return false
	}
	line := d.Physical[below]
	comment := d.Text(text.Span{Start: line.Text, End: line.EOL})
	words := strings.TrimLeft(comment, "# \t")
	keyword, _, _ := strings.Cut(words, " ")
	return line.Text > line.Start || len(comment)-len(words) > 2 || strings.EqualFold(keyword, in.Keyword) ||
		strings.HasPrefix(words, "&&") || strings.HasPrefix(words, "-")
}

// insertLine puts an instruction above another one and the comments that belong to
// it, with a blank line between; or below one of its kind that stands right before.
func insertLine(in *dockerfile.Instruction, keyword, args string) (edit lint.FileEdit, ok bool) {
	if isInner(in) || in.Index() == 0 {
		return edit, false
	}
	d := in.Document()
	line := sameCase(keyword, d.Text(in.KeywordSpan)) + " " + args + d.Newline()
	if before := d.Instructions[in.Index()-1]; strings.EqualFold(before.Keyword, keyword) {
		return lint.Insert(wholeLines(before).End, line), true
	}
	if hasCommentAbove(in) {
		line += d.Newline()
	}
	return lint.Insert(topOf(in), line), true
}

// separates reports whether a text only stands between words: blanks, line ends,
// continuations and the characters of also.
func separates(d *dockerfile.Document, s text.Span, also string) bool {
	return s.Start <= s.End && strings.Trim(d.Text(s), " \t\r\n"+string(rune(d.Escape))+also) == ""
}

// deletePair deletes a key with its value, the whole instruction where it is the
// only one.
func deletePair(in *dockerfile.Instruction, pair dockerfile.Pair) (edit lint.FileEdit, ok bool) {
	at := slices.IndexFunc(in.Pairs, func(p dockerfile.Pair) bool { return p.Span == pair.Span })
	span := pair.Span
	switch {
	case at < 0:
		return edit, false
	case len(in.Pairs) == 1:
		return deleteInstruction(in)
	case at == 0:
		span.End = in.Pairs[1].Span.Start
		ok = separates(in.Document(), text.Span{Start: in.KeywordSpan.End, End: pair.Span.Start}, "") &&
			separates(in.Document(), text.Span{Start: pair.Span.End, End: span.End}, "")
	default:
		span.Start = in.Pairs[at-1].Span.End
		ok = separates(in.Document(), text.Span{Start: span.Start, End: pair.Span.Start}, "")
	}
	return lint.Delete(span), ok
}

// deleteWords deletes count words of a command from the one at a place on, with
// what separates them from the word before.
func deleteWords(c *facts.Command, from text.Span, count int) (edit lint.FileEdit, ok bool) {
	at := slices.IndexFunc(c.Words, func(a facts.Argument) bool { return a.Span == from })
	if at < 1 || at+count > len(c.Words) || (c.Script != nil && !c.Script.Editable()) {
		return edit, false
	}
	also := ""
	if c.Script == nil {
		also = ","
	}
	for i := at; i < at+count; i++ {
		if !separates(c.Instruction.Document(), text.Span{Start: c.Words[i-1].Span.End, End: c.Words[i].Span.Start}, also) {
			return edit, false
		}
	}
	return lint.Delete(text.Span{Start: c.Words[at-1].Span.End, End: c.Words[at+count-1].Span.End}), true
}

// deleteCommand deletes a command from a RUN: out of a chain of && or of a list,
// or the whole instruction where nothing else is in it.
func deleteCommand(c *facts.Command) (edit lint.FileEdit, ok bool) {
	if c.Script == nil || c.Stmt == nil || !c.Script.Editable() || c.Stmt.Background {
		return edit, false
	}
	if c.Stmt.Negated || len(c.Stmt.Redirs) > 0 {
		return edit, false
	}
	list := c.Script.File.Stmts
	at := slices.IndexFunc(list, func(s *syntax.Stmt) bool {
		return s.Pos().Offset() <= c.Stmt.Pos().Offset() && c.Stmt.End().Offset() <= s.End().Offset()
	})
	switch {
	case at < 0:
		return edit, false
	case list[at] != c.Stmt:
		return deleteLink(c, list[at])
	case len(list) == 1:
		if len(c.Instruction.Heredocs) > 0 {
			return edit, false
		}
		return deleteInstruction(c.Instruction)
	case at+1 < len(list):
		return deleteBetween(c, c.Script.SpanOf(c.Stmt).Start, c.Script.SpanOf(list[at+1]).Start)
	}
	return edit, false
}

// deleteLink deletes a command from a chain that has && only.
func deleteLink(c *facts.Command, chain *syntax.Stmt) (edit lint.FileEdit, ok bool) {
	for at := chain; ; {
		link, isLink := at.Cmd.(*syntax.BinaryCmd)
		switch {
		case !isLink || link.Op != syntax.AndStmt || at.Background || at.Negated || len(at.Redirs) > 0:
			return edit, false
		case link.X == c.Stmt:
			return deleteBetween(c, c.Script.SpanOf(link.X).Start, c.Script.SpanOf(link.Y).Start)
		case link.Y == c.Stmt:
			return deleteBetween(c, c.Script.SpanOf(link.X).End, c.Script.SpanOf(link.Y).End)
		}
		at = link.X
	}
}

// deleteBetween deletes a span that holds a command, if nothing else is in it.
func deleteBetween(c *facts.Command, start, end int) (edit lint.FileEdit, ok bool) {
	own, d := c.Script.SpanOf(c.Stmt), c.Instruction.Document()
	if !separates(d, text.Span{Start: start, End: own.Start}, "&;") || !separates(d, text.Span{Start: own.End, End: end}, "&;") {
		return edit, false
	}
	return lint.Delete(text.Span{Start: start, End: end}), true
}

// runsAfter reports whether a RUN may see what an instruction sets: one below it in
// its stage, or any in a stage that follows.
func runsAfter(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	return d.LastIndex("run") > in.Index()
}

// settingEffect is what a change of an ENV, ARG or USER does at most: a WORKDIR
// makes its folder for the user.
func settingEffect(d *facts.Dockerfile, in *dockerfile.Instruction) lint.Effect {
	if runsAfter(d, in) || d.LastIndex("workdir") > in.Index() {
		return lint.EffectGraph
	}
	return lint.EffectConfig
}

// setVariable sets an environment variable above an instruction: in the last ENV
// with several variables where home says that it is the right one, else in one of
// its own.
func setVariable(in *dockerfile.Instruction, name, value string, effect lint.Effect, home func(*dockerfile.Instruction) bool) []lint.Fix {
	if isInner(in) {
		return nil
	}
	d, title := in.Document(), "set "+name
	for i := in.Index() - 1; i >= 0; i-- {
		before := d.Instructions[i]
		if before.Keyword == "from" || (before.Keyword == "run" && !home(before)) {
			break
		}
		n := len(before.Pairs)
		if before.Keyword != "env" || n < 2 || !home(before) {
			continue
		}
		gap := text.Span{Start: before.Pairs[n-2].Span.End, End: before.Pairs[n-1].Span.Start}
		if separates(d, gap, "") {
			return unsafeFix(title, effect, lint.Insert(before.Pairs[n-1].Span.End, d.Text(gap)+name+"="+value))
		}
	}
	edit, ok := insertLine(in, "ENV", name+"="+value)
	if !ok {
		return nil
	}
	return unsafeFix(title, effect, edit)
}

// setForCommand sets a variable for the program that the final stage starts, so
// late that no build step sees it.
func setForCommand(d *facts.Dockerfile, c startCommand, name, value string) []lint.Fix {
	if d.StageOf(c.in) != c.stage || runsAfter(d, c.in) {
		return nil
	}
	return setVariable(c.in, name, value, lint.EffectConfig, func(in *dockerfile.Instruction) bool { return in.Keyword == "env" })
}

// setForUv sets a variable of uv above a RUN, next to others of uv.
func setForUv(c *facts.Command, name, value string) []lint.Fix {
	return setVariable(c.Instruction, name, value, lint.EffectGraph, func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" || slices.ContainsFunc(in.Pairs, func(p dockerfile.Pair) bool { return strings.HasPrefix(p.Key, "UV_") })
	})
}

// workdirAt is the folder in which an instruction works; ok is false where the
// file does not say it.
func workdirAt(d *facts.Dockerfile, in *dockerfile.Instruction) (path string, ok bool) {
	s := d.StageOf(in)
	if s == nil {
		return "", false
	}
	w := s.LastBefore("workdir", in)
	if w == nil {
		return "", false
	}
	value, known := d.Expand(w, w.Args)
	value = bare(value)
	return cleanFolder(value), known && strings.HasPrefix(value, "/")
}

// cleanFolder is a folder without the slash at its end.
func cleanFolder(path string) string {
	if len(path) > 1 {
		return strings.TrimRight(path, "/")
	}
	return path
}

// deleteStartWords deletes words of what the final stage starts, be they in its
// ENTRYPOINT or in its CMD.
func deleteStartWords(d *facts.Dockerfile, c startCommand, from text.Span, count int) (edit lint.FileEdit, ok bool) {
	for _, in := range []*dockerfile.Instruction{c.stage.Entrypoint(), c.stage.Command()} {
		if in == nil || !in.Span.Contains(from) {
			continue
		}
		if commands := d.Commands(in); len(commands) > 0 {
			return deleteWords(commands[len(commands)-1], from, count)
		}
	}
	return edit, false
}

// sameCase writes a keyword in lower case where another one is.
func sameCase(keyword, like string) string {
	if like == strings.ToLower(like) {
		return strings.ToLower(keyword)
	}
	return keyword
}

// withBlanks is a flag with the blanks after it, and with its line where it is
// alone on one.
func withBlanks(d *facts.Dockerfile, flag text.Span) text.Span {
	for flag.End < len(d.Src) && isBlank(d.Src[flag.End]) {
		flag.End++
	}
	line := d.Lines.FullLine(d.Lines.Position(flag.Start).Line)
	before, behind := string(d.Src[line.Start:flag.Start]), string(d.Src[flag.End:line.End])
	if line.Start > 0 && strings.Trim(before, " \t") == "" && strings.TrimRight(behind, "\r\n") == string(rune(d.Escape)) {
		return line
	}
	return flag
}

// addWords writes words after the name of a health check's program, in the form of the
// instruction. There is no fix where they would have another meaning.
func addWords(in *dockerfile.Instruction, c *facts.Command, words ...string) []lint.Fix {
	before, after := " ", ""
	if in.JSON {
		before, after = `, "`, `"`
	} else if c.Script == nil || !c.Script.Editable() {
		return nil
	}
	var text strings.Builder
	for _, w := range words {
		text.WriteString(before + w + after)
	}
	return unsafeFix("add "+strings.Join(words, " "), lint.EffectConfig, lint.Insert(c.Words[0].Span.End, text.String()))
}

// insertAbove returns the fix that adds an instruction above another one.
func insertAbove(d *facts.Dockerfile, in *dockerfile.Instruction, keyword, args string) []lint.Fix {
	line := sameCase(keyword, d.Text(in.KeywordSpan)) + " " + args
	return []lint.Fix{{
		Title: "add " + keyword + " " + args, Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
		Edits: []lint.FileEdit{lint.Insert(in.KeywordSpan.Start, line+d.Newline())},
	}}
}

// numberSpan returns the place of the number in a word as it is written, which may have
// quotes and the flag around it; it is empty if the number is written otherwise.
func numberSpan(d *facts.Dockerfile, in *dockerfile.Instruction, at facts.Argument) text.Span {
	source := d.Text(at.Span)
	i := strings.LastIndex(source, at.Text)
	rest := ""
	if i >= 0 {
		rest = source[i+len(at.Text):]
	}
	if i < 0 || (rest != "" && (!in.JSON || rest != `"`)) {
		return text.Span{}
	}
	return text.Span{Start: at.Span.Start + i, End: at.Span.Start + i + len(at.Text)}
}

// wholeLines are the lines of an instruction with their ends.
func wholeLines(in *dockerfile.Instruction) text.Span {
	lines := in.PhysicalLines()
	return text.Span{Start: lines[0].Start, End: lines[len(lines)-1].End}
}
