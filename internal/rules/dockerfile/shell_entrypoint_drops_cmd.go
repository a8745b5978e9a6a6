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

// ShellEntrypointDropsCmd finds stages in which ENTRYPOINT and CMD do not work
// together, since one of them is in shell form.
//
// An ENTRYPOINT in shell form ignores CMD and the arguments of "docker run". A
// CMD in shell form below an ENTRYPOINT in JSON form passes it the words
// "/bin/sh", "-c" and the text. Write both as JSON arrays.
//
// Silent where only one of the two is set. Where this rule speaks,
// shell-form-command does not.
var ShellEntrypointDropsCmd = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-entrypoint-drops-cmd",
		Title:    "ENTRYPOINT and CMD do not work together in shell form",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{"entrypoint", "cmd"},
		Aliases:  []lint.Alias{{Name: "DL3025", Severity: lint.Warning}, {Name: "DF017"}, {Name: "JSONArgsRecommended"}},
	},
	Check: checkShellEntrypointDropsCmd,
}

// clash is what is wrong with a stage that has both instructions.
type clash struct {
	// at is the one in shell form, other the one that it does not fit.
	at, other *dockerfile.Instruction
}

// clashOf tells whether a stage's ENTRYPOINT and CMD are at odds.
func clashOf(s *facts.Stage) (c clash, ok bool) {
	entrypoint, command := s.Entrypoint(), s.Command()
	if entrypoint == nil || command == nil || entrypoint.Err != nil || command.Err != nil || s.LastOwn("entrypoint") == nil && s.LastOwn("cmd") == nil {
		return clash{}, false
	}
	switch {
	case isBrokenArray(entrypoint) || isBrokenArray(command):
		return clash{}, false
	case !entrypoint.JSON && entrypoint.Body != "":
		return clash{entrypoint, command}, true
	case !command.JSON && command.Body != "" && entrypoint.JSON && len(entrypoint.Words) > 0:
		return clash{command, entrypoint}, true
	}
	return clash{}, false
}

func checkShellEntrypointDropsCmd(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		c, ok := clashOf(s)
		if !ok {
			continue
		}
		f := lint.Finding{Span: c.at.BodySpan, Variant: c.at.Keyword}
		if c.at.Keyword == "entrypoint" {
			f.Message = fmt.Sprintf("ENTRYPOINT %s runs below a shell, which drops CMD and the arguments of docker run; write it as a JSON array", quoteShort(firstLine(c.at.Body)))
			f.Related = []lint.Related{{Span: c.other.Head, Message: "this is dropped"}}
		} else {
			f.Message = fmt.Sprintf("CMD %s is passed to the ENTRYPOINT as /bin/sh, -c and the text; write it as a JSON array", quoteShort(firstLine(c.at.Body)))
			if (needsShell(c.at) || isBuildStep(c.at)) && !p.Hadolint {
				f.Message = fmt.Sprintf("CMD %s is passed to the ENTRYPOINT as /bin/sh, -c and the text; write it as a RUN if it is a step of the build, else into the ENTRYPOINT's script", quoteShort(firstLine(c.at.Body)))
			}
			f.Related = []lint.Related{{Span: c.other.Head, Message: "this gets the words"}}
		}
		if fix, why := execFix(p, s, c.at); why == "" && (c.at.Keyword == "entrypoint" || takesCommand(c)) {
			fix.Applicability = lint.Unsafe // what starts is another command line
			f.Fixes = []lint.Fix{fix}
		}
		p.Report(f)
	}
}

// takesCommand reports whether the words of a CMD may be for its ENTRYPOINT: a script or an
// init, which starts what it gets, or a program of its own with an action and options.
// Where they are the name of a system's program, somebody meant that to run.
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

// isBuildStep reports whether a command changes files or installs, and ends: a step of a
// build, and no words for a program.
func isBuildStep(in *dockerfile.Instruction) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(in.Body), " ")
	switch path.Base(first) {
	case "rm", "mkdir", "cp", "mv", "chmod", "chown", "ln", "touch", "apt-get", "apk", "yum", "dnf", "tar", "unzip":
		return true
	}
	return false
}

// needsShell tells whether a text is more than one command with its words, so that no
// array can say the same.
func needsShell(in *dockerfile.Instruction) bool {
	s := in.Script()
	return isCompound(in) || s != nil && s.File != nil && len(s.File.Stmts) > 0 && len(s.File.Stmts[0].Redirs) > 0
}
