package dockerfile

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PoetryCacheKept finds poetry install that leaves the wheels which Poetry fetched in
// ~/.cache/pypoetry, beside what it installed from them.
//
// Remove the folder in the same RUN, or mount a cache there.
//
// Silent where a later command of the same RUN removes it, with --no-cache, where a cache
// or a tmpfs is mounted there, where virtual environments are made in that folder, where
// a stage that ran Poetry is copied from before, so that all is in place, and in stages
// whose layers are no part of the image.
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
		filled:      func(c facts.PackageCommand) bool { return copiesFromPoetry(p.Doc, c.Instruction) },
		dirs: []string{
			"/root/.cache", "/root/.cache/pypoetry", "~/.cache", "~/.cache/pypoetry", "$HOME/.cache", "$HOME/.cache/pypoetry", "/root/.cache/pypoetry/cache",
			"/root/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache", "~/.cache/pypoetry/artifacts", "$POETRY_CACHE_DIR", "${POETRY_CACHE_DIR}",
		},
		variables: []string{"POETRY_CACHE_DIR"},
		clean:     func(string) string { return "rm -rf ~/.cache/pypoetry/cache ~/.cache/pypoetry/artifacts" },
	}.report(p, "the cache of packages")
}

// copiesFromPoetry reports whether a stage copies before an instruction from another one
// in which Poetry installed the packages.
func copiesFromPoetry(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	s := d.StageOf(in)
	if s == nil {
		return false
	}
	installs := func(x *dockerfile.Instruction) bool { return installsWithPoetry(d, x) }
	return slices.ContainsFunc(s.Chain(), func(link *facts.Stage) bool {
		return slices.ContainsFunc(link.References(), func(r facts.Reference) bool {
			isCopy := r.Stage != nil && r.Instruction.Keyword == "copy" && r.Instruction.Index() < in.Index()
			return isCopy && r.Stage.Any("installs with Poetry", installs)
		})
	})
}

func installsWithPoetry(d *facts.Dockerfile, in *dockerfile.Instruction) bool {
	return in.Keyword == "run" && slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool {
		pkg, ok := facts.Packages(c)
		return ok && pkg.Manager == "poetry" && (pkg.Action == "install" || pkg.Action == "sync")
	})
}
