package compose

import (
	"path"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHealthcheckSavesFile reports health checks that call `wget` with neither `-O`
// nor `--spider`.
//
// # Why it matters
//
// Each check writes the answer to a file in the container, such as `index.html` and
// `index.html.1`, until the disk is full. The `wget` of BusyBox (Alpine) does not
// overwrite a file, so its second check fails.
//
// # How to fix it
//
// Discard the answer:
//
//	test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://localhost:8080/health"]
//
// `--spider` also writes no file, but it sends a `HEAD` request, which not every
// server answers.
var ComposeHealthcheckSavesFile = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-saves-file",
		Title:    "Health check writes a file on every run",
		Category: lint.Runtime,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkComposeHealthcheckSavesFile,
}

func checkComposeHealthcheckSavesFile(p *facts.Pass[*facts.Compose]) {
	healthTests(p, func(_ *facts.ComposeService, test compose.Command) {
		if script, ok := healthScript(test); ok {
			checkWgetScript(p, script)
			return
		}
		var args []string
		for _, w := range test.Words[1:] {
			args = append(args, w.Text)
		}
		if len(args) < 2 || path.Base(args[0]) != "wget" || !facts.SavesAnswer(args[1:]) {
			return
		}
		program := test.Words[1]
		f := savesFileFinding(program.Span)
		list := program.Node.Parent
		if list != nil && isFlowWord(p, list, program) {
			f.Fixes = healthFix("add -O /dev/null", program.Span.End, `, "-O", "/dev/null"`)
		}
		p.Report(f)
	})
}

func checkWgetScript(p *facts.Pass[*facts.Compose], script compose.Value) {
	file, ok := facts.HealthScript(script.Raw)
	if !ok {
		return
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) < 2 || path.Base(call.Args[0].Lit()) != "wget" {
			return true
		}
		var args []string
		for _, w := range call.Args[1:] {
			args = append(args, script.Raw[w.Pos().Offset():w.End().Offset()])
		}
		if !facts.SavesAnswer(args) {
			return true
		}
		part := text.Span{Start: int(call.Args[0].Pos().Offset()), End: int(call.Args[0].End().Offset())}
		place := p.Doc.Place(script, part)
		f := savesFileFinding(place)
		if place.Len() == part.Len() {
			f.Fixes = healthFix("add -O /dev/null", place.End, " -O /dev/null")
		}
		p.Report(f)
		return true
	})
}

func savesFileFinding(span text.Span) lint.Finding {
	return lint.Finding{Span: span, Message: "wget saves the answer to each check as a file in the container; add -O /dev/null (--spider sends a HEAD request, which not every server answers)"}
}
