package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// GpuBuildtimeQuery reports `RUN` instructions that query the GPU, such as `nvidia-smi`
// or `torch.cuda.get_device_name`.
//
// # Why it matters
//
// A build has no access to a GPU. The command fails, or the image keeps the answer that
// there is none.
//
// # How to fix it
//
// Query the GPU when the container starts, in the program or in its start script.
//
// # Fix safety
//
// There is no automatic fix: the query must move into a script that runs when the container
// starts, and the file does not have one.
//
// # Exceptions
//
// It does not report:
//
//   - commands with a fallback, and commands that run only under a condition
//   - `RUN --device`, which gives the step a device
var GpuBuildtimeQuery = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gpu-buildtime-query",
		Title:    "Build step queries a GPU",
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
			Message: fmt.Sprintf("%s queries a GPU, but a build has none; query it when the container starts", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "nvidia-smi", "cuda")
}

// asksForGPU reports whether a command fails without a GPU, or keeps the answer.
func asksForGPU(c *facts.Command) bool {
	name := c.Name()
	if name == "nvidia-smi" {
		return !c.HasFlag("--help", "-h", "--version")
	}
	if name != "python" && name != "python3" {
		return false
	}
	code, ok := c.FlagValue("-c")
	return ok &&
		(strings.Contains(code.Text, "assert torch.cuda.is_available()") || strings.Contains(code.Text, "torch.cuda.get_device") || strings.Contains(code.Text, "torch.cuda.current_device"))
}
