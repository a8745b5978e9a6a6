package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellWrapperWithoutExec finds ["sh", "-c", "..."] whose last command is
// started without exec.
//
// The shell stays process 1 and does not pass the stop signal on, just as in
// shell form. With exec in front, the last command takes the shell's place.
//
// Silent for bash, and for sh in images of Alpine and of distributions with rpm,
// whose shells do that by themselves; where that command is a part of a pipe, a list with || or a
// compound command; for scripts with trap or wait; and behind tini, dumb-init
// and their like.
var ShellWrapperWithoutExec = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-wrapper-without-exec",
		Title:    "A shell that does not exec its last command keeps the stop signal from it",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkShellWrapperWithoutExec,
}

func checkShellWrapperWithoutExec(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		for _, keyword := range []string{"entrypoint", "cmd"} {
			in := s.LastOwn(keyword)
			if in == nil || !in.JSON || in.Err != nil || len(in.Words) != 3 {
				continue
			}
			if keyword == "cmd" && s.Entrypoint() != nil {
				continue // these are arguments
			}
			if s.ShStepsAside(in) {
				continue
			}
			checkWrapper(p, in)
		}
	}
}

func checkWrapper(p *facts.Pass[*facts.Dockerfile], in *dockerfile.Instruction) {
	shell := path.Base(in.Words[0].Text)
	flags, isFlag := strings.CutPrefix(in.Words[1].Text, "-")
	if !isFlag || !strings.HasSuffix(flags, "c") || strings.Contains(flags, "i") {
		return
	}
	switch shell {
	case "sh", "dash", "ash":
	default:
		return // bash replaces itself, others are rare
	}
	script := in.Words[2]
	last, offset, ok := facts.LastCommand(script.Text)
	if !ok {
		return
	}
	f := lint.Finding{
		Span:    script.Span,
		Message: fmt.Sprintf("%s stays in front of %s and keeps the stop signal from it; write exec %s", shell, quoteShort(last), short(last)),
	}
	// The word as written maps byte for byte to its decoded text only without
	// escapes.
	if p.Doc.Text(script.Span) == `"`+script.Text+`"` {
		f.Fixes = []lint.Fix{{
			Title: "put exec before the last command", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
			Edits: []lint.FileEdit{lint.Insert(script.Span.Start+1+offset, "exec ")},
		}}
	}
	p.Report(f)
}
