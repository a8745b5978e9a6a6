package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"mvdan.cc/sh/v3/syntax"
)

// GpuBuildtimeQuery finds RUN instructions that ask for the GPU, as nvidia-smi
// does: a build has none, so the command fails, or the answer is no for good.
//
// Ask when the container starts.
//
// Silent with a fallback, under a condition, and for RUN --device.
var GpuBuildtimeQuery = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gpu-buildtime-query",
		Title:    "The build asks for a GPU",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Aliases:  lint.Names("tally/gpu/no-buildtime-gpu-queries"),
	},
	Check: checkGpuBuildtimeQuery,
}

func checkGpuBuildtimeQuery(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.AllCommands(func(c *facts.Command) {
		if _, ok := flagOf(c.Instruction, "device"); ok || !asksForGPU(c) || c.Conditional() || hasFallback(c) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s asks for a GPU, and a build has none; ask when the container starts", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "nvidia-smi", "cuda")
}

// asksForGPU tells whether a command fails without a GPU, or keeps the answer.
func asksForGPU(c *facts.Command) bool {
	name := c.Name()
	if name == "nvidia-smi" {
		return !c.HasFlag("--help", "-h", "--version")
	}
	if name != "python" && name != "python3" {
		return false
	}
	code, ok := c.FlagValue("-c")
	return ok && (strings.Contains(code.Text, "assert torch.cuda.is_available()") || strings.Contains(code.Text, "torch.cuda.get_device") || strings.Contains(code.Text, "torch.cuda.current_device"))
}

// hasFallback tells whether the script goes on where the command fails.
func hasFallback(c *facts.Command) bool {
	if c.Script == nil {
		return false
	}
	found := false
	syntax.Walk(c.Script.File, func(n syntax.Node) bool {
		if b, ok := n.(*syntax.BinaryCmd); ok && b.Op == syntax.OrStmt && c.Script.SpanOf(b.X).Contains(c.Span) {
			found = true
		}
		return !found
	})
	return found
}
