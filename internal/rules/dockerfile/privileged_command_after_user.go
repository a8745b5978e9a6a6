package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PrivilegedCommandAfterUser reports `RUN` instructions that install system packages or
// create users while the user is not root.
//
// # Why it matters
//
// The command has no permission to change the system, so the build fails.
//
// # How to fix it
//
// Move the command above `USER`, or switch to root and back:
//
//	USER root
//	RUN apt-get update && apt-get install -y curl
//	USER app
//
// # Fix safety
//
// There is no automatic fix: only the author knows whether the command belongs above `USER`, or
// the user needs a permission.
//
// # Exceptions
//
// It does not report:
//
//   - a `RUN` with `sudo`, `su` or `fakeroot`
//   - a user that is a variable, or root under another name or number
var PrivilegedCommandAfterUser = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "privileged-command-after-user",
		Title:    "Command needs root after USER sets another user",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkPrivilegedCommandAfterUser,
}

func checkPrivilegedCommandAfterUser(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		user := inheritedUser(s)
		for _, in := range s.Instructions {
			if in.Keyword == "user" {
				user = in
			}
			if in.Keyword != "run" || user == nil || !isOrdinaryUser(p.Doc, user) || strings.Contains(in.Body, "sudo") {
				continue
			}
			if strings.Contains(in.Body, "su ") || strings.Contains(in.Body, "fakeroot") {
				continue
			}
			for _, c := range p.Doc.Commands(in) {
				if !needsRoot(c) {
					continue
				}
				p.Report(lint.Finding{
					Span:    c.Span,
					Message: fmt.Sprintf("%s needs root, but runs as %s, so the build fails; move it above USER, or switch to USER root and back", quoteShort(firstLine(p.Doc.Text(c.Span))), quoteShort(user.Args)),
					Related: []lint.Related{{Span: user.Head, Message: "the user is set here"}},
				})
				break
			}
		}
	}
}

// inheritedUser is the USER that applies where the stage begins; nil for none.
func inheritedUser(s *facts.Stage) *dockerfile.Instruction {
	if s.Parent == nil {
		return nil
	}
	return s.Parent.Last("user")
}
