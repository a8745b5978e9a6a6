package dockerfile

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readJSON reads the JSON form, with the span of every string; false when the
// text is no JSON array of strings, which makes it the shell form.
func (in *Instruction) readJSON(at, end int) bool {
	t := in.logical.text
	at += leadingSpace(t[at:end])
	if at >= end || t[at] != '[' {
		return false
	}
	words, ok := in.jsonStrings(at, end)
	if !ok {
		var values []json.RawMessage
		in.NotStrings = json.Unmarshal([]byte(t[at:end]), &values) == nil
		return false
	}
	in.Words, in.JSON = words, true
	return true
}

func (in *Instruction) jsonStrings(at, end int) ([]Word, bool) {
	t := in.logical.text
	words := []Word{}
	at = skipJSONSpace(t, at+1, end)
	if at < end && t[at] == ']' {
		return words, skipJSONSpace(t, at+1, end) == end
	}
	for {
		value, next, ok := jsonString(t, at, end)
		if !ok {
			return nil, false
		}
		words = append(words, Word{Text: value, Span: in.logical.span(at, next)})
		at = skipJSONSpace(t, next, end)
		if at >= end {
			return nil, false
		}
		switch t[at] {
		case ',':
			at = skipJSONSpace(t, at+1, end)
		case ']':
			return words, skipJSONSpace(t, at+1, end) == end
		default:
			return nil, false
		}
	}
}

func jsonString(t string, at, end int) (value string, next int, ok bool) {
	if at >= end || t[at] != '"' {
		return "", 0, false
	}
	plain := true
	for i := at + 1; i < end; i++ {
		switch c := t[i]; {
		case c == '"':
			if plain {
				return t[at+1 : i], i + 1, true
			}
			err := json.Unmarshal([]byte(t[at:i+1]), &value)
			return value, i + 1, err == nil
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return "", 0, false
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	return "", 0, false
}

func skipJSONSpace(t string, at, end int) int {
	for at < end && strings.IndexByte(" \t\r\n", t[at]) >= 0 {
		at++
	}
	return at
}

// LooksLikeJSON reports whether the body begins with a bracket, as somebody
// writes who means the JSON form.
func (in *Instruction) LooksLikeJSON() bool {
	for _, r := range in.Body {
		if !unicode.IsSpace(r) {
			return r == '['
		}
	}
	return false
}
