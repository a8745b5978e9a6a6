package ignorefile

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreGitNotExcluded reports a `.git` folder that a `COPY` of the whole build
// context copies into the last stage.
//
// # Why it matters
//
// The folder contains every version of every file, also secrets that were deleted later.
// Anyone who has the image can read them. Each commit also invalidates the cache of the
// `COPY` and of all steps after it.
//
// # How to fix it
//
// Exclude it in `.dockerignore`:
//
//	.git
//
// # Exceptions
//
// It does not report:
//
//   - builds that use git, for example to find the version of the project
//   - builds in which no Dockerfile copies the whole context into the last stage, and
//     contexts without a `.git` folder; the option `always`, which the preset
//     `cloud-native` sets, reports these as info
var DockerignoreGitNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-git-not-excluded",
		Title:    "Git history is copied into the image",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("DKL-LI-0003"),
		Options:  always(),
	},
	Check: checkDockerignoreGitNotExcluded,
}

func checkDockerignoreGitNotExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	copied, by, ok := p.Project.WholeCopy(d)
	if !ok || !copied.Shipped || !exists(p, ".git") || !d.Sent(".git") {
		reportSent(p, "", ".git", "which contains the whole history of the repository")
		return
	}
	if usesGit(p, by) {
		return
	}
	p.Report(lint.Finding{
		Span:    place(d),
		Message: "\".git\" is copied into the image with the whole history of the repository; exclude it from the build context",
		Related: copiedHere(copied, by),
		Fixes:   []lint.Fix{appendLines(p, ".git")},
	})
}

// usesGit reports whether the build may need the history: to name its version.
func usesGit(p *facts.Pass[*facts.IgnoreFile], by *facts.DockerfileNear) bool {
	if runs(by, "git ", ".git", "gitversion", "GitVersion") {
		return true
	}
	for _, name := range []string{"pyproject.toml", "setup.py", "setup.cfg"} {
		src, err := p.Project.Files(p.Doc).ReadFile(name)
		if err != nil {
			continue
		}
		for _, tool := range []string{"setuptools_scm", "setuptools-scm", "hatch-vcs", "versioningit", "dynamic-versioning", "versioneer", "pbr"} {
			if bytes.Contains(src, []byte(tool)) {
				return true
			}
		}
	}
	return false
}
