package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// FinalUserUnset finds images of a service that never leave root.
//
// Without a USER the program runs as the user of the base image, which for most
// of them is root. Add a user and name it before CMD. A base that is not known is known
// to run as root where a RUN does what only root can, such as to install packages.
//
// With --online the base's own user counts, whatever base it is.
//
// Silent where the base is not known to run as root, where the image starts
// nothing of its own or a shell for people, where a tool that drops rights is
// installed (gosu, su-exec, setpriv) or the start command switches the user, where
// the program needs root (sshd, crond, vsftpd, init), for images of tests and of
// development by their names, and without EXPOSE unless the command is plainly a
// server's. It is a warning where ports are exposed, or where a Compose file or a
// manifest of the project runs the image with ports, and an info for servers whose
// workers leave root by themselves, as nginx and php-fpm, and where all of those that
// run the image set a user for it (user of Compose, runAsUser of Kubernetes).
//
// The fix switches to the only user that the file makes, or to the one that the base
// image has for programs (node). On Alpine, Debian and Ubuntu it else makes one as they
// make users, and gives it the work folder. There is none for start scripts and programs
// that are not known to do without rights, for volumes and mounts, for ports below 1024,
// and where files lie in root's home: which other folders the program writes is not in
// the file, and a user that cannot write them is a container that does not start.
var FinalUserUnset = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-user-unset",
		Title:    "No USER at all leaves the program running as root",
		Category: lint.Security,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Aliases: lint.Names("CIS-4.1", "CIS-DI-0001", "CKV_DOCKER_3", "DF020", "DS002", "OWASP-R2", "kics:missing_user_instruction",
			"semgrep:missing-user", "semgrep:missing-user-entrypoint"),
	},
	Check: checkFinalUserUnset,
}

func checkFinalUserUnset(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || s.Last("user") != nil || s.Last("onbuild") != nil { // what is built on it chooses the user
		return
	}
	start := s.Entrypoint()
	if start == nil {
		start = s.Command()
	}
	if start == nil || isShell(start) || s.Base().IsWindows() || dropsRights(p.Doc, s) != "" {
		return
	}
	base, known := lookUpBase(p, s)
	if !known || base.User != "" || startsThroughDatabase(s) {
		return
	}
	if _, listed := facts.LookupBase(s.Base()); !listed && base.Entrypoint != facts.NoEntrypoint && mayStartBehindBase(p.Doc, p.Project, s) {
		return // the base's own entrypoint may drop rights
	}
	runners := runnersOf(p, s)
	severity, ok := rootSeverity(p, s, runners)
	if !ok {
		return
	}
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimRoot); excused {
		return
	}
	f := lint.Finding{
		Span: s.From.Head, Severity: severity, Fixes: switchToOnlyUser(p.Doc, s),
		Message: fmt.Sprintf("no USER follows %q, so the program runs %s; add a user, and switch to it with USER", short(p.Doc.Text(s.From.Head)), runners.asRoot()),
		Related: []lint.Related{{Span: start.Head, Message: "this runs as root"}},
	}
	if f.Fixes == nil {
		f.Fixes = makeUser(p, s)
	}
	if s.Base().IsScratch() {
		f.Message = fmt.Sprintf("no USER follows %q, so the program runs %s; add one with numbers, such as USER 65532:65532", short(p.Doc.Text(s.From.Head)), runners.asRoot())
	}
	runners.apply(&f)
	p.Report(f)
}

// startsThroughDatabase reports whether the entrypoint of a database's or a queue's own
// image starts the stage's program: it begins as root and changes to the user of the
// database.
func startsThroughDatabase(s *facts.Stage) bool {
	if s.Entrypoint() != nil || !s.Base().Known {
		return false
	}
	entrypoint, _ := s.Base().Table().Entrypoint()
	name := images.Canonical(s.Base().Name())
	_, database := images.Says(name, images.Database)
	_, queue := images.Says(name, images.Queue)
	return (database || queue) && strings.Contains(entrypoint, "docker-entrypoint.sh")
}

// isShell tells whether a CMD or ENTRYPOINT starts a shell and nothing else.
func isShell(in *dockerfile.Instruction) bool {
	if len(in.Words) != 1 {
		return false
	}
	switch path.Base(in.Words[0].Text) {
	case "sh", "bash", "ash", "zsh", "fish":
		return true
	}
	return false
}
