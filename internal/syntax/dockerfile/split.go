package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

// split cuts the range of the joined text that holds an instruction into
// keyword, flags and arguments, as BuildKit's splitCommand does.
func (in *Instruction) split(start, end int, escape byte) {
	t := in.logical.text
	start += leadingSpace(t[start:end])
	end = start + len(strings.TrimSpace(t[start:end]))
	at := start
	for at < end && !isBlank(t[at]) {
		at++
	}
	in.Keyword = strings.ToLower(t[start:at])
	in.KeywordSpan = in.logical.span(start, at)
	in.Head = in.logical.span(start, end)
	for at < end && isBlank(t[at]) {
		at++
	}
	at = in.splitFlags(at, end, escape)
	at += leadingSpace(t[at:end])
	in.Args = t[at:end]
	in.ArgsSpan = in.logical.span(at, end)
	in.Body, in.BodySpan = in.Args, in.ArgsSpan
	in.splitArguments(at, end, escape)
}

// isBlank is the class that BuildKit splits keywords and words at.
func isBlank(c byte) bool { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\n') }

// isSpaceByte is unicode.IsSpace of a single byte, which BuildKit applies to
// flags byte by byte.
func isSpaceByte(c byte) bool {
	isControl := c >= '\t' && c <= '\r'
	return c == ' ' || isControl || c == 0x85 || c == 0xA0
}

// splitFlags reads the "--name=value" words and returns where the arguments begin.
func (in *Instruction) splitFlags(at, end int, escape byte) int {
	t := in.logical.text
	for {
		for at < end && isSpaceByte(t[at]) {
			at++
		}
		if at+1 >= end || t[at] != '-' || t[at+1] != '-' {
			return at
		}
		word, next := flagWord(t, at, end, escape)
		if word == "--" {
			return next
		}
		f := Flag{Span: in.logical.span(at, next)}
		name, value, ok := strings.Cut(word[min(2, len(word)):], "=")
		f.Name, f.Value, f.HasValue = name, value, ok
		f.ValueSpan = text.Span{Start: f.Span.End, End: f.Span.End}
		if eq := strings.IndexByte(t[at:next], '='); ok && eq >= 0 {
			f.ValueSpan = in.logical.span(at+eq+1, next)
		}
		in.Flags = append(in.Flags, f)
		at = next
	}
}

// flagWord reads a word with quotes and escapes resolved, and where it ends.
func flagWord(t string, at, end int, escape byte) (word string, next int) {
	start, plain := at, true
	var b strings.Builder
	quote := byte(0)
	for ; at < end; at++ {
		c := t[at]
		switch {
		case quote == 0 && isSpaceByte(c):
			if plain {
				return t[start:at], at
			}
			return b.String(), at
		case quote == 0 && (c == '\'' || c == '"'):
			plain = plainEnds(&b, t[start:at], plain)
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == escape:
			plain = plainEnds(&b, t[start:at], plain)
			if at+1 < end {
				at++
				b.WriteByte(t[at])
			}
		case !plain:
			b.WriteByte(c)
		}
	}
	if plain {
		return t[start:end], end
	}
	return b.String(), end
}

func plainEnds(b *strings.Builder, so string, plain bool) bool {
	if plain {
		b.WriteString(so)
	}
	return false
}

// splitArguments reads the arguments in the way of the instruction's keyword.
func (in *Instruction) splitArguments(at, end int, escape byte) {
	t := in.logical.text
	switch in.Keyword {
	case "run", "cmd", "entrypoint", "shell", "add", "copy", "volume":
		if !in.readJSON(at, end) {
			in.Words = in.blankWords(at, end)
		}
	case "healthcheck":
		in.splitHealthcheck(at, end)
	case "env", "label", "arg":
		in.Words = in.quotedWords(at, end, escape)
		in.splitPairs(at, end)
	case "onbuild":
		in.Words = in.blankWords(at, end)
		if at < end {
			inner := &Instruction{doc: in.doc, index: in.index, logical: in.logical, firstLine: in.firstLine, lastLine: in.lastLine}
			inner.split(at, end, escape)
			inner.Span = inner.Head
			in.Inner = inner
		}
	case "maintainer":
		in.Words = []Word{{Text: t[at:end], Span: in.logical.span(at, end)}}
	default:
		in.Words = in.blankWords(at, end)
	}
}

func (in *Instruction) splitHealthcheck(at, end int) {
	in.Words = in.blankWords(at, end)
	t := in.logical.text
	body := at
	for body < end && !isSpaceByte(t[body]) {
		body++
	}
	for body < end && isSpaceByte(t[body]) {
		body++
	}
	in.Body, in.BodySpan = t[body:end], in.logical.span(body, end)
	if len(in.Words) > 0 {
		kind := in.Words[0]
		if in.readJSON(body, end) {
			in.Words = append([]Word{kind}, in.Words...)
		}
	}
}

// blankWords splits at blanks.
func (in *Instruction) blankWords(at, end int) []Word {
	t := in.logical.text
	n := 0
	for i := at; i < end; i++ {
		if !isBlank(t[i]) && (i == at || isBlank(t[i-1])) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	words := make([]Word, 0, n)
	for at < end {
		for at < end && isBlank(t[at]) {
			at++
		}
		start := at
		for at < end && !isBlank(t[at]) {
			at++
		}
		if at > start {
			words = append(words, Word{Text: t[start:at], Span: in.logical.span(start, at)})
		}
	}
	return words
}

// quotedWords splits at blanks outside of quotes; quotes and escapes stay in
// the words.
func (in *Instruction) quotedWords(at, end int, escape byte) []Word {
	var words []Word
	t := in.logical.text
	for at < end {
		at += leadingSpace(t[at:end])
		if at >= end {
			break
		}
		start := at
		at = quotedWordEnd(t, at, end, escape)
		words = append(words, Word{Text: t[start:at], Span: in.logical.span(start, at)})
	}
	return words
}

func quotedWordEnd(t string, at, end int, escape byte) int {
	quote := byte(0)
	for at < end {
		c := t[at]
		switch {
		case quote == 0 && leadingSpace(t[at:min(at+4, end)]) > 0:
			return at
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == escape && quote != '\'':
			if at+1 == end {
				// BuildKit drops an escape character at the very end.
				return end
			}
			at++
		}
		at++
	}
	return end
}

// splitPairs reads ENV, LABEL and ARG. The old form "ENV key value" is told by
// a first word without an equals sign.
func (in *Instruction) splitPairs(at, end int) {
	t := in.logical.text
	if in.Keyword != "arg" && len(in.Words) > 0 && !strings.Contains(in.Words[0].Text, "=") {
		keyEnd := at
		for keyEnd < end && !isBlank(t[keyEnd]) {
			keyEnd++
		}
		value := keyEnd
		for value < end && isBlank(t[value]) {
			value++
		}
		in.Pairs = []Pair{{
			Key: t[at:keyEnd], Value: t[value:end], Span: in.logical.span(at, end),
			KeySpan: in.logical.span(at, keyEnd), ValueSpan: in.logical.span(value, end),
			HasValue: value < end, Legacy: true,
		}}
		return
	}
	pos := at
	for _, w := range in.Words {
		if len(in.Pairs) > limits.Pairs {
			return // the file is not linted
		}
		// The words follow one another in the joined text.
		pos += strings.Index(t[pos:end], w.Text)
		key, value, ok := strings.Cut(w.Text, "=")
		p := Pair{Key: key, Value: value, Span: w.Span, HasValue: ok, KeySpan: in.logical.span(pos, pos+len(key))}
		p.ValueSpan = text.Span{Start: w.Span.End, End: w.Span.End}
		if ok {
			p.ValueSpan = in.logical.span(pos+len(key)+1, pos+len(w.Text))
		}
		in.Pairs = append(in.Pairs, p)
		pos += len(w.Text)
	}
}
