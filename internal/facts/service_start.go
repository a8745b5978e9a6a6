package facts

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ServiceStart is the program that a container of a service, or of a workload,
// starts.
type ServiceStart struct {
	// Program is the name without its folder, behind runners as "uv run"; Args
	// are what follows it, as the program gets them.
	Program string
	Args    []string
	// Stage of the Dockerfile that has the words; nil where the Compose file, or
	// the manifest, has all of them.
	Stage *Stage
	// Place is where the program, or its arguments, are named: in the Dockerfile
	// if Stage is set.
	Place text.Span
}

// Start reads what a service starts, from its entrypoint and command and from
// the stage that it runs, which may be nil. ok is false where that is not known.
func (s *ComposeService) Start(stage *Stage) (start ServiceStart, ok bool) {
	entrypoint, command := s.Entrypoint(), s.Command()
	var words []string
	switch {
	case entrypoint.Exists():
		words, ok = commandWords(entrypoint)
		start.Place = entrypoint.Node.Span
		if ok && command.Exists() {
			var more []string
			more, ok = commandWords(command)
			words = append(words, more...)
		}
	case command.Exists():
		words, ok = commandWords(command)
		start.Place = command.Node.Span
		if ok && stage != nil {
			words, ok = stage.behindEntrypoint(words)
		}
	case stage != nil:
		return stage.start()
	}
	return start.of(words, ok)
}

// Start reads what a container starts, from its command and args and from the
// stage that its image is made of, which may be nil. ok is false where that is
// not known.
func (c *Container) Start(stage *Stage) (start ServiceStart, ok bool) {
	command, ok := c.Words("command")
	args, known := c.Words("args")
	if !ok || !known {
		return start, false
	}
	var words []string
	for _, n := range slices.Concat(command, args) {
		words = append(words, n.Value)
	}
	switch {
	case len(command) > 0: // which takes the place of both ENTRYPOINT and CMD
		start.Place = c.Get("command").Span
	case len(args) > 0:
		start.Place = c.Get("args").Span
		if stage != nil {
			words, ok = stage.behindEntrypoint(words)
		}
	case stage != nil:
		return stage.start()
	}
	if ok {
		words, ok = behindShell(words)
	}
	return start.of(words, ok)
}

// start is what the stage starts by itself.
func (s *Stage) start() (ServiceStart, bool) {
	arguments, in := s.StartWords()
	start := ServiceStart{Stage: s}
	var words []string
	for _, a := range arguments {
		words = append(words, a.Text)
	}
	if in != nil {
		start.Place = in.Head
	}
	return start.of(words, true)
}

// behindEntrypoint puts what the stage's ENTRYPOINT starts before the words that
// take the place of CMD; ok is false where it takes none.
func (s *Stage) behindEntrypoint(words []string) (all []string, ok bool) {
	if s.Entrypoint() == nil {
		return words, true
	}
	for _, w := range s.doc.lastWords(s.Entrypoint()) {
		all = append(all, w.Text)
	}
	return append(all, words...), s.Entrypoint().JSON && len(all) > 0
}

// of fills in the program that words start.
func (start ServiceStart) of(words []string, ok bool) (ServiceStart, bool) {
	if !ok || len(words) == 0 {
		return start, false
	}
	at, _ := ProgramAt(words)
	start.Program, start.Args = path.Base(words[at]), words[at+1:]
	return start, true
}

// commandWords are the words of a command in a Compose file: of the string form
// as Compose splits it, of a shell's script its last command.
func commandWords(c compose.Command) (words []string, ok bool) {
	for _, w := range c.Words {
		if !w.Known {
			return nil, false
		}
		words = append(words, w.Text)
	}
	if !c.List && len(words) == 1 {
		words, ok = splitWords(words[0])
		if !ok {
			return nil, false
		}
	}
	return behindShell(words)
}

// behindShell are the words of the last command of a script that words give to a
// shell; else the words themselves.
func behindShell(words []string) ([]string, bool) {
	if runsScript(words) {
		return ScriptWords(words[scriptWord])
	}
	return words, len(words) > 0
}

// StopTime is how long a server takes to stop, as something written says.
type StopTime struct {
	Timeout time.Duration
	// Place says it: in the Dockerfile if InStage is set.
	Place   text.Span
	InStage bool
}

// StopTime reads how long the server finishes its work once it is told to stop:
// its flags, else its variables, of the container by getenv, then those of the
// stage that the image is made of, which may be nil. getenv gives an empty value
// for one that is not known. ok is false where nothing says it.
func (start ServiceStart) StopTime(stage *Stage, getenv func(name string) (value string, place text.Span, set bool)) (t StopTime, ok bool) {
	if timeout, at := gracefulTimeout(start.Program, start.Args); at >= 0 {
		return StopTime{timeout, start.Place, start.Stage != nil}, true
	}
	name, read := gracefulVariable(start.Program)
	if name == "" {
		return t, false
	}
	if value, place, set := getenv(name); set {
		timeout, ok := read(value)
		return StopTime{timeout, place, false}, ok
	}
	if stage == nil {
		return t, false
	}
	v, set := stage.EndScope().Lookup(name)
	if !set || !v.IsEnv || !v.Known || v.Instruction == nil {
		return t, false
	}
	timeout, ok := read(v.Value)
	return StopTime{timeout, v.Pair.Span, true}, ok
}

// gracefulTimeout is how long a known server finishes its work once it is told
// to stop, as its arguments say (gunicorn's settings, graceful_timeout and
// timeout; uvicorn's, timeout_graceful_shutdown; hypercorn's, graceful_timeout).
// index is that of the argument, -1 for none.
func gracefulTimeout(program string, args []string) (timeout time.Duration, index int) {
	flag := ""
	switch program {
	case "gunicorn", "hypercorn":
		flag = "--graceful-timeout"
	case "uvicorn":
		flag = "--timeout-graceful-shutdown"
	default:
		return 0, -1
	}
	value, index := FlagAt(args, flag)
	seconds, err := strconv.ParseFloat(value, 64)
	const longest = 24 * 60 * 60
	if index < 0 || err != nil || seconds <= 0 || seconds > longest {
		return 0, -1
	}
	return time.Duration(seconds * float64(time.Second)), index
}

// gracefulVariable is gracefulTimeout as variables of the environment say it:
// GUNICORN_CMD_ARGS has gunicorn's arguments, and uvicorn reads its settings
// from UVICORN_.
func gracefulVariable(program string) (variable string, read func(value string) (time.Duration, bool)) {
	switch program {
	case "gunicorn":
		return "GUNICORN_CMD_ARGS", func(value string) (time.Duration, bool) {
			t, at := gracefulTimeout(program, strings.Fields(value))
			return t, at >= 0
		}
	case "uvicorn":
		return "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN", func(value string) (time.Duration, bool) {
			t, at := gracefulTimeout(program, []string{"--timeout-graceful-shutdown", value})
			return t, at >= 0
		}
	}
	return "", nil
}
