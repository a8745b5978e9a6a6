package dockerfile

import (
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// PoetryCacheKept reports `poetry install`, `poetry sync` and `poetry add` that leave
// the cache in the image. In files for development or tests, whose images are not
// shipped, findings have the variant `excused`.
//
// # Why it matters
//
// Poetry keeps the downloaded wheels in `~/.cache/pypoetry`, next to the installed
// packages. A container does not use them, but every pull of the image transfers them.
//
// # How to fix it
//
// Remove the cache in the same `RUN`, or mount its two folders. Do not mount
// `/root/.cache/pypoetry` itself: Poetry keeps virtual environments in it, and what is in
// a mount is not part of the image.
//
//	RUN --mount=type=cache,target=/root/.cache/pypoetry/cache \
//	    --mount=type=cache,target=/root/.cache/pypoetry/artifacts \
//	    poetry install
//
// # Exceptions
//
// It does not report:
//
//   - a later command of the same `RUN` that removes the cache
//   - `--no-cache`
//   - a cache mount or a tmpfs mount on the cache
//   - virtual environments that Poetry creates in that folder
//   - stages that copy from a stage in which Poetry installed the packages, because
//     nothing is left to download
//   - stages whose layers are not part of the final image
var PoetryCacheKept = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "poetry-cache-kept",
		Title:    "Poetry leaves its package cache in the image",
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
	}.report(p, "the package cache")
}

// copiesFromPoetry reports whether a stage copies, before an instruction, from another
// stage in which Poetry installed the packages.
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
