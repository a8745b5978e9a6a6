package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// systemUsers are the users of Debian's, Ubuntu's and Alpine's images.
var systemUsers = []string{
	"root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data", "backup", "list", "irc", "gnats", "_apt", "nobody", "ubuntu",
	"adm", "shutdown", "halt", "operator", "postmaster", "cron", "ftp", "sshd", "at", "squid", "xfs", "cyrus", "vpopmail", "ntp", "smmsp", "guest", "svn", "postgres", "node",
}

// programUsers are usual names for an application's user, which no package creates.
var programUsers = []string{"app", "appuser", "app_user", "app-user", "user", "nonroot", "non-root", "myuser", "developer", "dev", "deploy", "runner", "web", "python", "django", "flask", "worker", "service", "container"}

// reportUncreatedUsers reports USER with a name that the base does not have and no step of
// the stage creates.
func reportUncreatedUsers(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) {
	if !hasSystemUsers(s.Base()) || s.Last("user") == nil || mayMakeUsers(p, s) {
		return
	}
	made, ok := accounts(p.Doc, s)
	if !ok {
		return
	}
	var names []string
	for _, a := range made {
		names = append(names, a.name)
	}
	for _, in := range s.Own("user") {
		value, known := p.Doc.Expand(in, strings.TrimSpace(in.Args))
		name, _, _ := strings.Cut(value, ":")
		if !known || name == "" || strings.Trim(name, "0123456789") == "" || slices.Contains(systemUsers, name) {
			continue
		}
		if slices.Contains(names, name) {
			continue
		}
		meant, isNear := nearest.Name(name, names)
		if !isNear && (len(names) > 0 || !slices.Contains(programUsers, name)) {
			continue
		}
		f := lint.Finding{
			Variant: "user", Span: in.ArgsSpan,
			Message: fmt.Sprintf("no step creates the user %s, and %s does not have it, so the container does not start; create it with useradd or adduser, or use a number", quoteShort(name), quoteShort(s.Base().Text)),
		}
		if isNear {
			f.Message = fmt.Sprintf("no step creates the user %s, so the container does not start; the file creates %s", quoteShort(name), quoteShort(meant))
		}
		p.Report(f)
	}
}

// hasSystemUsers reports whether an image has the users of its distribution alone: that of
// the distribution itself, or of a language.
func hasSystemUsers(i facts.Image) bool {
	if !i.Known || (i.Registry != "" && i.Registry != "docker.io") {
		return false
	}
	if i.System() != facts.Debian && i.System() != facts.Alpine {
		return false
	}
	name := images.Canonical(i.Name())
	return images.IsDistribution(name) ||
		(slices.Contains([]string{"python", "ruby", "php", "golang"}, languageOf(i)) && !strings.Contains(name, "/"))
}

// mayMakeUsers reports whether a step of the stage, or of those that it builds on, may make
// users that the file does not show.
func mayMakeUsers(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	return s.Any("may make users", func(in *dockerfile.Instruction) bool {
		switch in.Keyword {
		case "copy", "add":
			return mayBringUsers(s, in)
		case "run":
			return in.JSON || !p.Doc.RunsPOSIX(in) || len(in.Heredocs) > 0 || slices.ContainsFunc(p.Doc.Commands(in), func(c *facts.Command) bool {
				_, isAccount := accountOf(c)
				_, isPackages := facts.Packages(c)
				return (!isAccount && (c.Name() == "useradd" || c.Name() == "adduser")) || (!isPackages && mayInstall(c)) ||
					strings.Contains(p.Doc.Text(c.Span), "passwd") ||
					c.Name() == "newusers" ||
					c.Name() == "systemd-sysusers"
			})
		case "onbuild":
			return true
		}
		return false
	})
}

// mayBringUsers reports whether a COPY or ADD may bring /etc/passwd.
func mayBringUsers(s *facts.Stage, in *dockerfile.Instruction) bool {
	_, to, ok := copyWords(in)
	target := strings.TrimRight(bare(to.Text), "/")
	switch {
	case !ok, strings.Contains(in.Args, "passwd"), strings.Contains(target, "$"):
		return true
	case strings.HasPrefix(target, "/"):
		return covers("/etc", target)
	}
	return target == "" || s.LastBefore("workdir", in) == nil
}
