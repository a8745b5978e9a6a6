package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// WindowsStopsignal finds STOPSIGNAL in stages on a Windows image: Windows has no
// such signals, and a container is told to shut down in its own way.
//
// Silent for Linux stages of the same file and for unknown bases.
var WindowsStopsignal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "windows-stopsignal",
		Title:    "Windows knows no signals",
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
		f := lint.Finding{Span: in.Head, Message: "STOPSIGNAL has no effect on Windows, which knows no signals; remove it"}
		if edit, ok := deleteInstruction(in); ok {
			f.Fixes = unsafeFix("remove STOPSIGNAL", lint.EffectConfig, edit)
		}
		p.Report(f)
	})
}

// wholeLines are the lines of an instruction with their ends.
func wholeLines(in *dockerfile.Instruction) text.Span {
	lines := in.PhysicalLines()
	return text.Span{Start: lines[0].Start, End: lines[len(lines)-1].End}
}
