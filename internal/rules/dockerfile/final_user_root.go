package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// FinalUserRoot reports final images whose last `USER` is root.
//
// The severity is info in three cases:
//
//   - the image has a tool that drops privileges at the start, such as `gosu`,
//     `su-exec` or `setpriv`
//   - the workers of the server leave root by themselves
//   - all Compose files and manifests that run the image set a user for it
//
// # Why it matters
//
// An attacker who takes over the program has all rights in the container. That also
// makes it easier to break out of the container.
//
// # How to fix it
//
// Switch to another user after the steps that need root:
//
//	RUN apt-get update && apt-get install -y libpq5
//	USER app
//
// # Fix safety
//
// There is no automatic fix: only the people who run the program know as which user it works.
//
// # Exceptions
//
// It does not report:
//
//   - files for development or tests
//   - stages that only other stages use
//   - start commands that switch the user, or that start a program that needs root,
//     such as `sshd`, `crond` or an init system
//   - images with an empty `ENTRYPOINT` that start nothing
var FinalUserRoot = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-user-root",
		Title:    "Last USER is root, so the container starts as root",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native", "hardening"},
		Needs:    lint.NeedsContext,
		Aliases: append(
			[]lint.Alias{{Name: "DL3002", Severity: lint.Warning}},
			lint.Names("CIS-4.1", "CKV_DOCKER_8", "DF002", "DS002", "OWASP-R2", "kics:last_user_is_root", "semgrep:last-user-is-root")...,
		),
	},
	Check: checkFinalUserRoot,
}

func checkFinalUserRoot(p *facts.Pass[*facts.Dockerfile]) {
	_, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimRoot)
	for _, s := range p.Doc.Stages() {
		if !p.Hadolint && excused {
			return
		}
		if !s.IsFinal() && !p.Hadolint {
			continue
		}
		in := s.Last("user")
		if p.Hadolint {
			in = s.LastOwn("user")
		}
		if in == nil || in.Err != nil || !isRoot(p.Doc, in) {
			continue
		}
		if !p.Hadolint && (switchesAtStart(p, s) || startsRootOnly(p, s) || startsNothing(s) || p.Project.StartScripts(s).Unknown) {
			continue
		}
		var r runners
		if !p.Hadolint {
			r = runnersOf(p, s)
		}
		f := lint.Finding{
			Span:    in.Span,
			Message: fmt.Sprintf("%q is the last USER, so the program starts %s; switch to another user after the steps that need root", p.Doc.Text(in.Span), r.asRoot()),
		}
		// Of a script that was read it is known that it does not use the tool.
		if tool := dropsRights(p.Doc, s); tool != "" && !p.Hadolint && len(p.Project.StartScripts(s).Names) == 0 {
			f.Severity = lint.Info
			f.Message = fmt.Sprintf("%q is the last USER, so the program starts as root unless the entrypoint drops privileges with %s; make sure that it does", p.Doc.Text(in.Span), tool)
		}
		if !p.Hadolint && dropsWorkers(p.Doc, s) {
			f.Severity = lint.Info
		}
		r.apply(&f)
		p.Report(f)
	}
}

// startsNothing reports whether a stage empties the ENTRYPOINT of its base and names no
// program: an image of tools.
func startsNothing(s *facts.Stage) bool {
	e := s.Entrypoint()
	return e != nil && e.JSON && (len(e.Words) == 0 || (len(e.Words) == 1 && e.Words[0].Text == "")) && s.Command() == nil &&
		s.Last("expose") == nil
}
