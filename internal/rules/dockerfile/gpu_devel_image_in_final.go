package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// GpuDevelImageInFinal finds images that ship the devel variant of nvidia/cuda or
// pytorch, which has compilers and headers: gigabytes that a running program does
// not need. Compile in a builder stage, and ship the runtime variant.
//
// Silent where the file names a tool that compiles for the GPU when it runs, as
// triton, DeepSpeed or vLLM.
//
// Off by default: whether a compiler is needed at run time is not in the file.
var GpuDevelImageInFinal = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gpu-devel-image-in-final",
		Title:    "The image ships the compilers of CUDA",
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
		Message: fmt.Sprintf("%s ships compilers and headers; compile in a builder stage and ship the runtime variant", quoteShort(base.Raw)),
	}
	if at := strings.LastIndex(base.Raw, "devel"); at >= 0 && base.Digest == "" && base.Span.Len() == len(base.Raw) && !compilesForGPU(p.Doc, s) {
		span := text.Span{Start: base.Span.Start + at, End: base.Span.Start + at + len("devel")}
		f.Fixes = unsafeFix("take the runtime variant", lint.EffectGraph, lint.Replace(span, "runtime"))
	}
	p.Report(f)
}

// compilesWhenRun tells whether the file names a tool that compiles kernels when
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

// compilesForGPU tells whether the stage itself builds something.
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
