package dockerfile

import (
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
)

// commandPort is the port that a known server's flags name; ok is false for none.
func commandPort(c startCommand) (port int, at facts.Argument, ok bool) {
	port, index := facts.ListenPort(c.program, c.args())
	if index < 0 {
		return 0, at, false
	}
	return port, c.words[index], true
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
