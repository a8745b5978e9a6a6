package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DebuggerInImage finds debuggers that the image of a service starts and that listen on
// the network: whoever reaches the port runs code. They are jdwp with server=y, node
// --inspect=0.0.0.0, debugpy and dlv --headless, in ENV, CMD or ENTRYPOINT.
//
// Pass the option when you debug, or put it into a stage of its own.
//
// Silent for addresses of the machine itself; where a Compose file of the repository
// names the port, since that is on purpose; in laboratories of vulnerable software; and in
// files and stages named dev, debug, test, tilt and the like.
var DebuggerInImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "debugger-in-image",
		Title:    "A debugger listens in the image",
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
					Message: fmt.Sprintf("%s listens on the network in every container of the image, and runs code for whoever reaches it; pass the option when you debug", name),
				})
			}
		}
	}
}

// isPublished reports whether a Compose file of the repository names the port of an option:
// somebody debugs there on purpose.
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

// debuggerOf names the debugger that a text starts for others than the machine itself.
func debuggerOf(text string) string {
	local := strings.Contains(text, "127.0.0.1") || strings.Contains(text, "localhost")
	switch {
	case strings.Contains(text, "jdwp") && strings.Contains(text, "server=y") && !local:
		if strings.Contains(text, "address=*") || strings.Contains(text, "address=0.0.0.0") {
			return "the debugger of Java"
		}
	case strings.Contains(text, "--inspect=0.0.0.0") || strings.Contains(text, "--inspect-brk=0.0.0.0"):
		return "the debugger of Node.js"
	case strings.Contains(text, "debugpy") && strings.Contains(text, "--listen") && strings.Contains(text, "0.0.0.0"):
		return "debugpy"
	case strings.Contains(text, "dlv") && strings.Contains(text, "--headless") && strings.Contains(text, "--listen") && !local:
		return "dlv"
	}
	return ""
}
