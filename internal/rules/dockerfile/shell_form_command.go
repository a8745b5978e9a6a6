package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

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
// for an instruction that a later one in the stage overrules. It is an info
// where the text begins with exec already, and for Windows images, which know
// no such signals.
//
// With the preset "hadolint", HEALTHCHECK and stages with a SHELL count too.
var ShellFormCommand = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-form-command",
		Title:    "A command in shell form keeps the stop signal from the program",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
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

func checkShellFormCommand(p *lint.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, in := range s.Instructions {
			switch in.Keyword {
			case "cmd", "entrypoint":
				if p.Hadolint || s.LastOwn(in.Keyword) == in && s.Shell(in).Instruction == nil {
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

func reportShellForm(p *lint.Pass[*facts.Dockerfile], s *facts.Stage, in *dockerfile.Instruction) {
	body := strings.TrimSpace(in.Body)
	if in.JSON || in.Err != nil || body == "" {
		return
	}
	f := lint.Finding{Span: in.BodySpan, Variant: in.Keyword}
	name := strings.ToUpper(in.Keyword)
	switch {
	case in.NotStrings || looksLikeArray(body):
		f.Message = fmt.Sprintf("%s %s is no valid JSON array of strings, so the shell runs it as text; use double quotes and no comma at the end", name, quoteShort(body))
		f.Severity = lint.Error
	case s.Shell(in).Windows:
		f.Severity = lint.Info
		f.Message = fmt.Sprintf("%s %s runs below a shell; write it as a JSON array if no shell is needed", name, quoteShort(body))
	case strings.HasPrefix(body, "exec "):
		f.Severity = lint.Info
		f.Message = fmt.Sprintf("%s %s needs a shell only to start the program; write it as a JSON array", name, quoteShort(body))
	case in.Keyword == "healthcheck":
		f.Message = fmt.Sprintf("%s %s runs below a shell; write it as a JSON array if no shell is needed", name, quoteShort(body))
	default:
		f.Message = fmt.Sprintf("%s %s runs below /bin/sh, which keeps the stop signal from the program; write it as a JSON array", name, quoteShort(body))
	}
	p.Report(f)
}

// looksLikeArray tells whether a shell form was meant as a JSON array: no shell
// command begins with a bracket that is followed by a quote.
func looksLikeArray(body string) bool {
	rest, ok := strings.CutPrefix(body, "[")
	rest = strings.TrimLeft(rest, " \t")
	return ok && rest != "" && strings.IndexByte(`"'“”`, rest[0]) >= 0
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
