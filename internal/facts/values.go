package facts

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// A variable's value may hold other variables twice, so that every line doubles
// it. What a word would become is therefore estimated before it is expanded.

// Unexpanded is the first instruction whose words would expand to more than the
// limits allow, and the reason; nil for all that people write. Its values are
// unknown, as are those of all that follow once the sum is reached.
func (f *Dockerfile) Unexpanded() (in *dockerfile.Instruction, why string) {
	if f.scopes == nil {
		f.computeScopes()
	}
	return f.unexpanded, f.why
}

// charge takes the words of an instruction from the bytes that are left, as far as
// the builder expands them. Those of ARG and ENV are taken where they are defined,
// since each may use the one before.
func (f *Dockerfile) charge(in *dockerfile.Instruction, s Scope) {
	words := in
	if in.Inner != nil {
		words = in.Inner
	}
	for _, flag := range words.Flags {
		f.take(in, flag.Value, s)
	}
	switch words.Keyword {
	case "arg", "env", "label":
		for _, p := range words.Pairs {
			if words == in && in.Keyword != "label" {
				break
			}
			f.take(in, p.Key, s)
			f.take(in, p.Value, s)
		}
	case "from", "add", "copy", "workdir", "user", "expose", "volume", "stopsignal":
		for _, w := range words.Words {
			f.take(in, w.Text, s)
		}
		for _, h := range words.Heredocs {
			if h.Expand && words.Keyword != "from" {
				f.takeSize(in, estimate{escape: f.Escape, scope: s, plain: true}, f.Text(h.Body))
			}
		}
	}
}

// defined is the value of an ARG or ENV.
func (f *Dockerfile) defined(in *dockerfile.Instruction, word string, s Scope) (string, bool) {
	if !f.take(in, word, s) {
		return "", false
	}
	return f.expand(word, s)
}

// take reports whether a word may be expanded, and counts it. Where it may not, the
// first one is remembered.
func (f *Dockerfile) take(in *dockerfile.Instruction, word string, s Scope) bool {
	return f.takeSize(in, estimate{escape: f.Escape, scope: s}, word)
}

func (f *Dockerfile) takeSize(in *dockerfile.Instruction, e estimate, word string) bool {
	if strings.IndexByte(word, '$') < 0 {
		return true
	}
	left := &f.left[in.Index()+1]
	why, size := e.of(word)
	if !f.counting {
		return why == "" && *left >= 0
	}
	if why == "" && *left >= 0 {
		if *left -= size; *left < 0 {
			why = fmt.Sprintf("the variables of the file expand to more than %d bytes in all", limits.ExpandedBytes)
		}
	}
	if why != "" && f.unexpanded == nil {
		f.unexpanded, f.why = in, why
	}
	return why == "" && *left >= 0
}

// estimate bounds, from above, what BuildKit's lexer makes of a word.
type estimate struct {
	escape byte
	scope  Scope
	// plain is set for here-documents, in which quotes mean nothing.
	plain bool
	deep  bool
}

// most keeps a product of sizes from overflowing.
const most = 1 << 40

// of says why a word is not expanded: its variables would make it longer than the
// limit allows, or are nested too deep. size is the most bytes that it can become.
func (e estimate) of(word string) (why string, size int) {
	size, _ = e.word(word, 0, 0)
	switch {
	case e.deep:
		return fmt.Sprintf("the variables of a word are nested more than %d levels deep", limits.VariableDepth), size
	case size > len(word)+limits.ValueBytes:
		return fmt.Sprintf("the variables of a word make it longer by more than %d bytes", limits.ValueBytes), size
	}
	return "", size
}

// word estimates from an offset on, to the end or, below a brace, to the one that
// closes it; next is the offset behind that.
func (e *estimate) word(word string, at, depth int) (size, next int) {
	if depth > limits.VariableDepth {
		e.deep = true
		return 0, len(word)
	}
	double := false
	for at < len(word) && !e.deep {
		switch c := word[at]; {
		case c == e.escape:
			at += 2
			size += 2
		case c == '"' && !e.plain:
			double = !double
			at++
		case c == '\'' && !e.plain && !double:
			end := strings.IndexByte(word[at+1:], c)
			if end < 0 {
				return size, len(word) // BuildKit refuses it
			}
			size += end
			at += end + 2
		case c == '}' && depth > 0 && !double:
			return size, at + 1
		case c == '$':
			var n int
			n, at = e.variable(word, at+1, depth)
			size = min(size+n, most)
		default:
			at++
			size++
		}
	}
	return size, min(at, len(word))
}

// variable estimates what stands for a variable, whose name or brace begins at an
// offset.
func (e *estimate) variable(word string, at, depth int) (size, next int) {
	braced := at < len(word) && word[at] == '{'
	if braced {
		at++
	}
	end := builderNameEnd(word, at)
	value := 0
	if v, ok := e.scope.Lookup(word[at:end]); ok && v.Known {
		value = len(v.Value)
		if !utf8.ValidString(v.Value) {
			value *= utf8.UTFMax - 1 // the lexer writes U+FFFD for each odd byte
		}
	}
	if !braced {
		return value + 1, end
	}
	if end < len(word) && word[end] == '/' {
		// Every byte of the value, and the end of it, may be replaced.
		rest, next := e.word(word, end, depth+1)
		return min(value+(value+1)*rest, most), next
	}
	rest, next := e.word(word, end, depth+1)
	return value + rest, next
}

// builderNameEnd is where a variable's name ends that begins at an offset, as
// BuildKit's lexer reads it: letters of any script, digits alone, or one sign.
func builderNameEnd(word string, at int) int {
	end := at
	digits := false
	for end < len(word) {
		r, size := utf8.DecodeRuneInString(word[end:])
		switch {
		case end == at && strings.ContainsRune("@*#?-$!", r):
			return end + size
		case end == at:
			digits = unicode.IsDigit(r)
		}
		if !unicode.IsDigit(r) && (digits || (!unicode.IsLetter(r) && r != '_')) {
			break
		}
		end += size
	}
	return end
}
