package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// GpuCondaInsteadOfUv finds conda in images for GPUs that installs Python
// packages alone, all of which PyPI has as wheels: uv does it without a second
// Python and its libraries.
//
// Silent for libraries and programs that are no Python packages.
//
// Off by default: it is a choice of tool.
var GpuCondaInsteadOfUv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gpu-conda-instead-of-uv",
		Title:    "conda installs Python packages alone",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("tally/gpu/prefer-uv-over-conda"),
	},
	Check: checkGpuCondaInsteadOfUv,
}

func checkGpuCondaInsteadOfUv(p *facts.Pass[*facts.Dockerfile]) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		if s == nil || !isForGPU(s) || c.Action != "install" || c.HasFlag("-f", "--file") {
			return
		}
		names := c.Positional("-c", "--channel", "-n", "--name", "-p", "--prefix", "--solver")
		if len(names) < 2 || slices.ContainsFunc(names[1:], func(a facts.Argument) bool { return !isWheel(a.Text) }) {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s installs Python packages alone; uv pip install does it without a second Python", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "conda", "mamba", "micromamba")
}

// isForGPU tells whether a stage's base is an image for NVIDIA's GPUs.
func isForGPU(s *facts.Stage) bool {
	_, is := images.Says(s.Base().Name(), images.GPU)
	return is
}

// isWheel tells whether PyPI has a conda package of this name as a wheel.
func isWheel(spec string) bool {
	name := strings.ToLower(spec)
	if i := strings.IndexAny(name, "=<>! "); i >= 0 {
		name = name[:i]
	}
	switch name {
	case "numpy", "scipy", "pandas", "matplotlib", "scikit-learn", "scikit-image", "requests", "tqdm", "pyyaml", "pillow", "jupyter", "jupyterlab", "notebook",
		"ipython", "transformers", "datasets", "accelerate", "tokenizers", "seaborn", "h5py", "networkx", "sympy", "pytest", "flask", "fastapi", "uvicorn",
		"tensorboard", "torchvision", "torchaudio", "einops", "wandb", "black", "ruff", "cython", "joblib", "psutil", "click", "rich", "pydantic":
		return true
	}
	return false
}
