package ignorefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignorePythonCachesNotExcluded finds caches of Python and its tools that
// COPY takes into the image.
//
// They change with every run on the machine, so the steps below the COPY run
// again, and nothing in the image reads them.
//
// Silent where there are none, where no Dockerfile copies the whole context into
// the last stage, and for lists of what is allowed.
var DockerignorePythonCachesNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-python-caches-not-excluded",
		Title:    "Caches of Python are copied with the context",
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
		Message: fmt.Sprintf("%s would be in the image, and each run on this machine makes the copy anew; leave such caches out", strings.Join(names, ", ")),
		Related: copiedHere(copied, by),
		Fixes:   []lint.Fix{appendLines(p, lines...)},
	})
}
