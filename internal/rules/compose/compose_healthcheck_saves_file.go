package compose

import (
	"path"

	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/text"
)

// ComposeHealthcheckSavesFile finds a health check with wget that has neither
// --spider nor -O: each check writes what it gets to a file in the container, as
// index.html and index.html.1. BusyBox's wget does not write over a file, so there
// the second check fails.
var ComposeHealthcheckSavesFile = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-healthcheck-saves-file",
		Title:    "Health check writes a file each time",
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
	return lint.Finding{Span: span, Message: "wget writes its answer to a file in the container at every check; add -O /dev/null (--spider sends HEAD, which not every route answers)"}
}
