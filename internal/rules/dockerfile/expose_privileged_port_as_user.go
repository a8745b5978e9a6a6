package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// ExposePrivilegedPortAsUser reports `EXPOSE` of a port below 1024 in an image that does
// not run as root.
//
// # Why it matters
//
// On Docker before 20.10, and on platforms that restrict low ports, only root can listen
// on such a port. The server then does not start.
//
// The rule is off by default, because current runtimes let every user listen on low
// ports.
//
// # How to fix it
//
// Listen on a port such as 8080, and publish it as 80.
//
// # Exceptions
//
// It does not report:
//
//   - files that grant the right with `setcap` or name `NET_BIND_SERVICE`
//   - Windows images
var ExposePrivilegedPortAsUser = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "expose-privileged-port-as-user",
		Title:    "Port below 1024 is exposed, but the program is not root",
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
	if in == nil || !isOrdinaryUser(p.Doc, in) || s.Base().IsWindows() || p.Doc.Mentions("setcap") {
		return
	}
	if strings.Contains(strings.ToUpper(string(p.Doc.Src)), "NET_BIND_SERVICE") {
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
						Message: fmt.Sprintf("older runtimes allow port %d only to root, but the user is %s; listen on a port above 1023, and publish it as %d", port, quoteShort(user), port),
						Related: []lint.Related{{Span: in.Head, Message: "the user is set here"}},
					})
				}
			}
		}
	}
}
