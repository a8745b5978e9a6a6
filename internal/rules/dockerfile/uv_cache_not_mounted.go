package dockerfile

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// UvCacheNotMounted finds uv sync without a mounted cache: every change of the
// lock fetches all packages again, and what was fetched stays in the layer.
//
// Off by default: what it gains depends on where the build runs.
var UvCacheNotMounted = lint.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-cache-not-mounted",
		Title:    "uv fetches everything again",
		Category: lint.Python,
		Severity: lint.Info,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvCacheNotMounted,
}

func checkUvCacheNotMounted(p *lint.Pass[*facts.Dockerfile]) {
	told := map[*facts.Stage]bool{}
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if told[s] || mountsPath(c.Instruction, "uv") || c.HasFlag("--no-cache", "-n") || envAt(p.Doc, c.Command, "UV_NO_CACHE") {
			return
		}
		told[s] = true
		p.Report(lint.Finding{Span: c.Span, Message: fmt.Sprintf("%s fetches everything again for each change of the lock; mount the cache with RUN --mount=type=cache,target=/root/.cache/uv", quoteShort(firstLine(p.Doc.Text(c.Span))))})
	})
}
