package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// CopySourceMissing reports `COPY` and `ADD` of a file or folder that is not in the
// build context. The build context is the one that a Compose file gives; otherwise it
// is the folder of the Dockerfile or, if more of the copied files are there, one of its
// parent folders.
//
// # Why it matters
//
// The build fails with "not found".
//
// # How to fix it
//
// Correct the path. It is relative to the build context, not to the Dockerfile. If the
// context is wrong, set it in the Compose file.
//
// # Fix safety
//
// There is no automatic fix: the file may be created before the build, and only its
// author knows where it should be.
//
// # Exceptions
//
// It does not report:
//
//   - patterns, variables and URLs
//   - files that Git ignores, and Git submodules
//   - files that a build usually creates, such as `dist`, `target` or a program without
//     an extension
//   - files that a script or a workflow of the repository names, because it may create
//     them
//   - test data, fixtures and templates, whose build context is elsewhere
//   - Dockerfiles for which no folder contains any of the copied files, so the build
//     context is unknown
//   - `COPY --from`
//   - folders with neither `.git` nor `.gitignore`, which may be incomplete copies
var CopySourceMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "copy-source-missing",
		Title:    "COPY names a file that does not exist",
		Category: lint.Correctness,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkCopySourceMissing,
}

func checkCopySourceMissing(p *facts.Pass[*facts.Dockerfile]) {
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimContext); excused {
		return // the context is elsewhere, or made before the build
	}
	var missing []facts.ContextCopy
	for _, c := range p.Doc.ContextCopies() {
		if c.Path == "." || strings.ContainsAny(c.Path, `*?[\`) || strings.HasPrefix(c.Path, "../") || c.Instruction.Err != nil {
			continue
		}
		if len(c.Instruction.Heredocs) > 0 {
			continue
		}
		if _, ok := p.Files.Exists(c.Path); !ok {
			missing = append(missing, c)
		}
	}
	if len(missing) == 0 || !p.Files.Known() {
		return
	}
	context, ok := p.Project.LikelyContext(p.Doc)
	if !ok {
		p.Skip("the build context is not known")
		return
	}
	if !p.Project.Repository().IsWhole() {
		p.Skip("the project has neither .git nor .gitignore, so some of its files may be missing here")
		return
	}
	repository := p.Project.RepositoryAt(context.Files)
	for _, c := range missing {
		if _, ok := context.Files.Exists(c.Path); ok || repository.Ignores(c.Path) || repository.Submodule(c.Path) ||
			isThereAbove(context.Files, c.Path) {
			continue
		}
		listed, _ := context.Files.List(path.Dir(c.Path))
		names := make([]string, len(listed)) // the list is everybody's
		for i, name := range listed {
			names[i] = strings.TrimSuffix(name, "/")
		}
		near, isNear := nearest.Name(path.Base(c.Path), names)
		if !isNear &&
			(isMade(c.Path) || facts.AnyRecipe(context.Files, func(recipe string) bool { return strings.Contains(recipe, path.Base(c.Path)) })) {
			continue
		}
		f := lint.Finding{
			Span:    c.Word.Span,
			Message: fmt.Sprintf("%q is not in the build context %q, so the build fails; correct the path, which is relative to the build context", short(c.Path), context.Files.Path(".")),
			Related: []lint.Related{{File: context.Files.Path("."), Message: "the build context"}},
		}
		if isNear {
			f.Message = fmt.Sprintf(
				"%q is not in the build context %q, so the build fails; did you mean %q?",
				short(c.Path),
				context.Files.Path("."),
				short(path.Join(path.Dir(c.Path), near)),
			)
		}
		p.Report(f)
	}
}

// isMade reports whether a path has the name of something that is built, downloaded or
// written before the image is built.
func isMade(name string) bool {
	if facts.IsMade(name) {
		return true
	}
	base := strings.ToLower(path.Base(name))
	if strings.HasPrefix(base, ".env") {
		return true
	}
	return !slices.Contains([]string{
		".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".json", ".toml", ".txt", ".lock", ".yml", ".yaml", ".conf", ".cfg", ".ini", ".sh", ".rb", ".go", ".mod", ".sum",
		".php", ".xml", ".gradle", ".kts", ".properties", ".sql", ".html", ".css", ".rs", ".java", ".csproj", ".sln", ".cs", ".md", ".in", ".j2",
	}, path.Ext(base))
}
