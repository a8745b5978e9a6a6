package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CondaCacheKept reports `conda install`, `create`, `update`, `upgrade` and `env`
// without `conda clean` in the same `RUN`, also for `mamba` and `micromamba`. In files
// for development or tests, whose images are not shipped, findings have the variant
// `excused`.
//
// # Why it matters
//
// conda keeps the downloaded archives, the unpacked packages and the indexes of the
// channels. They can be as large as the environment itself. A container does not use
// them, but every pull of the image transfers them.
//
// # How to fix it
//
// Clean up in the same `RUN`:
//
//	RUN conda install -y numpy && conda clean -afy
//
// # Exceptions
//
// It does not report:
//
//   - commands followed by one that removes the cache in the same `RUN`
//   - a cache mount or a tmpfs mount on the cache
//   - stages whose layers are not part of the final image
//   - calls that download nothing, such as `--offline` or `--dry-run`
var CondaCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "conda-cache-kept",
		Title:    "conda leaves its package cache in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkCondaCacheKept,
}

func checkCondaCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"conda", "mamba", "micromamba"},
		installs: []string{"install", "create", "update", "upgrade", "env"},
		off:      []string{"--dry-run", "--help", "--list", "--offline"},
		cleans: func(_, later facts.PackageCommand) bool {
			return later.Action == "clean" && (later.Manager == "conda" || later.Manager == "mamba" || later.Manager == "micromamba")
		},
		onlyShipped: true,
		dirs:        []string{"/opt/conda/pkgs", "/root/.conda/pkgs", "$CONDA_DIR/pkgs", "${CONDA_DIR}/pkgs", "/root/miniconda3/pkgs", "/opt/miniconda/pkgs"},
		variables:   []string{"CONDA_PKGS_DIRS"},
		clean:       func(manager string) string { return manager + " clean -afy" },
	}.report(p, "the package cache")
}
