package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellFormCommand finds CMD and ENTRYPOINT that start their program below a
// shell.
//
// In shell form, process 1 of the container is /bin/sh. It does not pass the
// stop signal on, so "docker stop" waits ten seconds and kills the program in
// the middle of its work. A JSON array starts the program itself. Where a shell
// is needed, begin its text with exec.
//
// Silent in stages with a SHELL instruction, whose author chose the shell, and
// for an instruction that a later one in the stage overrules, and where
// shell-entrypoint-drops-cmd, shell-form-in-scratch or invalid-exec-form-json speaks, and where the commands
// only print a version and end. It is an info
// for Windows images, which know no such signals. The shells of Alpine (ash) and of
// distributions with rpm (bash) let the last command take their place: there, and where
// the text begins with exec already, one command is a matter of style, and several are
// fine.
//
// The title of a fix that is not safe says why, and a finding without one why there is none.
// The fix is safe where the program is one that the kernel starts by itself (a script
// without "#!" runs under a shell only), the base image's SHELL and ENTRYPOINT are known,
// nothing in the repository gives an ENTRYPOINT arguments that the shell ignored,
// and no copied file names a variable that only a shell sets, as PWD.
//
// With the preset "hadolint", HEALTHCHECK and stages with a SHELL count too.
var ShellFormCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-command",
		Title:    "A command in shell form keeps the stop signal from the program",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{"cmd", "entrypoint", "healthcheck"},
		Aliases: append(
			[]lint.Alias{
				{Name: "DL3025", Severity: lint.Warning},
				{Name: "JSONArgsRecommended", Variants: []string{"cmd", "entrypoint"}},
			},
			lint.Names("DF018", "DF025", "kics:not_using_json_in_cmd_and_entrypoint_arguments", "semgrep:prefer-json-notation")...,
		),
	},
	Check: checkShellFormCommand,
}

func checkShellFormCommand(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if !p.Hadolint && lacksShell(s) {
			continue
		}
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "cmd", "entrypoint":
				if p.Hadolint || s.LastOwn(in.Keyword) == in && s.Shell(in).IsDefault() {
					reportShellForm(p, s, in)
				}
			case "healthcheck":
				if p.Hadolint {
					reportShellForm(p, s, in)
				}
			}
		}
	}
}

func reportShellForm(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) {
	body := strings.TrimSpace(in.Body)
	if in.JSON || in.Err != nil || body == "" || isBrokenArray(in) {
		return
	}
	if c, ok := clashOf(s); ok && c.at == in && !p.Hadolint {
		return // shell-entrypoint-drops-cmd says so
	}
	if !p.Hadolint && (onlyPrints(p.Doc, in) || isCompound(in) && s.ShStepsAside(in)) {
		return
	}
	stepsAside := strings.HasPrefix(body, "exec ") || s.ShStepsAside(in)
	if !p.Hadolint && startsShell(in) {
		return // an array would keep the inner shell, which is what stays in front
	}
	if !p.Hadolint && stepsAside && !isCompound(in) && usesShell(in) {
		return // the program takes the shell's place, and an array would need one too
	}
	f := lint.Finding{Span: in.BodySpan, Variant: in.Keyword}
	what := strings.ToUpper(in.Keyword) + " " + quoteShort(firstLine(body))
	switch {
	case s.Shell(in).Windows:
		f.Severity = lint.Info
		f.Message = what + " runs below a shell; write it as a JSON array if no shell is needed"
	case !p.Hadolint && stepsAside && !isCompound(in):
		f.Severity = lint.Style // the program gets the stop signal
		f.Message = what + " needs a shell only to start the program; write it as a JSON array"
	case strings.HasPrefix(body, "exec "):
		f.Severity = lint.Info
		f.Message = what + " needs a shell only to start the program; write it as a JSON array"
	case in.Keyword == "healthcheck":
		f.Message = what + " runs below a shell; write it as a JSON array if no shell is needed"
	case !p.Hadolint && isCompound(in):
		f.Severity = lint.Info
		f.Message = what + " runs below /bin/sh, which keeps the stop signal from the program; begin the last command with exec, or move it all into a script that does"
	default:
		f.Message = what + " runs below /bin/sh, which keeps the stop signal from the program; write it as a JSON array"
	}
	fix, why := execFix(p, s, in)
	switch {
	case why == "":
		f.Fixes = []lint.Fix{fix}
	case p.Hadolint || !isCompound(in): // what to do with several commands is said above
		f.Message += "; no fix: " + why
	}
	p.Report(f)
}

// isCompound tells whether a script is more than one plain command, so that it
// cannot be written as an array.
func isCompound(in *dockerfile.Instruction) bool {
	s := in.Script()
	if s == nil || s.File == nil {
		return false
	}
	call, _ := simpleCommand(s.File)
	return call == nil || substitutes(call)
}

// startsShell reports whether a single command is a shell with a script of its own, as in
// sh -c "...".
func startsShell(in *dockerfile.Instruction) bool {
	s := in.Script()
	if s == nil || s.File == nil {
		return false
	}
	call, _ := simpleCommand(s.File)
	if call == nil || len(call.Args) < 3 {
		return false
	}
	flag := call.Args[1].Lit()
	switch call.Args[0].Lit() {
	case "sh", "bash", "/bin/sh", "/bin/bash":
		return strings.HasPrefix(flag, "-") && strings.HasSuffix(flag, "c")
	}
	return false
}

// usesShell reports whether a single command has something that a shell does for it: a
// variable, a pattern, a redirection.
func usesShell(in *dockerfile.Instruction) bool {
	s := in.Script()
	if s == nil || s.File == nil {
		return true
	}
	call, plain := simpleCommand(s.File)
	if call == nil || !plain {
		return true
	}
	_, literal := literalWords(call)
	return !literal
}

// substitutes tells whether a word of a command is what another command prints.
func substitutes(call *syntax.CallExpr) bool {
	found := false
	syntax.Walk(call, func(n syntax.Node) bool {
		_, is := n.(*syntax.CmdSubst)
		found = found || is
		return !found
	})
	return found
}

// onlyPrints tells whether all commands end at once: they print a version or a text.
func onlyPrints(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	commands := d.Commands(in)
	return len(commands) > 0 && !slices.ContainsFunc(commands, func(c *facts.Command) bool {
		switch c.Name() {
		case "echo", "printf", "ls", "true":
			return false
		}
		last := c.Args()
		return len(last) != 1 || last[0].Text != "--version" && last[0].Text != "-version" && last[0].Text != "-V" && last[0].Text != "version"
	})
}

// quoteShort quotes a text for a message, on one line and of bounded length. A
// text with quotes of its own stays readable between backquotes.
func quoteShort(s string) string {
	s = short(s)
	if strings.IndexByte(s, '"') >= 0 && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
