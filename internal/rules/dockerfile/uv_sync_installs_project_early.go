package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// UvSyncInstallsProjectEarly reports `uv sync` without `--no-install-project` above the
// `COPY` of the sources.
//
// # Why it matters
//
// uv cannot build the project without its sources, so the build fails. If it passes, the
// environment contains a project without its code.
//
// # How to fix it
//
// Install only the dependencies first, and the project after its sources are copied. An
// edit of the sources then does not install the dependencies again:
//
//	COPY pyproject.toml uv.lock ./
//	RUN uv sync --locked --no-install-project
//	COPY . .
//	RUN uv sync --locked
//
// # Exceptions
//
// It does not report:
//
//   - stages that have copied files other than the manifests already
//   - `--no-install-workspace`, `--no-install-local`, `--only-group`, `--script` and
//     `UV_NO_INSTALL_PROJECT`
//   - variables that can contain options
var UvSyncInstallsProjectEarly = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "uv-sync-installs-project-early",
		Title:    "uv sync installs the project before its sources are copied",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkUvSyncInstallsProjectEarly,
}

func checkUvSyncInstallsProjectEarly(p *facts.Pass[*facts.Dockerfile]) {
	uvSyncs(p.Doc, func(s *facts.Stage, c facts.PackageCommand) {
		if c.HasFlag("--no-install-project", "--no-install-workspace", "--no-install-local", "--only-group", "--script") || hasVariableFlag(c) || envAt(p.Doc, c.Command, "UV_NO_INSTALL_PROJECT") {
			return
		}
		later := copiesSources(s, c.Instruction)
		if later == nil {
			return
		}
		p.Report(lint.Finding{
			Span:    c.Span,
			Message: fmt.Sprintf("%s installs the project before its sources are copied; add --no-install-project, and run uv sync again after the copy", quoteShort(firstLine(p.Doc.Text(c.Span)))),
			Related: []lint.Related{{Span: later.Head, Message: "the sources are copied here"}},
			Fixes:   installLater(s, c, later),
		})
	})
}

// copiesSources finds a COPY from the build context after an instruction, where
// only manifests were copied before.
func copiesSources(s *facts.Stage, in *dockerfile.Instruction) *dockerfile.Instruction {
	first := s.First("copies sources", func(c *dockerfile.Instruction) bool {
		_, from := flagOf(c, "from")
		return !from && (c.Keyword == "copy" || c.Keyword == "add") && !copiesManifestsOnly(c)
	})
	if first == nil || first.Index() < in.Index() {
		return nil
	}
	return first
}

func copiesManifestsOnly(in *dockerfile.Instruction) bool {
	sources, _, ok := copyWords(in)
	if !ok {
		return true
	}
	for _, w := range sources {
		switch baseName(bare(w.Text)) {
		case "pyproject.toml", "uv.lock", ".python-version", "README.md", "LICENSE", "uv.lock*", "pyproject.toml*":
		default:
			return false
		}
	}
	return true
}

// installLater leaves the project to a later uv sync; without one, nothing would install it.
func installLater(s *facts.Stage, c facts.PackageCommand, sources *dockerfile.Instruction) []lint.Fix {
	again := slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool {
		return in.Keyword == "run" && in.Index() > sources.Index() && strings.Contains(in.Args, "uv sync")
	})
	if !again {
		return nil
	}
	return insertAfterAction(c, "--no-install-project")
}
