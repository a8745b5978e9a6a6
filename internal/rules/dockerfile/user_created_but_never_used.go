package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// UserCreatedButNeverUsed reports final stages that create a user with `useradd` or
// `adduser` and have no `USER` instruction.
//
// # Why it matters
//
// The program runs as root, although the file prepares a user for it. An attacker who
// takes over the program has all rights in the container.
//
// # How to fix it
//
// Switch to the user before `CMD`:
//
//	RUN useradd --uid 10001 app
//	USER app
//	CMD ["server"]
//
// # Exceptions
//
// It does not report:
//
//   - images whose start script or command can switch the user, for example with gosu,
//     su-exec, setpriv, runuser or sudo
//   - servers that switch the user themselves, such as nginx, Apache and PostgreSQL
//   - images that expose no port and start an interpreter or a shell
//   - stages for development, and stages without `CMD` and `ENTRYPOINT`
var UserCreatedButNeverUsed = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-created-but-never-used",
		Title:    "User is created but not used",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/user-created-but-never-used"),
	},
	Check: checkUserCreatedButNeverUsed,
}

func checkUserCreatedButNeverUsed(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	whole := p.Doc.Text(text.Span{End: len(p.Doc.Src)})
	if s == nil || (!strings.Contains(whole, "useradd") && !strings.Contains(whole, "adduser")) || isDevelopment(s) {
		return
	}
	if s.Last("user") != nil || (s.Entrypoint() == nil && s.Command() == nil) || dropsRights(p.Doc, s) != "" {
		return
	}
	if switchesUser(whole) {
		return
	}
	if s.Last("expose") == nil && startsInterpreter(s) {
		return
	}
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		for _, c := range p.Doc.Commands(in) {
			if c.Name() != "useradd" && c.Name() != "adduser" {
				continue
			}
			p.Report(lint.Finding{
				Fixes:   switchToOnlyUser(p, s),
				Span:    c.Span,
				Message: fmt.Sprintf("%s creates a user but no USER follows, so the program runs as root; switch to the user before CMD", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			})
			return
		}
	}
}

// startsInterpreter reports whether a container of the stage starts an interactive prompt.
func startsInterpreter(s *facts.Stage) bool {
	in := s.Command()
	if in == nil || s.Entrypoint() != nil || (len(strings.Fields(in.Body)) != 1 && len(in.Words) != 1) {
		return false
	}
	switch baseName(strings.Trim(in.Body, `[]" `)) {
	case "sh", "bash", "zsh", "fish", "python", "python3", "ipython", "node", "R", "irb", "php", "ghci", "julia", "scala":
		return true
	}
	return false
}
