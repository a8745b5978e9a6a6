package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// WindowsStopsignal reports `STOPSIGNAL` in stages on a Windows image.
//
// # Why it matters
//
// Windows does not have Unix signals. Docker stops a Windows container in another way, so
// the program does not receive the signal that it expects.
//
// # How to fix it
//
// Remove the instruction, and let the program handle the shutdown event of Windows.
//
// # Exceptions
//
// It does not report:
//
//   - Linux stages of the same file
//   - base images whose system is not known
var WindowsStopsignal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "windows-stopsignal",
		Title:    "STOPSIGNAL has no effect on Windows",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/windows/no-stopsignal"),
	},
	Check: checkWindowsStopsignal,
}

func checkWindowsStopsignal(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.Each("stopsignal", false, func(in *dockerfile.Instruction) {
		if s := p.Doc.StageOf(in); s == nil || !s.Base().IsWindows() {
			return
		}
		f := lint.Finding{Span: in.Head, Message: "STOPSIGNAL has no effect on Windows, which does not have Unix signals; remove it"}
		if edit, ok := deleteInstruction(in); ok {
			f.Fixes = unsafeFix("remove STOPSIGNAL", lint.EffectConfig, edit)
		}
		p.Report(f)
	})
}
