package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellEntrypointDropsCmd reports stages with an `ENTRYPOINT` and a `CMD` of which one is
// in shell form.
//
// # Why it matters
//
// An `ENTRYPOINT` in shell form ignores `CMD` and the arguments of `docker run`. A `CMD`
// in shell form next to an `ENTRYPOINT` in exec form passes it the arguments `/bin/sh`,
// `-c` and the text of the command, which most programs do not understand.
//
// # How to fix it
//
// Write both as JSON arrays:
//
//	ENTRYPOINT ["server"]
//	CMD ["--port", "80"]
//
// If the `CMD` is a step of the build, such as `rm` or `mkdir`, write it as a `RUN`.
//
// # Exceptions
//
// It does not report:
//
//   - stages with only one of the two instructions
//   - stages in which one of them is a broken JSON array, which another rule reports
//
// Where this rule has a finding, `shell-form-command` has none.
var ShellEntrypointDropsCmd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-entrypoint-drops-cmd",
		Title:    "ENTRYPOINT and CMD do not work together in shell form",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{"entrypoint", "cmd"},
		Aliases:  []lint.Alias{{Name: "DL3025", Severity: lint.Warning}, {Name: "DF017"}, {Name: "JSONArgsRecommended"}},
	},
	Check: checkShellEntrypointDropsCmd,
}

func checkShellEntrypointDropsCmd(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		c, ok := clashOf(s)
		if !ok {
			continue
		}
		f := lint.Finding{Span: c.at.BodySpan, Variant: c.at.Keyword}
		if c.at.Keyword == "entrypoint" {
			f.Message = fmt.Sprintf("ENTRYPOINT %s runs under a shell, which ignores CMD and the arguments of docker run; write it as a JSON array", quoteShort(firstLine(c.at.Body)))
			f.Related = []lint.Related{{Span: c.other.Head, Message: "this CMD is ignored"}}
		} else {
			f.Message = fmt.Sprintf("the ENTRYPOINT receives CMD %s as the arguments /bin/sh, -c and the text; write it as a JSON array", quoteShort(firstLine(c.at.Body)))
			if (needsShell(c.at) || isBuildStep(c.at)) && !p.Hadolint {
				f.Message = fmt.Sprintf("the ENTRYPOINT receives CMD %s as the arguments /bin/sh, -c and the text; write it as a RUN if it is a build step, or move it into the script of the ENTRYPOINT", quoteShort(firstLine(c.at.Body)))
			}
			f.Related = []lint.Related{{Span: c.other.Head, Message: "this ENTRYPOINT receives the arguments"}}
		}
		if fix, why := execFix(p, s, c.at); why == "" && (c.at.Keyword == "entrypoint" || takesCommand(c)) {
			fix.Applicability = lint.Unsafe // another command line starts
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}
}

// takesCommand reports whether a CMD may be meant as arguments of its ENTRYPOINT: that is a
// script or an init, which starts its arguments, or a program with actions and options.
// A CMD that begins with a common program is meant to run itself.
func takesCommand(c clash) bool {
	name, _, _ := strings.Cut(strings.TrimSpace(c.at.Body), " ")
	switch name {
	case "echo", "cat", "service", "systemctl", "git", "pip", "npm", "yarn", "python", "python3", "node", "java":
	default:
		if !isBuildStep(c.at) {
			return true
		}
	}
	starters := []string{".sh", "entrypoint", "tini", "dumb-init", "catatonit", "s6-", "/init", "gosu", "su-exec", "exec"}
	return slices.ContainsFunc(starters, func(word string) bool { return strings.Contains(c.other.Body, word) })
}

// isBuildStep reports whether a command changes files or installs packages and then ends,
// so that it is a build step and not the arguments of a program.
func isBuildStep(in *dockerfile.Instruction) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(in.Body), " ")
	switch path.Base(first) {
	case "rm", "mkdir", "cp", "mv", "chmod", "chown", "ln", "touch", "apt-get", "apk", "yum", "dnf", "tar", "unzip":
		return true
	}
	return false
}

// needsShell reports whether a text is more than one command with its arguments, so that
// an array cannot express it.
func needsShell(in *dockerfile.Instruction) bool {
	s := in.Script()
	return isCompound(in) || (s != nil && s.File != nil && len(s.File.Stmts) > 0 && len(s.File.Stmts[0].Redirs) > 0)
}
