package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// UserCreatedButNeverUsed finds final stages that make a user with useradd or
// adduser, and in which no USER follows: the program runs as root all the same.
//
// Silent where the start script or command switches the user (gosu, su-exec,
// setpriv, runuser, sudo), for servers that do it themselves, and for images that
// expose no port and start an interpreter for people.
var UserCreatedButNeverUsed = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "user-created-but-never-used",
		Title:    "A user is made and not used",
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
	if s == nil || !strings.Contains(whole, "useradd") && !strings.Contains(whole, "adduser") || isDevelopment(s) || s.Last("user") != nil ||
		s.Entrypoint() == nil && s.Command() == nil || dropsRights(p.Doc, s) != "" || switchesUser(whole) {
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
				Fixes:   switchToOnlyUser(p.Doc, s),
				Span:    c.Span,
				Message: fmt.Sprintf("%s makes a user, and no USER follows, so the program runs as root; switch to the user before CMD", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			})
			return
		}
	}
}

// startsInterpreter tells whether a container of the stage is a prompt.
func startsInterpreter(s *facts.Stage) bool {
	in := s.Command()
	if in == nil || s.Entrypoint() != nil || len(strings.Fields(in.Body)) != 1 && len(in.Words) != 1 {
		return false
	}
	switch baseName(strings.Trim(in.Body, `[]" `)) {
	case "sh", "bash", "zsh", "fish", "python", "python3", "ipython", "node", "R", "irb", "php", "ghci", "julia", "scala":
		return true
	}
	return false
}

// switchesUser tells whether a file speaks of a program that starts another one
// as some user, of a start script that may, or of a server that does it itself.
func switchesUser(file string) bool {
	for _, word := range []string{
		"gosu", "su-exec", "setpriv", "runuser", "s6-", "sudo", "chroot", "entrypoint", "init.sh", "start.sh", "run.sh", "supervisor", "su - ", "su -c", "--user",
		"nginx", "httpd", "apache", "postgres", "mysql", "sshd", "haproxy",
	} {
		if strings.Contains(file, word) {
			return true
		}
	}
	return false
}
