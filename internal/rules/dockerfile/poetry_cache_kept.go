package dockerfile

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PoetryCacheKept finds poetry install that leaves the wheels which Poetry fetched in
// ~/.cache/pypoetry, beside what it installed from them.
//
// Remove the folder in the same RUN, or mount a cache there.
//
// Silent where a later command of the same RUN removes it, with --no-cache, where a cache
// or a tmpfs is mounted there, where virtual environments are made in that folder, and in
// stages whose layers are no part of the image.
//
// In files for development or tests it is excused: an info, and off by default.
var PoetryCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "poetry-cache-kept",
		Title:    "The cache of Poetry stays in the image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
	},
	Check: checkPoetryCacheKept,
}

func checkPoetryCacheKept(p *facts.Pass[*facts.Dockerfile]) {
	packageCache{
		managers: []string{"poetry"},
		installs: []string{"install", "sync", "add"},
		off:      []string{"--no-cache", "--dry-run", "--help", "--lock"},
		cleans: func(_, later facts.PackageCommand) bool {
			return later.Manager == "poetry" && later.Action == "cache" && len(later.Packages) > 0 && later.Packages[0].Text == "clear"
		},
		onlyShipped: true,
		dirs: []string{
			"/root/.cache", "/root/.cache/pypoetry", "~/.cache", "~/.cache/pypoetry", "$HOME/.cache", "$HOME/.cache/pypoetry", "/root/.cache/pypoetry/cache",
			"/root/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache", "~/.cache/pypoetry/artifacts", "$POETRY_CACHE_DIR", "${POETRY_CACHE_DIR}",
		},
		variables: []string{"POETRY_CACHE_DIR"},
		clean:     func(string) string { return "rm -rf ~/.cache/pypoetry/cache ~/.cache/pypoetry/artifacts" },
	}.report(p, "the cache of packages")
}
