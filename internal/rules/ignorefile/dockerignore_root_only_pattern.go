package ignorefile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreRootOnlyPattern reports patterns without `**/` for names that occur in any
// folder, such as `__pycache__` or `*.pyc`, where such a file exists deeper in the build
// context. For `node_modules`, a lock file of a package manager deeper in the context counts:
// the packages lie next to it on a developer's machine, and a `COPY` of that folder puts
// them over those that the build installed.
//
// # Why it matters
//
// In `.gitignore`, a name without a slash matches in every folder. In `.dockerignore` it
// matches only in the root of the context, so Docker sends the files of all other folders.
//
// # How to fix it
//
// Put `**/` in front of the name:
//
//	**/__pycache__
//
// # Exceptions
//
// It does not report:
//
//   - names that are not typically created in any folder
//   - names that do not occur deeper in the context
//   - ignore files that exclude everything and list what is allowed
var DockerignoreRootOnlyPattern = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-root-only-pattern",
		Title:    "Pattern excludes files only in the root of the context",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkDockerignoreRootOnlyPattern,
}

// everywhere are patterns for what tools leave in any folder.
func everywhere() []string {
	return []string{
		"__pycache__", "*.pyc", "*.pyo", "*.py[cod]", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".venv", "node_modules",
		".DS_Store", "Thumbs.db", "*.log", "*.swp", ".idea", ".vscode", ".terraform", ".gradle", "*.class", ".env", ".git",
	}
}

func checkDockerignoreRootOnlyPattern(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	tree := p.Project.Tree(d)
	if tree == nil || d.IsAllowList() {
		return
	}
	for _, pattern := range d.Patterns {
		if pattern.Negated || pattern.Err != nil || !slices.Contains(everywhere(), pattern.Cleaned) {
			continue
		}
		installs := pattern.Cleaned == "node_modules" && !strings.HasPrefix(pattern.Text, "/")
		i := slices.IndexFunc(tree.Entries, func(e facts.Entry) bool {
			if isNodeLock := slices.Contains([]string{"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"}, e.Base()); isNodeLock {
				return installs && strings.Contains(e.Path, "/") && d.Sent(path.Join(path.Dir(e.Path), "node_modules"))
			}
			matches, err := path.Match(pattern.Cleaned, e.Base())
			return err == nil && matches && strings.Contains(e.Path, "/") && d.Sent(e.Path)
		})
		if i < 0 {
			continue
		}
		end := d.Physical[pattern.Line-1].TextEnd
		sent := tree.Entries[i].Path
		if installs && tree.Entries[i].Base() != pattern.Cleaned {
			sent = path.Join(path.Dir(sent), pattern.Cleaned)
		}
		p.Report(lint.Finding{
			Span:    pattern.Span,
			Message: fmt.Sprintf("%q matches only in the root of the build context, so Docker sends %q; write %q", pattern.Text, sent, "**/"+pattern.Cleaned),
			Fixes:   []lint.Fix{fixed(p, "add **/"+pattern.Cleaned, lint.Insert(end, newline(d)+"**/"+pattern.Cleaned))},
		})
	}
}
