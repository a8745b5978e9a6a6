package compose

import (
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

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
	words := append(s.Entrypoint().Split(), s.Command().Split()...)
	script, ok := shellScript(words, false)
	if !ok {
		return words
	}
	last := strings.TrimRight(script, " \n;")
	for _, separator := range []string{"&&", ";", "\n"} {
		last = last[strings.LastIndex(last, separator)+1:]
		last = strings.TrimPrefix(last, "&")
	}
	words, _ = compose.SplitWords(strings.TrimPrefix(strings.TrimSpace(last), "exec "))
	return words
}
