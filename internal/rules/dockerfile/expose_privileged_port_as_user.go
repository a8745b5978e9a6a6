package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposePrivilegedPortAsUser finds EXPOSE of a port below 1024 in an image that
// does not run as root: on Docker before 20.10, and where the platform changed
// the limit back, the program may not listen there.
//
// Listen on a port as 8080, and publish it as 80.
//
// Silent where the file gives a program the right with setcap. Off by default:
// current runtimes allow low ports to every user.
var ExposePrivilegedPortAsUser = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-privileged-port-as-user",
		Title:    "A low port, and the program is not root",
		Category: lint.Runtime,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("CIS-5.8"),
	},
	Check: checkExposePrivilegedPortAsUser,
}

func checkExposePrivilegedPortAsUser(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil {
		return
	}
	user, in := s.User()
	if in == nil || !isOrdinaryUser(p.Doc, in) || s.Base().IsWindows() || p.Doc.Mentions("setcap") || strings.Contains(strings.ToUpper(string(p.Doc.Src)), "NET_BIND_SERVICE") {
		return
	}
	for _, x := range s.Chain() {
		for _, expose := range x.Instructions {
			if expose.Keyword != "expose" {
				continue
			}
			for _, w := range expose.Words {
				number, _, _ := strings.Cut(bare(w.Text), "/")
				if port, err := strconv.Atoi(number); err == nil && port > 0 && port < 1024 {
					p.Report(lint.Finding{
						Span:    w.Span,
						Message: fmt.Sprintf("older runtimes refuse port %d to %s, who is not root; listen on a port above 1023, and publish it as %d", port, quoteShort(user), port),
						Related: []lint.Related{{Span: in.Head, Message: "the user is set here"}},
					})
				}
			}
		}
	}
}
