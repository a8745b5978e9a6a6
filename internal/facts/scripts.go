package facts

import (
	"strings"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// maxScript bounds a script that is given to a program, in bytes: what one says
// about longer ones comes too late.
const maxScript = limits.ScriptBytes

// ShellScript is the script of a RUN with its place.
type ShellScript struct {
	Text string
	// Dialect is "sh", "bash", "dash" or "ksh".
	Dialect string
	// Variables are those of ENV and ARG that are set where the script runs.
	Variables []string
	// Start is the offset in the document of the text's first byte.
	Start int
	// Editable reports whether edits of the text are edits of what the shell gets.
	Editable bool
}

// ShellScripts are the scripts of all RUN instructions that a shell reads which
// ShellCheck knows, and how many were left out because of their size or because
// they are no text.
func (f *Dockerfile) ShellScripts() (scripts []ShellScript, left int) {
	f.Each("run", true, func(in *dockerfile.Instruction) {
		s := in.Script()
		if s == nil || s.ForeignInterpreter() {
			return
		}
		dialect := f.dialect(in)
		if dialect == "" {
			return
		}
		if reader := heredocReader(in); reader != "" {
			dialect = reader
		}
		source := s.Text()
		if strings.HasPrefix(source, "#!") {
			line, _, _ := strings.Cut(source, "\n")
			if named := dialectOf(shebang(line)); named != "" {
				dialect = named
			}
			source = strings.Repeat(" ", len(line)) + source[len(line):]
		}
		if len(source) > maxScript || !utf8.ValidString(source) {
			left++
			return
		}
		scripts = append(scripts, ShellScript{
			Text: source, Dialect: dialect, Variables: mentioned(source, f.ScopeAt(in)), Start: s.Span.Start, Editable: s.Editable(),
		})
	})
	return scripts, left
}

// heredocReader is the language of the shell that a here-document is given to, as in
// "RUN <<EOF bash"; empty where none is named.
func heredocReader(in *dockerfile.Instruction) string {
	if len(in.Heredocs) != 1 || len(in.Words) != 2 || !strings.HasPrefix(in.Words[0].Text, "<<") {
		return ""
	}
	return dialectOf(in.Words[1].Text)
}

// mentioned lists the variables of a scope, and the build arguments that need no ARG, whose
// names stand in a script, in the order of the script: what it does not mention makes no
// difference to it.
func mentioned(script string, s Scope) []string {
	var names []string
	seen := map[string]bool{}
	for at := 0; at < len(script) && len(names) < limits.ScriptNames; {
		end := at
		for end < len(script) && isNameByte(script[end], end > at) {
			end++
		}
		if name := script[at:end]; name != "" && !seen[name] {
			seen[name] = true
			if _, ok := s.Lookup(name); ok || IsPredefinedArgument(name) {
				names = append(names, name)
			}
		}
		at = max(end, at+1)
	}
	return names
}

// dialect is the language of the instruction's shell, empty for one that
// ShellCheck does not know.
func (f *Dockerfile) dialect(in *dockerfile.Instruction) string {
	s := f.StageOf(in)
	if s == nil {
		return "sh"
	}
	shell := s.Shell(in)
	if shell.Windows || len(shell.Words) == 0 {
		return ""
	}
	return dialectOf(shell.Words[0])
}

func dialectOf(program string) string {
	switch name := program[strings.LastIndexByte(program, '/')+1:]; name {
	case "sh", "ash", "busybox":
		return "sh"
	case "bash", "dash", "ksh":
		return name
	}
	return ""
}

// shebang is the program that a first line names.
func shebang(line string) string {
	fields := strings.Fields(strings.TrimPrefix(line, "#!"))
	if len(fields) > 1 && strings.HasSuffix(fields[0], "/env") {
		fields = fields[1:]
	}
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}
