package compose

import "strings"

// Split returns the words of a command in either form; nil where a variable decides
// what they are, or quotes do not end.
func (c Command) Split() []string {
	var words []string
	for _, v := range c.Words {
		if !v.Known {
			return nil
		}
		if c.List {
			words = append(words, v.Text)
			continue
		}
		split, ok := SplitWords(v.Text)
		if !ok {
			return nil
		}
		words = append(words, split...)
	}
	return words
}

// SplitWords splits a string as Compose does, by the shell's rules for quotes; no
// shell runs it. ok is false where quotes do not end.
func SplitWords(s string) (words []string, ok bool) {
	var word strings.Builder
	inWord := false
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(s):
			i++
			word.WriteByte(s[i])
			inWord = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inWord = c, true
		case quote == 0 && strings.IndexByte(" \t\n\r", c) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, quote == 0
}
