package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// GpuDevelImageInFinal reports final images that use the `devel` variant of
// `nvidia/cuda` or `pytorch/pytorch`.
//
// # Why it matters
//
// The variant has compilers and headers of several gigabytes, which a running program
// does not need. Every machine that runs the image downloads them.
//
// The rule is off by default, because the file does not show whether a compiler is
// needed at run time.
//
// # How to fix it
//
// Compile in a separate stage, and use the `runtime` variant for the final stage.
//
// # Exceptions
//
// It does not report:
//
//   - files that name a tool that compiles for the GPU when it runs, such as Triton,
//     DeepSpeed or vLLM
//   - stages named for development or tests, such as `dev`
var GpuDevelImageInFinal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gpu-devel-image-in-final",
		Title:    "Final image includes the CUDA compilers",
		Category: lint.Size,
		Severity: lint.Warning,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/gpu/prefer-runtime-final-stage"),
	},
	Check: checkGpuDevelImageInFinal,
}

func checkGpuDevelImageInFinal(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil || isDevelopment(s) {
		return
	}
	base := s.Base()
	if !base.Known || !isForGPU(s) || !strings.Contains(base.Tag, "devel") || compilesWhenRun(p.Doc) {
		return
	}
	f := lint.Finding{
		Span:    base.Span,
		Message: fmt.Sprintf("%s includes compilers and headers that a running program does not need; compile in a separate stage, and use the runtime variant here", quoteShort(base.Raw)),
	}
	if at := strings.LastIndex(base.Raw, "devel"); at >= 0 && base.Digest == "" && base.Span.Len() == len(base.Raw) &&
		!compilesForGPU(p.Doc, s) {
		span := text.Span{Start: base.Span.Start + at, End: base.Span.Start + at + len("devel")}
		f.Fixes = unsafeFix("use the runtime variant", lint.EffectGraph, lint.Replace(span, "runtime"))
	}
	p.Report(f)
}

// compilesWhenRun reports whether the file names a tool that compiles kernels when
// it runs.
func compilesWhenRun(d *facts.Dockerfile) bool {
	src := strings.ToLower(string(d.Src))
	for _, tool := range []string{"triton", "deepspeed", "vllm", "flash-attn", "flash_attn", "flashinfer", "sglang", "cupy", "numba", "tilelang"} {
		if strings.Contains(src, tool) {
			return true
		}
	}
	return false
}

// compilesForGPU reports whether the stage itself builds something.
func compilesForGPU(d *facts.Dockerfile, s *facts.Stage) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Keyword != "run" {
				continue
			}
			for _, c := range d.Commands(in) {
				switch name := c.Name(); name {
				case "nvcc", "make", "cmake", "ninja", "gcc", "g++", "cargo", "python", "python3", "":
					return true
				default:
					if pkg, ok := facts.Packages(c); ok && (pkg.Manager == "pip" || pkg.Manager == "uv" || pkg.Manager == "poetry") {
						return true
					}
				}
			}
		}
	}
	return false
}
