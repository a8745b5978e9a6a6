package compose

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// healthTests calls visit for each health check of the file that is on and has a
// test, once where services share one.
func healthTests(p *facts.Pass[*facts.Compose], visit func(*facts.ComposeService, compose.Command)) {
	seen := map[*yaml.Node]bool{}
	for _, s := range p.Doc.All() {
		h, ok := s.Healthcheck()
		if !ok || h.Disabled || len(h.Test.Words) == 0 || seen[h.Test.Node] {
			continue
		}
		seen[h.Test.Node] = true
		visit(s, h.Test)
	}
}

// healthScript is the script that a health check gives to a shell; ok is false
// where it starts a program by itself.
func healthScript(test compose.Command) (script compose.Value, ok bool) {
	words := underShell(test, true)
	if len(words) > 1 && words[0].Text == "CMD-SHELL" {
		words = words[1:]
	}
	if len(words) == 0 {
		return compose.Value{}, false
	}
	return words[0], true
}

// isFlowWord reports whether a word of a list stands in it as it is, between
// brackets, so that more words can be written behind it.
func isFlowWord(p *facts.Pass[*facts.Compose], list *yaml.Node, word compose.Value) bool {
	whole := p.Doc.File.Text(word.Span) == p.Doc.File.Text(word.Node.Span)
	return whole && list.Style == yaml.Flow && len(list.Items) > 1
}

// healthFix writes words behind the program of a health check.
func healthFix(title string, at int, words string) []lint.Fix {
	return []lint.Fix{{
		Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
		Changes: []string{"services.*.healthcheck.test"}, Edits: []lint.FileEdit{lint.Insert(at, words)},
	}}
}

func isShellName(program string) bool {
	program = program[strings.LastIndexByte(program, '/')+1:]
	return slices.Contains([]string{"sh", "bash", "ash", "dash", "zsh", "cmd", "pwsh", "powershell"}, program)
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
