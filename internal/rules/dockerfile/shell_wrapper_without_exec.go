package dockerfile

import (
	"fmt"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// ShellWrapperWithoutExec reports `CMD` and `ENTRYPOINT` such as `["sh", "-c", "..."]`
// whose script starts its last command without exec.
//
// # Why it matters
//
// The shell stays process 1 and does not pass the stop signal on to the program. `docker
// stop` waits 10 seconds and then kills the program.
//
// # How to fix it
//
// Begin the last command with exec, so that the program replaces the shell:
//
//	CMD ["sh", "-c", "migrate && exec server"]
//
// # Exceptions
//
// It does not report:
//
//   - bash, and sh on Alpine and on RPM-based distributions, where the last command
//     replaces the shell without exec
//   - a last command that is part of a pipe, a list with `||` or a compound command
//   - scripts with trap or wait
//   - commands that an init such as tini or dumb-init starts, and a `CMD` that only
//     supplies arguments to an `ENTRYPOINT`
var ShellWrapperWithoutExec = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "shell-wrapper-without-exec",
		Title:    "Shell that runs the command does not forward the stop signal",
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
		Message: fmt.Sprintf("%s stays process 1 and does not pass the stop signal on to %s, so docker stop kills %[2]s after 10 seconds; write %[3]s", shell, quoteShort(last), quoteShort("exec "+last)),
	}
	// The word as written maps byte for byte to its decoded text only without
	// escapes.
	if p.Doc.Text(script.Span) == `"`+script.Text+`"` {
		f.Fixes = []lint.Fix{{
			Title: "add exec before the last command", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
			Edits: []lint.FileEdit{lint.Insert(script.Span.Start+1+offset, "exec ")},
		}}
	}
	p.Report(f)
}
