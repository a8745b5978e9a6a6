package facts

import (
	"errors"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// UnreadScripts are the places of the instructions whose script is past the bound of the
// shell's parser, ordered as in the file: no rule knows what they run.
func (f *Dockerfile) UnreadScripts() (places []text.Span) {
	for _, in := range f.Instructions {
		if in.Inner != nil {
			in = in.Inner
		}
		if s := in.Script(); (s != nil && s.PastLimit) || pastShell(execWords(in)) {
			places = append(places, in.Head)
		}
	}
	return places
}

// execWords are the words of the exec form that a container starts; nil for the shell form.
func execWords(in *dockerfile.Instruction) (words []string) {
	if !in.JSON {
		return nil
	}
	for _, w := range in.Words {
		words = append(words, w.Text)
	}
	if in.Keyword == "healthcheck" && len(words) > 0 {
		return words[1:] // CMD
	}
	return words
}

// UnreadScripts is that of Dockerfiles for what services start, and for their health
// checks.
func (c *Compose) UnreadScripts() []text.Span {
	var places unreadPlaces
	seen := map[[2]*yaml.Node]bool{} // aliases bring the same text many times
	isNew := func(first, second *yaml.Node) bool {
		pair := [2]*yaml.Node{first, second}
		again := seen[pair]
		seen[pair] = true
		return !again
	}
	for _, s := range c.All() {
		if h, ok := s.Healthcheck(); ok && isNew(h.Test.Node, h.Test.Node) && checkPastShell(h.Test) {
			places.add(h.Test.Pair)
		}
		entrypoint, command := s.Entrypoint(), s.Command()
		if !isNew(entrypoint.Node, command.Node) {
			continue
		}
		first := entrypoint.Split()
		if all := slices.Concat(first, command.Split()); pastShell(all) {
			holder := command
			if len(first) > scriptWord {
				holder = entrypoint
			}
			places.add(holder.Pair)
		}
	}
	return places.found
}

// UnreadScripts is that of Dockerfiles for what containers start.
func (m *Manifest) UnreadScripts() []text.Span {
	var places unreadPlaces
	for _, w := range m.Workloads() {
		for _, c := range w.Containers {
			command, ok := c.Words("command")
			args, known := c.Words("args")
			if !ok || !known {
				continue
			}
			var words []string
			for _, n := range slices.Concat(command, args) {
				words = append(words, n.Value)
			}
			if !pastShell(words) {
				continue
			}
			holder := c.Get("args")
			if len(command) > scriptWord {
				holder = c.Get("command")
			}
			places.add(holder.Pair())
		}
	}
	return places.found
}

// UnreadScripts is that of Dockerfiles for the scripts of steps.
func (w *Workflow) UnreadScripts() []text.Span {
	var places unreadPlaces
	for _, s := range w.Steps() {
		if _, _, err := s.script(); errors.Is(err, dockerfile.ErrShellLimit) {
			places.add(s.Get("run").Pair())
		}
	}
	return places.found
}

// unreadPlaces are keys of a file, each once: aliases bring a value again.
type unreadPlaces struct{ found []text.Span }

func (u *unreadPlaces) add(p *yaml.Pair) {
	if p != nil && !slices.Contains(u.found, p.Key.Span) {
		u.found = append(u.found, p.Key.Span)
	}
}

// scriptWord is which of the words of "sh -c SCRIPT" is the script.
const scriptWord = 2

// runsScript reports whether words start a shell with a script.
func runsScript(words []string) bool {
	return len(words) > scriptWord && isShellProgram(words[0]) && strings.HasPrefix(words[1], "-") && strings.HasSuffix(words[1], "c")
}

// pastShell reports whether words give a shell a script that is past the bound of the
// shell's parser.
func pastShell(words []string) bool {
	return runsScript(words) && dockerfile.PastShellLimit(words[scriptWord])
}

// checkPastShell is pastShell for the test of a health check.
func checkPastShell(test compose.Command) bool {
	var words []string
	for _, v := range test.Words {
		words = append(words, v.Raw)
	}
	switch {
	case len(words) == 0:
		return false
	case !test.List:
		return dockerfile.PastShellLimit(words[0])
	case words[0] == "CMD-SHELL":
		return len(words) > 1 && dockerfile.PastShellLimit(words[1])
	}
	return pastShell(words[1:])
}
