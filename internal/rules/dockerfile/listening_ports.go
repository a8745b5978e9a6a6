package dockerfile

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// exposedPorts are the ports of EXPOSE in the stage and in those that it builds
// on; known is false where a word is a variable or a range.
func exposedPorts(s *facts.Stage) (ports []int, words []dockerfile.Word, known bool) {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "expose" {
				continue
			}
			for _, w := range in.Words {
				number, _, _ := strings.Cut(bare(w.Text), "/")
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

// commandPort is the port that a known server's flags name; ok is false for none.
func commandPort(c startCommand) (port int, at facts.Argument, ok bool) {
	var flags []string
	switch c.program {
	case "uvicorn", "fastapi", "granian":
		flags = []string{"--port"}
	case "flask":
		flags = []string{"--port", "-p"}
	case "gunicorn", "hypercorn":
		flags = []string{"--bind", "-b"}
	case "http.server":
		if len(c.words) > 0 {
			if port, err := strconv.Atoi(c.words[0].Text); err == nil {
				return port, c.words[0], true
			}
		}
		return 0, at, false
	default:
		return 0, at, false
	}
	at, ok = c.value(flags...)
	if !ok {
		return 0, at, false
	}
	number := at.Text[strings.LastIndexByte(at.Text, ':')+1:]
	port, err := strconv.Atoi(number)
	return port, at, err == nil
}

// localPort is the port of an address of the machine itself in a text.
func localPort(text string) (port int, ok bool) {
	for _, host := range []string{"localhost", "127.0.0.1", "0.0.0.0"} {
		_, rest, found := strings.Cut(text, "://"+host)
		if !found {
			continue
		}
		if rest == "" || rest[0] != ':' {
			return 0, false // the scheme's own port: a proxy may listen there
		}
		end := 1
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		port, err := strconv.Atoi(rest[1:end])
		return port, err == nil
	}
	return 0, false
}
