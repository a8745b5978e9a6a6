package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SudoInRun reports `RUN` instructions that call sudo where the base image does not have
// it, or where the image's user may use it without a password.
//
// # Why it matters
//
// Without the program, the build fails; this is an error. If the image contains sudo and a
// rule without a password, any process of the container can become root, so the `USER`
// instruction protects nothing.
//
// # How to fix it
//
// A `RUN` has the rights of the `USER` above it. Switch the user instead:
//
//	USER root
//	RUN apt-get update && apt-get install -y curl
//	USER app
//
// # Exceptions
//
// It does not report:
//
//   - the installation and configuration of sudo itself
//   - a `RUN` that runs as root already, where sudo has no effect
//   - base images that set sudo up
//   - further calls in the same file, which need the same change
//
// With the preset `hadolint`, every call of sudo is reported.
var SudoInRun = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "sudo-in-run",
		Title:    "Build uses sudo",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases: append(
			[]lint.Alias{{Name: "DL3004", Severity: lint.Error}},
			lint.Names("CKV2_DOCKER_1", "DF010", "DKL-DI-0001", "DS010", "kics:run_using_sudo", "semgrep:no-sudo-in-dockerfile")...,
		),
	},
	Check: checkSudoInRun,
}

func checkSudoInRun(p *facts.Pass[*facts.Dockerfile]) {
	var said facts.SaidOnce
	p.Doc.Each("run", true, func(in *dockerfile.Instruction) {
		if !strings.Contains(in.Body, "sudo") {
			return
		}
		var found []text.Span
		var edits []lint.FileEdit
		for _, c := range p.Doc.Commands(in) {
			at, ok := sudoOf(c)
			if !ok {
				continue
			}
			found = append(found, at.Span)
			if len(c.Wrappers) == 1 && len(c.Words) > 0 && c.Script != nil && c.Script.Editable() {
				edits = append(edits, lint.Delete(text.Span{Start: at.Span.Start, End: c.Words[0].Span.Start}))
			}
		}
		if len(found) == 0 {
			return
		}
		f := lint.Finding{Span: found[0]}
		harm, harmful := sudoHarm(p.Doc, in)
		if !harmful && !p.Hadolint {
			return
		}
		f.Message = harm
		if s := p.Doc.StageOf(in); s != nil && lacksSudo(p.Doc, s, in) {
			f.Severity = lint.Error // the build fails
		}
		for _, more := range found[1:] {
			f.Related = append(f.Related, lint.Related{Span: more, Message: "sudo is also called here"})
		}
		if len(edits) == len(found) && runsAsRoot(p.Doc, in) {
			f.Fixes = []lint.Fix{{Title: "remove sudo", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: edits}}
		}
		if p.Hadolint {
			p.Report(f)
			return
		}
		said.Add(harm, f)
	})
	said.Report(p.Report)
}

// sudoHarm returns what sudo does in a RUN, and whether it does harm.
func sudoHarm(d *facts.Dockerfile, in *dockerfile.Instruction) (what string, harmful bool) {
	s := d.StageOf(in)
	if s == nil {
		return "sudo requires that the image's user can become root at any time; use USER root, and switch back afterwards", false
	}
	user, last := s.UserAt(in), s.Last("user")
	switch {
	case last != nil && !isRoot(d, last) && permitsSudo(s):
		return "sudo without a password lets the image's user become root at any time; use USER root, switch back afterwards, and remove the permission", true
	case lacksSudo(d, s, in):
		return "the base image has no sudo and nothing installs it, so the build fails; remove it, and use USER root if the RUN needs root", true
	case (user == nil && runsAsRoot(d, in)) || (user != nil && isRoot(d, user)):
		return "this RUN runs as root already, so sudo has no effect; remove it", false
	}
	return "sudo requires that the image's user can become root at any time; use USER root, and switch back afterwards", false
}

// permitsSudo reports whether a RUN of the stage lets a user call sudo without a
// password.
func permitsSudo(s *facts.Stage) bool {
	return s.Any("permits sudo", func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && strings.Contains(in.Body, "NOPASSWD")
	})
}

// lacksSudo reports whether the stage cannot have the program: its base is known not
// to have it, and no earlier RUN or command of this one installs anything by that name
// or may do so.
func lacksSudo(d *facts.Dockerfile, s *facts.Stage, in *dockerfile.Instruction) bool {
	base, system := s.Base(), s.Base().System()
	if known, ok := facts.LookupBase(base); !ok || known.User != "" || (system != facts.Debian && system != facts.Alpine) ||
		strings.Contains(base.Text, "devcontainers") {
		return false
	}
	if brings := s.First("may bring sudo", func(c *dockerfile.Instruction) bool { return mayBringSudo(d, c) }); brings != nil &&
		brings.Index() < in.Index() {
		return false
	}
	for _, command := range d.Commands(in) {
		if sudo, ok := sudoOf(command); ok {
			return !isInner(in) && !command.Conditional() && sudo.Text == "sudo"
		}
		if installsSudo(command) {
			return false
		}
	}
	return false
}

// mayBringSudo reports whether sudo may be there after an instruction.
func mayBringSudo(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	switch in.Keyword {
	case "copy", "add":
		_, to, ok := copyWords(in)
		return ok && strings.Contains(to.Text, "bin")
	case "run":
		return slices.ContainsFunc(d.Commands(in), installsSudo)
	}
	return false
}

func installsSudo(c *facts.Command) bool {
	pkg, ok := facts.Packages(c)
	if !ok {
		return mayInstall(c)
	}
	return slices.ContainsFunc(pkg.Packages, func(a facts.Argument) bool { return !a.Literal || strings.Contains(a.Text, "sudo") })
}

// sudoOf finds the word with which a command runs under sudo.
func sudoOf(c *facts.Command) (word facts.Argument, ok bool) {
	for _, w := range c.Wrappers {
		if w.Text == "sudo" || strings.HasSuffix(w.Text, "/sudo") {
			return w, true
		}
	}
	if c.Name() == "sudo" {
		return c.Words[0], true
	}
	return word, false
}
