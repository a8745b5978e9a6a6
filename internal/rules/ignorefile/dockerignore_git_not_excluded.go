package ignorefile

import (
	"bytes"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreGitNotExcluded finds a .git that COPY takes into the image.
//
// It holds all that ever was in the repository, deleted secrets too, and every
// commit makes the steps below the COPY run again.
//
// With the option "always", which the preset "cloud-native" sets, .git has to be left out
// whatever COPY takes: an info.
//
// Silent where the build asks git for its version, where no Dockerfile copies the
// whole context into the last stage, and where there is no .git in the context.
var DockerignoreGitNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-git-not-excluded",
		Title:    "The history of the repository is copied with the context",
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
		reportSent(p, "", ".git", "which holds all that ever was in the repository")
		return
	}
	if usesGit(p, by) {
		return
	}
	p.Report(lint.Finding{
		Span:    place(d),
		Message: "\".git\" would be in the image, with all that ever was in the repository; leave it out of the context",
		Related: copiedHere(copied, by),
		Fixes:   []lint.Fix{appendLines(p, ".git")},
	})
}

// usesGit tells whether the build may need the history: to name its version.
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
