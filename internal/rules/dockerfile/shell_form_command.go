package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellFormCommand reports `CMD` and `ENTRYPOINT` in shell form, which start their program
// under a shell.
//
// # Why it matters
//
// In shell form, Docker starts `/bin/sh -c` as process 1 of the container. Unless the shell
// replaces itself with the program, it does not pass the stop signal on: `docker stop`
// waits 10 seconds and then kills the program, which cannot finish requests or close files.
//
// # How to fix it
//
// Write a JSON array, which starts the program directly:
//
//	CMD ["python", "app.py"]
//
// If the command needs a shell, begin it with exec, so that the program replaces the
// shell:
//
//	CMD exec server --port $PORT
//
// # Exceptions
//
// It does not report:
//
//   - stages with a `SHELL` instruction, whose author chose the shell
//   - an instruction that a later one of the stage replaces
//   - a shell with its own script, such as `sh -c "..."`
//   - commands that end at once, because they only print a version or a text
//   - several commands, or a command that needs a shell, if the last command replaces the
//     shell: with exec, on Alpine (ash), or on distributions with rpm (bash)
//   - what `shell-entrypoint-drops-cmd`, `shell-form-in-scratch` or `invalid-exec-form-json`
//     reports
//
// A single command that the shell replaces itself with anyway is reported as style. On
// Windows images, which do not have these signals, the severity is info. With the preset `hadolint`,
// `HEALTHCHECK` and stages with a `SHELL` instruction are reported too.
var ShellFormCommand = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-command",
		Title:    "Command runs under a shell and does not receive the stop signal",
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
				if p.Hadolint || (s.LastOwn(in.Keyword) == in && s.Shell(in).IsDefault()) {
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
		return // shell-entrypoint-drops-cmd reports it
	}
	if !p.Hadolint && (onlyPrints(p.Doc, in) || (isCompound(in) && s.ShStepsAside(in))) {
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
		f.Message = what + " runs under a shell; write it as a JSON array if it does not need one"
	case !p.Hadolint && stepsAside && !isCompound(in):
		f.Severity = lint.Style // the program receives the stop signal
		f.Message = what + " uses a shell only to start the program; write it as a JSON array"
	case strings.HasPrefix(body, "exec "):
		f.Severity = lint.Info
		f.Message = what + " uses a shell only to start the program; write it as a JSON array"
	case in.Keyword == "healthcheck":
		f.Message = what + " runs under a shell; write it as a JSON array if it does not need one"
	case !p.Hadolint && isCompound(in):
		f.Severity = lint.Info
		f.Message = what + " runs under /bin/sh and does not receive the stop signal, so docker stop kills it after 10 seconds; begin the last command with exec, or use a script that does"
	default:
		f.Message = what + " runs under /bin/sh and does not receive the stop signal, so docker stop kills it after 10 seconds; write it as a JSON array"
	}
	fix, why := execFix(p, s, in)
	switch {
	case why == "":
		f.Fixes = []lint.Fix{fix}
	case p.Hadolint || !isCompound(in): // the message above has the advice for several commands
		f.Message += " (no automatic fix: " + why + ")"
	}
	p.Report(f)
}

// startsShell reports whether a single command is a shell with its own script, such as
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

// onlyPrints reports whether all commands end at once: they print a version or a text.
func onlyPrints(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	commands := d.Commands(in)
	return len(commands) > 0 && !slices.ContainsFunc(commands, func(c *facts.Command) bool {
		switch c.Name() {
		case "echo", "printf", "ls", "true":
			return false
		}
		last := c.Args()
		return len(last) != 1 || (last[0].Text != "--version" && last[0].Text != "-version" && last[0].Text != "-V" && last[0].Text != "version")
	})
}
