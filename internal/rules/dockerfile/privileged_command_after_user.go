package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PrivilegedCommandAfterUser finds RUN instructions that install packages or
// make users while the user is not root: the build fails.
//
// Put them above USER, or switch to root and back.
//
// Silent where sudo is used, and for a user that is a variable or root by
// number.
//
// There is no fix: whether the command belongs above USER, or the user needs a right, only
// the author knows.
var PrivilegedCommandAfterUser = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "privileged-command-after-user",
		Title:    "A command needs root after USER",
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
			if in.Keyword != "run" || user == nil || !isOrdinaryUser(p.Doc, user) || strings.Contains(in.Body, "sudo") || strings.Contains(in.Body, "su ") || strings.Contains(in.Body, "fakeroot") {
				continue
			}
			for _, c := range p.Doc.Commands(in) {
				if !needsRoot(c) {
					continue
				}
				p.Report(lint.Finding{
					Span:    c.Span,
					Message: fmt.Sprintf("%s needs root, and the user is %s here, so the build fails; move it above USER, or switch to USER root and back", quoteShort(firstLine(p.Doc.Text(c.Span))), quoteShort(user.Args)),
					Related: []lint.Related{{Span: user.Head, Message: "the user is set here"}},
				})
				break
			}
		}
	}
}

// inheritedUser is the USER that holds where the stage begins.
func inheritedUser(s *facts.Stage) *dockerfile.Instruction {
	if s.Parent == nil {
		return nil
	}
	return s.Parent.Last("user")
}

// isOrdinaryUser tells whether a USER surely is not root, nor a name that the
// file gives the number 0.
func isOrdinaryUser(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	user, _, _ := strings.Cut(bare(in.Args), ":")
	if user == "" || strings.Contains(user, "$") || strings.EqualFold(user, "ContainerAdministrator") || strings.Trim(user, "0") == "" || user == "root" {
		return false
	}
	return !d.Mentions("-o -u 0") && !d.Mentions("--non-unique")
}

func needsRoot(c *facts.Command) bool {
	if pkg, ok := facts.Packages(c); ok {
		switch pkg.Manager {
		case "apt-get", "apt", "apk", "yum", "dnf", "zypper":
			return (pkg.Action == "install" || pkg.Action == "update" || pkg.Action == "add" || pkg.Action == "upgrade") && !c.HasFlag("--root", "-p", "--download-only", "--print-uris")
		}
		return false
	}
	switch c.Name() {
	case "useradd", "groupadd", "adduser", "addgroup", "usermod":
		return true
	}
	return false
}
