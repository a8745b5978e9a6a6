package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// UvicornMultipleWorkers finds uvicorn, gunicorn and their like with more than
// one worker in the image. Where an orchestrator starts several containers, one
// worker in each is enough: it scales, restarts and measures each of them.
//
// Silent where the number comes from a variable; in projects with Compose files
// that build the image and nothing for Kubernetes, since on one host the workers are
// right; and where a manifest of the project starts the image as it is, of which
// multiple-workers-under-orchestrator speaks. Off by default: mostly nothing shows
// who runs the image.
var UvicornMultipleWorkers = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uvicorn-multiple-workers",
		Title:    "Several workers in one container",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkUvicornMultipleWorkers,
}

func checkUvicornMultipleWorkers(p *facts.Pass[*facts.Dockerfile]) {
	c, ok := startOf(p.Doc)
	if !ok {
		return
	}
	switch c.program {
	case "uvicorn", "gunicorn", "hypercorn", "fastapi", "granian":
	default:
		return
	}
	if at, ok := c.value("--workers", "-w"); ok {
		if c.in.Keyword == "cmd" && c.in.JSON && startsAsIs(p) {
			return
		}
		reportWorkers(p, c.program, at.Text, at.Span, numberSpan(p.Doc, c.in, at), lint.EffectConfig)
		return
	}
	if v, ok := c.stage.EndScope().Lookup("WEB_CONCURRENCY"); ok && v.IsEnv && v.Known && v.Instruction != nil {
		span := text.Span{}
		if bare(p.Doc.Text(v.Pair.ValueSpan)) == v.Value {
			quote := (v.Pair.ValueSpan.Len() - len(v.Value)) / 2
			span = text.Span{Start: v.Pair.ValueSpan.Start + quote, End: v.Pair.ValueSpan.End - quote}
		}
		reportWorkers(p, c.program, v.Value, v.Pair.Span, span, lint.EffectGraph) // each RUN below has it too
	}
}

// reportWorkers reports a number above one; number is empty where no edit can be
// made.
func reportWorkers(p *facts.Pass[*facts.Dockerfile], program, value string, at, number text.Span, effect lint.Effect) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 2 || len(p.Project.Services(p.Doc)) > 0 && !p.Project.Orchestrated() {
		return
	}
	f := lint.Finding{
		Span:    at,
		Message: fmt.Sprintf("%s starts %d workers in each container; with an orchestrator one is enough, and it starts as many containers as are needed", program, n),
	}
	if number.Len() > 0 {
		f.Fixes = []lint.Fix{{
			Title: "start one worker", Applicability: lint.Unsafe, MaxEffect: effect,
			Edits: []lint.FileEdit{lint.Replace(number, "1")},
		}}
	}
	p.Report(f)
}

// startsAsIs tells whether a manifest of the project starts the final image by the
// command that it has.
func startsAsIs(p *facts.Pass[*facts.Dockerfile]) bool {
	return slices.ContainsFunc(p.Project.Containers(p.Doc), func(c facts.ContainerNear) bool {
		return c.Stage == p.Doc.Final() && c.RunsOn() && c.Get("command") == nil && c.Get("args") == nil
	})
}

// numberSpan is the place of the number in a word as it is written, which may
// have quotes and the flag around it; empty when it is written otherwise.
func numberSpan(d *facts.Dockerfile, in *dockerfile.Instruction, at facts.Argument) text.Span {
	source := d.Text(at.Span)
	i := strings.LastIndex(source, at.Text)
	rest := ""
	if i >= 0 {
		rest = source[i+len(at.Text):]
	}
	if i < 0 || rest != "" && (!in.JSON || rest != `"`) {
		return text.Span{}
	}
	return text.Span{Start: at.Span.Start + i, End: at.Span.Start + i + len(at.Text)}
}
