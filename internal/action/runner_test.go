package action_test

import (
	"fmt"
	"strings"
	"unicode"
)

// What follows reads a log and a file of commands as the runner does, written
// from its rules (facts: actions/runner ActionCommand and FileCommandManager).

// runnerCommand is one command of a log.
type runnerCommand struct {
	name, data string
	properties map[string]string
	// old is set for the syntax "##[name]data", which is found anywhere in a line.
	old bool
}

// parseCommand reads a line of a log.
func parseCommand(line string) (runnerCommand, bool) {
	trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest, ok := strings.CutPrefix(trimmed, "::"); ok {
		head, data, ok := strings.Cut(rest, "::")
		if !ok {
			return runnerCommand{}, false
		}
		name, properties, _ := strings.Cut(strings.TrimSpace(head), " ")
		c := runnerCommand{name: strings.ToLower(name), data: unescape(data, false), properties: map[string]string{}}
		for _, p := range strings.Split(properties, ",") {
			if key, value, ok := strings.Cut(strings.TrimSpace(p), "="); ok && value != "" {
				c.properties[key] = unescape(value, true)
			}
		}
		return c, true
	}
	_, rest, ok := strings.Cut(line, "##[")
	if !ok {
		return runnerCommand{}, false
	}
	head, data, ok := strings.Cut(rest, "]")
	name, _, _ := strings.Cut(head, " ")
	return runnerCommand{name: strings.ToLower(name), data: data, old: true}, ok
}

func unescape(s string, property bool) string {
	pairs := []string{"%0D", "\r", "%0A", "\n", "%25", "%"}
	if property {
		pairs = append([]string{"%3A", ":", "%2C", ","}, pairs...)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// parseFileCommands reads what a step wrote into GITHUB_OUTPUT.
func parseFileCommands(content string) (map[string]string, error) {
	outputs := map[string]string{}
	lines := strings.SplitAfter(content, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSuffix(lines[i], "\n")
		if line == "" {
			continue
		}
		equals, heredoc := strings.Index(line, "="), strings.Index(line, "<<")
		switch {
		case equals >= 0 && (heredoc < 0 || equals < heredoc):
			outputs[line[:equals]] = line[equals+1:]
		case heredoc >= 0:
			name, delimiter := line[:heredoc], line[heredoc+2:]
			var value []string
			for i++; ; i++ {
				if i >= len(lines) || !strings.HasSuffix(lines[i], "\n") {
					return nil, fmt.Errorf("output %q: the end %q is missing", name, delimiter)
				}
				if lines[i] == delimiter+"\n" {
					break
				}
				value = append(value, strings.TrimSuffix(lines[i], "\n"))
			}
			outputs[name] = strings.Join(value, "\n")
		default:
			return nil, fmt.Errorf("line %q is no command", line)
		}
	}
	return outputs, nil
}
