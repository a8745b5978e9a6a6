package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// VariableInExecForm reports variables in the JSON arrays of `RUN`, `ENTRYPOINT`, `CMD`
// and `HEALTHCHECK`.
//
// # Why it matters
//
// Docker starts the program of a JSON array without a shell, so nothing expands the
// variable. The program receives the text `$PORT`.
//
// # How to fix it
//
// Write the value, or start a shell that the program replaces:
//
//	CMD ["/bin/sh", "-c", "exec server --port $PORT"]
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether the value or a shell is meant.
//
// # Exceptions
//
// It does not report:
//
//   - arrays that start a shell, or another program that runs its arguments as a script or
//     expands them
//   - a `CMD` that is the arguments of an `ENTRYPOINT`
//   - dollar signs that do not begin a name, such as at the end of a regular expression
var VariableInExecForm = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "variable-in-exec-form",
		Title:    "Variable in a JSON array is not expanded",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkVariableInExecForm,
}

func checkVariableInExecForm(p *facts.Pass[*facts.Dockerfile]) {
	eachArray(p, func(words []dockerfile.Word) {
		for _, w := range words {
			name := variableIn(w.Text)
			if name == "" {
				continue
			}
			p.Report(lint.Finding{
				Span:    w.Span,
				Message: fmt.Sprintf("%s is not expanded in a JSON array, so the program receives the text %s; write the value, or start the program from a shell with exec", quoteShort(w.Text), name),
			})
			return
		}
	})
}

// variableIn returns the first variable of a word as written, "$PORT" or
// "${PORT}"; empty if there is none. Names in lower case are left out: they are
// as often placeholders of the program's own.
func variableIn(word string) string {
	for i := 0; i+1 < len(word); i++ {
		if word[i] == '\\' {
			i++
			continue
		}
		if word[i] != '$' {
			continue
		}
		rest := word[i+1:]
		braced := strings.HasPrefix(rest, "{")
		name := strings.TrimPrefix(rest, "{")
		n := 0
		for n < len(name) && ((name[n] >= 'A' && name[n] <= 'Z') || name[n] == '_' || (n > 0 && name[n] >= '0' && name[n] <= '9')) {
			n++
		}
		switch {
		case n < 2:
		case !braced && (n == len(name) || !isLetter(name[n])):
			return word[i : i+1+n]
		case braced && n < len(name) && name[n] == '}':
			return word[i : i+3+n]
		}
	}
	return ""
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }
