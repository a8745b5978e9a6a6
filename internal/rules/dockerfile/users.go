package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// isRoot reports whether a USER instruction names root or 0; a group does not
// count, nor does a variable without a default.
func isRoot(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	user, known := d.Expand(in, in.Args)
	user, _, _ = strings.Cut(user, ":")
	return known && (user == "root" || user == "0")
}

// dropsRights names the tool in the stage's instructions that starts a program
// as another user; empty if there is none.
func dropsRights(d *facts.Dockerfile, s *facts.Stage) string {
	return facts.Once(d, "tool that drops rights", s, func() string { return readDropsRights(d, s) })
}

func readDropsRights(d *facts.Dockerfile, s *facts.Stage) string {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			switch in.Keyword {
			case "run", "copy", "add", "entrypoint", "cmd", "env", "arg":
				for _, tool := range []string{"gosu", "su-exec", "setpriv", "s6-overlay", "s6-setuidgid", "chpst", "supervisord", "supervisor", "runuser"} {
					if strings.Contains(d.Text(in.Span), tool) {
						return tool
					}
				}
			}
		}
	}
	return ""
}

// isOrdinaryUser reports whether a USER is certainly not root, and not a name to which the
// file gives the number 0.
func isOrdinaryUser(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	user, _, _ := strings.Cut(bare(in.Args), ":")
	if user == "" || strings.Contains(user, "$") || strings.EqualFold(user, "ContainerAdministrator") || strings.Trim(user, "0") == "" {
		return false
	}
	if user == "root" {
		return false
	}
	return !d.Mentions("-o -u 0") && !d.Mentions("--non-unique")
}

func needsRoot(c *facts.Command) bool {
	if pkg, ok := facts.Packages(c); ok {
		switch pkg.Manager {
		case "apt-get", "apt", "apk", "yum", "dnf", "zypper":
			return (pkg.Action == "install" || pkg.Action == "update" || pkg.Action == "add" || pkg.Action == "upgrade") &&
				!c.HasFlag("--root", "-p", "--download-only", "--print-uris")
		}
		return false
	}
	switch c.Name() {
	case "useradd", "groupadd", "adduser", "addgroup", "usermod":
		return true
	}
	return false
}

// runsAsRoot reports whether no USER precedes the instruction in its stage or in those
// that it builds on, and their base image runs as root by default.
func runsAsRoot(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	if s == nil || s.UserAt(in) != nil {
		return false
	}
	base, known := facts.LookupBase(s.Base())
	return known && base.User == ""
}
