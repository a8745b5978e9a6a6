package compose

import (
	"fmt"
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeUnescapedDollar finds a variable in a command, an entrypoint or a health
// check that the service sets for its container, and that Compose replaces before
// the container sees it: with nothing, where nobody sets it outside.
//
// Write two dollar signs; the shell in the container then reads the variable. Where no
// shell runs, as in a command without "sh -c", the rule is silent: nothing would read it.
//
// Silent for variables with a default or an error text, for those that a .env or
// an example of one beside the file names, for those that other parts of the
// file read from outside, and without a folder to look into.
var ComposeUnescapedDollar = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-unescaped-dollar",
		Title:    "Compose replaces a variable that is meant for the container",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeUnescapedDollar,
}

func checkComposeUnescapedDollar(p *facts.Pass[*facts.Compose]) {
	d := p.Doc
	if !p.Files.Known() {
		p.Skip("the files beside the document are not known")
		return
	}
	// Whatever another place reads is set outside, in a .env that git does not have.
	outside := sync.OnceValue(func() map[string]bool {
		commands := map[text.Span]bool{}
		for _, s := range d.All() {
			for _, c := range commandsOf(s) {
				for _, w := range c.Words {
					commands[w.Span] = true
				}
			}
		}
		names := dotenvNames(p)
		for _, use := range d.Variables() {
			if !commands[use.Value.Span] {
				names[use.Name] = true
			}
		}
		return names
	})
	reported := map[text.Span]bool{}
	for _, s := range d.All() {
		for i, c := range commandsOf(s) {
			for _, w := range underShell(c, i == healthcheckAt) {
				if reported[w.Span] {
					continue
				}
				if f, ok := unescapedDollar(d, s, w, outside); ok {
					reported[w.Span] = true
					p.Report(f)
				}
			}
		}
	}
}

// healthcheckAt is the place of the health check among the commands.
const healthcheckAt = 2

func commandsOf(s *facts.ComposeService) []compose.Command {
	commands := []compose.Command{s.Command(), s.Entrypoint()}
	if h, ok := s.Healthcheck(); ok {
		commands = append(commands, h.Test)
	}
	return commands
}

// underShell are the words of a command that a shell of the container reads: what
// follows "sh -c", and a health check in its short form. Compose splits every other
// text itself, and the program gets the words as they are.
func underShell(c compose.Command, isCheck bool) []compose.Value {
	words := c.Words
	switch {
	case len(words) == 0:
		return nil
	case isCheck && !c.List, isCheck && words[0].Text == "CMD-SHELL":
		return words
	case isCheck:
		words = words[1:]
	case !c.List:
		fields := append(strings.Fields(words[0].Text), "", "")
		if facts.IsShell(fields[:2]) {
			return words
		}
		return nil
	}
	if len(words) > 2 && facts.IsShell([]string{words[0].Text, words[1].Text}) {
		return words[2:]
	}
	return nil
}

// unescapedDollar looks at one word of a command. Its variables are mended
// together.
func unescapedDollar(d *facts.Compose, s *facts.ComposeService, w compose.Value, outside func() map[string]bool) (f lint.Finding, found bool) {
	fix := lint.Fix{Title: "double the dollar sign", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig, Changes: []string{"services.*.command", "services.*.entrypoint", "services.*.healthcheck.test"}}
	exact := true
	for _, part := range w.Template.Parts {
		v := part.Variable
		if v == nil || v.Operator != "" {
			continue
		}
		own, ok := s.Getenv(v.Name)
		if !ok || !own.Value.Exists() || outside()[v.Name] {
			continue
		}
		place := d.Place(w, v.Span)
		if !found {
			found = true
			f = lint.Finding{
				Span:    place,
				Message: fmt.Sprintf("%q is replaced by Compose before the container starts, and nobody sets it there; write $%s, for the shell in the container", v.String(), v.String()),
				Related: []lint.Related{{Span: own.KeySpan, Message: "the container has it from here"}},
			}
		}
		exact = exact && place.Len() == v.Span.Len()
		fix.Edits = append(fix.Edits, lint.Insert(place.Start, "$"))
	}
	if exact && found {
		f.Fixes = []lint.Fix{fix}
	}
	return f, found
}
