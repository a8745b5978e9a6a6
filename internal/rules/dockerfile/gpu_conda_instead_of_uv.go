package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// GpuCondaInsteadOfUv reports `conda install` in images for NVIDIA GPUs that installs
// only Python packages that PyPI has as wheels.
//
// # Why it matters
//
// conda installs a second Python with its own libraries, which makes the image larger
// and the build slower.
//
// The rule is off by default, because the choice of a tool is a matter of preference.
//
// # How to fix it
//
// Install the packages with uv:
//
//	RUN uv pip install --system numpy pandas
//
// # Exceptions
//
// It does not report a call that also installs libraries or programs that are not Python
// packages.
var GpuCondaInsteadOfUv = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "gpu-conda-instead-of-uv",
		Title:    "conda installs only Python packages",
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
			Message: fmt.Sprintf("%s installs only Python packages, for which conda adds a second Python; use uv pip install", quoteShort(firstLine(p.Doc.Text(c.Span)))),
		})
	}, "conda", "mamba", "micromamba")
}

// isWheel reports whether PyPI has a conda package of this name as a wheel.
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
