package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PythonOutputBuffered finds final stages that start Python without
// PYTHONUNBUFFERED: what the program prints arrives late, and is lost when it
// crashes.
//
// Silent for python -u, where a parent stage sets it, and where the start
// command is another program.
var PythonOutputBuffered = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "python-output-buffered",
		Title:    "Python keeps its output back",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("DF032"),
	},
	Check: checkPythonOutputBuffered,
}

func checkPythonOutputBuffered(p *lint.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok || !isPythonImage(c.stage) || !isPythonProgram(c.program) || setsVariable(c.stage, "PYTHONUNBUFFERED") || strings.Contains(c.in.Args, "-u") || strings.Contains(c.in.Args, "PYTHONUNBUFFERED") {
		return
	}
	f := lint.Finding{
		Span:    c.at.Span,
		Message: fmt.Sprintf("what %s prints is kept back, and lost when it crashes; set ENV PYTHONUNBUFFERED=1", quoteShort(c.program)),
	}
	line := p.Doc.Lines.FullLine(p.Doc.Lines.Position(c.in.Span.Start).Line)
	f.Fixes = []lint.Fix{{
		Title: "set PYTHONUNBUFFERED", Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig,
		Edits: []lint.FileEdit{lint.Insert(line.Start, sameCase("ENV", p.Doc.Text(c.in.KeywordSpan))+" PYTHONUNBUFFERED=1"+p.Doc.Newline())},
	}}
	if c.in.Index() < c.stage.From.Index() || len(c.in.Comments) > 0 || p.Doc.StageOf(c.in) != c.stage {
		f.Fixes = nil
	}
	p.Report(f)
}
