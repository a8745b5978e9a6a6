package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// commandWords are the words of a command in either form; nil where a variable
// decides what they are, or quotes do not end.
func commandWords(c compose.Command) []string {
	var words []string
	for _, v := range c.Words {
		if !v.Known {
			return nil
		}
		if c.List {
			words = append(words, v.Text)
			continue
		}
		split, ok := splitWords(v.Text)
		if !ok {
			return nil
		}
		words = append(words, split...)
	}
	return words
}

// splitWords splits a string as Compose does, by the shell's rules for quotes;
// it is run by no shell.
func splitWords(s string) (words []string, ok bool) {
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
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
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

// shellScript is the script of "sh -c SCRIPT"; ok is false for other commands.
// bash is left out where plain is asked for: it becomes its last command.
func shellScript(words []string, plain bool) (script string, ok bool) {
	if len(words) != 3 || !strings.HasPrefix(words[1], "-") || !strings.HasSuffix(words[1], "c") || strings.Contains(words[1], "i") {
		return "", false
	}
	shells := []string{"sh", "dash", "ash"}
	if !plain {
		shells = append(shells, "bash")
	}
	return words[2], slices.Contains(shells, path.Base(words[0]))
}

// startWords are the words of the program that a service starts, as far as the
// file says it: entrypoint and command; what is behind a shell's last "&&".
func startWords(s *facts.ComposeService) []string {
	words := append(commandWords(s.Entrypoint()), commandWords(s.Command())...)
	script, ok := shellScript(words, false)
	if !ok {
		return words
	}
	last := strings.TrimRight(script, " \n;")
	for _, separator := range []string{"&&", ";", "\n"} {
		last = last[strings.LastIndex(last, separator)+1:]
		last = strings.TrimPrefix(last, "&")
	}
	words, _ = splitWords(strings.TrimPrefix(strings.TrimSpace(last), "exec "))
	return words
}
