package facts

import (
	"path"
	"slices"
	"strings"
)

// ProgramAt finds, among the words of a command, the program that is meant:
// behind "python -m", inits as tini, and runners as "uv run". runner is the
// index of the last runner, -1 for none.
func ProgramAt(words []string) (program, runner int) {
	runner = -1
	at := 0
	for at+1 < len(words) {
		switch name := path.Base(words[at]); {
		case slices.Contains([]string{"uv", "poetry", "pdm", "pipenv", "hatch", "rye"}, name) && words[at+1] == "run" && at+2 < len(words):
			runner = at
			at += 2
		case (name == "python" || strings.HasPrefix(name, "python3")) && words[at+1] == "-m" && at+2 < len(words):
			at += 2
		case name == "tini" || name == "dumb-init" || name == "catatonit" || name == "--":
			at++
		default:
			return at, runner
		}
		for at+1 < len(words) && strings.HasPrefix(words[at], "-") {
			at++
		}
	}
	return at, runner
}

// What ReloadsBy answers beside an index.
const (
	// ReloadsNever: nothing asks for it.
	ReloadsNever = -1
	// ReloadsAlways: the program is there for that.
	ReloadsAlways = -2
)

// ReloadsBy is the index of the argument by which a server watches its sources
// and restarts, or one of the constants above.
func ReloadsBy(program string, args []string) int {
	var flags []string
	switch program {
	case "uvicorn", "gunicorn", "hypercorn", "granian":
		flags = []string{"--reload"}
	case "flask":
		flags = []string{"--debug", "--reload"}
	case "node":
		for i, a := range args {
			if !strings.HasPrefix(a, "-") {
				break // what follows is the program's
			}
			if a == "--watch" {
				return i
			}
		}
	case "nodemon", "watchexec", "air", "entr", "watchmedo", "ts-node-dev":
		return ReloadsAlways
	}
	return slices.IndexFunc(args, func(a string) bool { return slices.Contains(flags, a) })
}

// IsUngracefulSignal reports whether a signal, by name or number, cannot be
// caught, so that a program that is stopped by it finishes nothing.
func IsUngracefulSignal(signal string) bool {
	switch strings.TrimPrefix(strings.ToUpper(signal), "SIG") {
	case "KILL", "9", "STOP", "19":
		return true
	}
	return false
}
