package dockerfile

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// UvicornMultipleWorkers reports start commands of uvicorn, gunicorn, hypercorn, fastapi
// and granian with more than one worker.
//
// # Why it matters
//
// An orchestrator such as Kubernetes starts, restarts and measures containers, not
// workers. With several workers in one container it does not notice that a worker hangs,
// and memory limits are hard to set.
//
// The rule is off by default, because the file seldom shows what runs the image.
//
// # How to fix it
//
// Start one worker, and let the orchestrator start as many containers as needed:
//
//	CMD ["uvicorn", "app:app", "--workers", "1"]
//
// # Exceptions
//
// It does not report:
//
//   - a number that comes from a variable
//   - projects whose Compose files build the image, if they have no files for Kubernetes:
//     workers are right on a single host
//   - images that a manifest of the project starts unchanged, which
//     `multiple-workers-under-orchestrator` reports
var UvicornMultipleWorkers = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uvicorn-multiple-workers",
		Title:    "Server starts several workers in one container",
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
	if err != nil || n < 2 || (len(p.Project.Services(p.Doc)) > 0 && !p.Project.Orchestrated()) {
		return
	}
	f := lint.Finding{
		Span:    at,
		Message: fmt.Sprintf("%s starts %d workers in each container; if an orchestrator runs it, start one worker and let the orchestrator start more containers", program, n),
	}
	if number.Len() > 0 {
		f.Fixes = []lint.Fix{{
			Title: "start one worker", Applicability: lint.Unsafe, MaxEffect: effect,
			Edits: []lint.FileEdit{lint.Replace(number, "1")},
		}}
	}
	p.Report(f)
}

// startsAsIs reports whether a manifest of the project starts the final image with the
// image's own command.
func startsAsIs(p *facts.Pass[*facts.Dockerfile]) bool {
	return slices.ContainsFunc(p.Project.Containers(p.Doc), func(c facts.ContainerNear) bool {
		return c.Stage == p.Doc.Final() && c.RunsOn() && c.Get("command") == nil && c.Get("args") == nil
	})
}
