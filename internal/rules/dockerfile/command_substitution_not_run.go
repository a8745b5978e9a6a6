package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// CommandSubstitutionNotRun reports `$(...)` and backticks in the values of `ENV`,
// `ARG`, `LABEL`, `USER`, `WORKDIR` and `EXPOSE`.
//
// # Why it matters
//
// Only a shell runs command substitutions, and no shell reads these instructions. The
// value is the text `$(date)`, not its result.
//
// # How to fix it
//
// Write the value itself, or pass it to the build:
//
//	ARG BUILD_DATE
//	LABEL org.opencontainers.image.created=$BUILD_DATE
//
// Then build with `--build-arg BUILD_DATE="$(date)"`. A value that only one step needs
// can be set in its `RUN`.
//
// # Fix safety
//
// There is no automatic fix: the value must come from an `ARG` that each build passes, or from a
// `RUN` that writes it where the program reads it.
//
// # Exceptions
//
// It does not report:
//
//   - variables that a shell can read as a prompt or as a command later, such as `PS1`
//     or `PROMPT_COMMAND`
//   - values in single quotes
var CommandSubstitutionNotRun = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "command-substitution-not-run",
		Title:    "Command substitution has no effect outside RUN",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkCommandSubstitutionNotRun,
}

func checkCommandSubstitutionNotRun(p *facts.Pass[*facts.Dockerfile]) {
	for _, in := range p.Doc.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		if in.Err != nil {
			continue
		}
		switch in.Keyword {
		case "env", "arg", "label":
			for _, pair := range in.Pairs {
				if text, found := substitution(pair.Value); found && !isReadLater(pair.Key) {
					reportSubstitution(p, in, text)
				}
			}
		case "user", "workdir", "expose":
			if text, found := substitution(in.Args); found {
				reportSubstitution(p, in, text)
			}
		}
	}
}

// substitution finds what a shell would take for a command: "$(id -u)", or backticks at the
// start of a value.
func substitution(value string) (text string, found bool) {
	value = strings.Trim(value, `"`)
	if strings.HasPrefix(value, "'") {
		return "", false
	}
	if at := strings.Index(value, "$("); at >= 0 && (at == 0 || (value[at-1] != '\\' && value[at-1] != '$')) {
		end := strings.IndexByte(value[at:], ')')
		inner := value[at+2 : at+max(end, 2)]
		name, _, _ := strings.Cut(inner, " ")
		return value[at : at+max(end+1, 2)], end > 2 && isPlainWord(name)
	}
	return value, len(value) > 2 && value[0] == '`' && value[len(value)-1] == '`'
}

// isReadLater reports whether a shell may read the value of a variable as a command.
func isReadLater(name string) bool {
	name = strings.ToUpper(name)
	return strings.HasPrefix(name, "PS") || strings.Contains(name, "PROMPT") || strings.Contains(name, "CMD") ||
		strings.Contains(name, "COMMAND") ||
		strings.Contains(name, "SCRIPT") ||
		strings.Contains(name, "EVAL")
}

// insteadOf returns what to write in place of a substitution.
func insteadOf(keyword, text string) string {
	name, _, _ := strings.Cut(strings.Trim(text, "$()`"), " ")
	switch {
	case name == "pwd" || name == "dirname" || name == "realpath" || name == "readlink" || name == "which":
		return "write the path itself"
	case name == "echo" || name == "printf":
		return "write the text itself"
	case keyword == "env" || keyword == "arg" || keyword == "label":
		return "pass the value with --build-arg, or set it in a RUN"
	}
	return "write the value itself, or use an ARG and --build-arg"
}

func reportSubstitution(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction, text string) {
	p.Report(lint.Finding{
		Span: in.Head,
		Message: fmt.Sprintf(
			"%s does not run commands, so %s stays literal text; %s",
			strings.ToUpper(in.Keyword),
			quoteShort(text),
			insteadOf(in.Keyword, text),
		),
	})
}
