package ignorefile

import (
	"fmt"
	"slices"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// DockerignorePythonCachesNotExcluded reports caches of Python and its tools, such as
// `__pycache__` or `.pytest_cache`, that a `COPY` of the whole build context copies into
// the image.
//
// # Why it matters
//
// The caches change whenever the program or its tests run on the machine. This invalidates
// the cache of the `COPY` and of all steps after it, and nothing in the image uses the
// files.
//
// # How to fix it
//
// Exclude them in `.dockerignore`:
//
//	**/__pycache__
//	**/.pytest_cache
//
// # Exceptions
//
// It does not report:
//
//   - contexts without such caches
//   - builds in which no Dockerfile copies the whole context into the last stage
//   - ignore files that exclude everything and list what is allowed
var DockerignorePythonCachesNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-python-caches-not-excluded",
		Title:    "Python caches are copied into the image",
		Category: lint.Python,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignorePythonCachesNotExcluded,
}

func checkDockerignorePythonCachesNotExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	copied, by, ok := p.Project.WholeCopy(d)
	if !ok || !copied.Shipped || d.IsAllowList() {
		return
	}
	tree := p.Project.Tree(d)
	var names, lines []string
	for _, e := range tree.Entries {
		name := e.Base()
		line := "**/" + name
		if !slices.Contains([]string{"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".coverage"}, name) || slices.Contains(lines, line) || !d.Sent(e.Path) {
			continue
		}
		names, lines = append(names, fmt.Sprintf("%q", e.Path)), append(lines, line)
	}
	if len(names) == 0 {
		return
	}
	p.Report(lint.Finding{
		Span:    place(d),
		Message: fmt.Sprintf("the build copies %s into the image, and each run on this machine invalidates the build cache; exclude such caches", text.List(names, "and")),
		Related: copiedHere(copied, by),
		Fixes:   []lint.Fix{appendLines(p, lines...)},
	})
}
