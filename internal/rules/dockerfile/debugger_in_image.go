package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DebuggerInImage reports debuggers that the image starts and that listen on the
// network, in `ENV`, `CMD` or `ENTRYPOINT`: Java's `jdwp` with `server=y`, `node
// --inspect=0.0.0.0`, `debugpy` and `dlv --headless`.
//
// # Why it matters
//
// A debugger runs any code that it is told to run, and it asks for no password. Anyone
// who can reach the port takes over the container.
//
// # How to fix it
//
// Remove the option from the image, and pass it when you debug. An image for debugging
// can have a stage of its own.
//
// # Fix safety
//
// There is no automatic fix: developers may start the same command, and a separate stage for them
// is more than an edit.
//
// # Exceptions
//
// It does not report:
//
//   - debuggers that listen only on the machine itself, such as on `127.0.0.1`
//   - ports that a Compose file of the repository names, because that is on purpose
//   - files and stages with a name for development or debugging, such as `dev`, `debug`
//     or `test`, and collections of vulnerable software for training
var DebuggerInImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "debugger-in-image",
		Title:    "Debugger listens on the network in the image",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDebuggerInImage,
}

func checkDebuggerInImage(p *facts.Pass[*facts.Dockerfile]) {
	final := p.Doc.Final()
	if final == nil {
		return
	}
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimExposure); excused {
		return
	}
	for _, s := range final.Chain() {
		if isDevelopment(s) {
			return
		}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "env", "cmd", "entrypoint":
			default:
				continue
			}
			if name := debuggerOf(in.Args); name != "" && (in.Keyword == "env" || final.Last(in.Keyword) == in) && !isPublished(p, in.Args) {
				p.Report(lint.Finding{
					Span:    in.Head,
					Message: fmt.Sprintf("%s listens on the network in every container, so anyone who can reach the port can run code; pass the option only to debug", name),
				})
			}
		}
	}
}

// isPublished reports whether a Compose file of the repository names the port of an option:
// that is on purpose.
func isPublished(p *facts.Pass[*facts.Dockerfile], option string) bool {
	return p.Project.ComposeNaming(p.Doc.Name, debugPort(option)) != ""
}

// debugPort is the port in the option of a debugger; Node.js has one by default.
func debugPort(option string) string {
	for _, marker := range []string{"address=", "--inspect=", "--inspect-brk=", "--listen"} {
		_, rest, ok := strings.Cut(option, marker)
		if !ok {
			continue
		}
		address, _, _ := strings.Cut(strings.TrimLeft(rest, `="', `), ",")
		if fields := strings.FieldsFunc(address, func(r rune) bool { return strings.ContainsRune(" \t\"'", r) }); len(fields) > 0 {
			address = fields[0]
		}
		port := address[strings.LastIndexByte(address, ':')+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 9 {
			return port
		}
	}
	return "9229"
}

// debuggerOf names the debugger that a text starts and that other machines can reach.
func debuggerOf(text string) string {
	local := strings.Contains(text, "127.0.0.1") || strings.Contains(text, "localhost")
	switch {
	case strings.Contains(text, "jdwp") && strings.Contains(text, "server=y") && !local:
		if strings.Contains(text, "address=*") || strings.Contains(text, "address=0.0.0.0") {
			return "the Java debugger"
		}
	case strings.Contains(text, "--inspect=0.0.0.0") || strings.Contains(text, "--inspect-brk=0.0.0.0"):
		return "the Node.js debugger"
	case strings.Contains(text, "debugpy") && strings.Contains(text, "--listen") && strings.Contains(text, "0.0.0.0"):
		return "debugpy"
	case strings.Contains(text, "dlv") && strings.Contains(text, "--headless") && strings.Contains(text, "--listen") && !local:
		return "dlv"
	}
	return ""
}
