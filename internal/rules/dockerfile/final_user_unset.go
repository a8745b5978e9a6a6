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

// FinalUserUnset reports images of a service that have no `USER` and whose base image
// runs as root. With `--online`, the user comes from the configuration of the base
// image. A base image that is not known counts as root where a `RUN` does what only root
// can do, such as to install packages.
//
// The severity is warning where ports are exposed, or where a Compose file or a manifest
// of the project runs the image with ports. It is info for servers whose workers leave
// root by themselves, such as nginx and php-fpm, and where all files that run the image
// set a user for it (`user` in Compose, `runAsUser` in Kubernetes).
//
// # Why it matters
//
// An attacker who takes over the program has all rights in the container. That also
// makes it easier to break out of the container.
//
// # How to fix it
//
// Add a user, and switch to it before `CMD`:
//
//	RUN useradd --system --uid 10001 app
//	USER app
//
// # Fix safety
//
// There is no fix where the start script or the program is not known to work without
// root, where it uses volumes, mounts or ports below 1024, and where files are in the
// home folder of root. There is none either for programs that compile the project when
// they start, such as `vite` and `next dev`, because they write into its folder, and for a
// script of `package.json` that is not in the repository. The file does not show which
// other folders the program writes.
//
// # Exceptions
//
// It does not report:
//
//   - base images that are not known to run as root
//   - images that start nothing of their own, or only a shell
//   - images with a tool that drops privileges (`gosu`, `su-exec`, `setpriv`), and
//     start commands that switch the user
//   - images to which a Compose file gives the socket of the container engine, because
//     the socket gives root access to the host
//   - programs that need root, such as `sshd`, `crond`, `dhcpd`, `openvpn` or an init system
//   - images with a name for development or tests
//   - images without `EXPOSE`, unless the start command is clearly a server
//   - Windows images
var FinalUserUnset = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-user-unset",
		Title:    "Image sets no USER, so the program runs as root",
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
	if runners.engine {
		return
	}
	severity, ok := rootSeverity(p, s, runners)
	if !ok {
		return
	}
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimRoot); excused {
		return
	}
	f := lint.Finding{
		Span: s.From.Head, Severity: severity, Fixes: switchToOnlyUser(p, s),
		Message: fmt.Sprintf("no USER follows %q, so the program runs %s; add a user, and switch to it with USER", short(p.Doc.Text(s.From.Head)), runners.asRoot()),
		Related: []lint.Related{{Span: start.Head, Message: "this program runs as root"}},
	}
	if f.Fixes == nil {
		f.Fixes = makeUser(p, s)
	}
	if s.Base().IsScratch() {
		f.Message = fmt.Sprintf("no USER follows %q, so the program runs %s; add a numeric user, such as USER 65532:65532", short(p.Doc.Text(s.From.Head)), runners.asRoot())
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

// isShell reports whether a CMD or ENTRYPOINT starts a shell and nothing else.
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
