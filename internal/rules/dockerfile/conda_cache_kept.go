package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// CondaCacheKept finds conda install, conda create and the like without conda clean in the
// same RUN: the archives and the lists of the channels stay, some hundred megabytes.
//
// End the RUN with conda clean -afy.
//
// Silent where a later command of the same RUN removes them, where a cache or a tmpfs is
// mounted there, and in stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var CondaCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "conda-cache-kept",
		Title:    "The cache of conda stays in the image",
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
	}.report(p, "the archives of packages")
}
