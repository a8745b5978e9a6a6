package facts

import (
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// StartWords are the words with which a container of the stage starts, and the
// instruction that names the program. There are none where the file does not
// say it, or where it is no plain command.
func (s *Stage) StartWords() ([]Argument, *dockerfile.Instruction) {
	entrypoint, cmd := s.Entrypoint(), s.Command()
	if entrypoint == nil {
		if cmd == nil {
			return nil, nil
		}
		return s.doc.lastWords(cmd), cmd
	}
	words := s.doc.lastWords(entrypoint)
	if entrypoint.JSON && cmd != nil && cmd.JSON && len(words) > 0 {
		words = append(words, s.doc.lastWords(cmd)...)
	}
	return words, entrypoint
}

// lastWords are the words of the last command that an instruction starts.
func (f *Dockerfile) lastWords(in *dockerfile.Instruction) []Argument {
	commands := f.Commands(in)
	if len(commands) == 0 {
		return nil
	}
	return append([]Argument(nil), commands[len(commands)-1].Words...)
}

// ExposedPorts are the ports of EXPOSE in the stage and in those that it builds
// on, each with its word; known is false where a word is a variable or a range.
func (s *Stage) ExposedPorts() (ports []int, words []dockerfile.Word, known bool) {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "expose" {
				continue
			}
			for _, w := range in.Words {
				number, _, _ := strings.Cut(strings.Trim(w.Text, `"'`), "/")
				port, err := strconv.Atoi(number)
				if err != nil {
					return nil, nil, false
				}
				ports = append(ports, port)
				words = append(words, w)
			}
		}
	}
	return ports, words, true
}

func isShellProgram(word string) bool {
	switch path.Base(word) {
	case "sh", "bash", "ash", "dash":
		return true
	}
	return false
}

// ScriptWords are the words of the last command of a script that only joins
// commands with "&&" and ";"; ok is false for any other.
func ScriptWords(script string) ([]string, bool) {
	for _, separator := range []string{"&&", ";", "\n"} {
		script = strings.TrimSpace(script)
		script = script[strings.LastIndex(script, separator)+1:]
	}
	script = strings.TrimPrefix(strings.TrimSpace(strings.TrimLeft(script, "&")), "exec ")
	if strings.ContainsAny(script, "|&<>`(){}") {
		return nil, false
	}
	words, ok := splitWords(script)
	return words, ok && len(words) > 0
}

// splitWords splits a line at blanks outside of quotes, and takes the quotes
// away; ok is false for one with escapes or a quote that is not closed.
func splitWords(line string) (words []string, ok bool) {
	var word strings.Builder
	quote, inWord := rune(0), false
	for _, r := range line {
		switch {
		case r == '\\':
			return nil, false
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, quote == 0
}

// FlagAt finds the value of one of the flags among a program's arguments:
// "--port 80" or "--port=80". index is that of the word that holds the value, -1
// when none is given.
func FlagAt(args []string, flags ...string) (value string, index int) {
	for i, a := range args {
		for _, flag := range flags {
			if a == flag && i+1 < len(args) {
				return args[i+1], i + 1
			}
			if rest, cut := strings.CutPrefix(a, flag+"="); cut {
				return rest, i
			}
		}
	}
	return "", -1
}

// ListenPort is the port that a known server's arguments name, and the index of
// the argument, -1 for none.
func ListenPort(program string, args []string) (port, index int) {
	var flags []string
	switch program {
	case "uvicorn", "fastapi", "granian":
		flags = []string{"--port"}
	case "flask":
		flags = []string{"--port", "-p"}
	case "gunicorn", "hypercorn":
		flags = []string{"--bind", "-b"}
	case "http.server":
		if len(args) > 0 {
			if port, err := strconv.Atoi(args[0]); err == nil {
				return port, 0
			}
		}
		return 0, -1
	default:
		return 0, -1
	}
	value, index := FlagAt(args, flags...)
	if index < 0 {
		return 0, -1
	}
	port, err := strconv.Atoi(value[strings.LastIndexByte(value, ':')+1:])
	if err != nil {
		return 0, -1
	}
	return port, index
}
