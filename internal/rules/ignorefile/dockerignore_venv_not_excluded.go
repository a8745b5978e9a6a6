package ignorefile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// DockerignoreVenvNotExcluded reports `.venv`, `venv` and `node_modules` of the machine
// that a `COPY` of the whole build context copies over those that the build installs.
//
// # Why it matters
//
// The local environment can contain programs for another system and paths of another
// machine. The image then fails when it is built on one machine and works when it is built
// on another.
//
// # How to fix it
//
// Exclude the folder in `.dockerignore`:
//
//	**/node_modules
//
// # Exceptions
//
// It does not report:
//
//   - builds that install no such environment
//   - environments that do not exist, as after a fresh checkout, unless the tool always
//     creates one: uv, the package managers of Node.js, and Poetry if it is configured to;
//     these are warnings
//   - builds in which no Dockerfile copies the whole context, and ignore files that list
//     what is allowed; the option `always`, which the preset `cloud-native` sets, reports
//     a Python project's `.venv` that is not excluded as info
var DockerignoreVenvNotExcluded = facts.Rule[*facts.IgnoreFile]{
	Meta: lint.Meta{
		ID:       "dockerignore-venv-not-excluded",
		Title:    "Local environment is copied over that of the image",
		Category: lint.Python,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{"python", "node"},
		Needs:    lint.NeedsContext,
		Options:  always(),
	},
	Check: checkDockerignoreVenvNotExcluded,
}

// environment is a folder into which a package manager installs.
type environment struct {
	variant, folder string
	// manifest shows that the project is of that kind, always that the folder is
	// there on every machine; empty if nothing does.
	manifest []string
	always   string
	// installs are the words of a RUN that makes the same in the image.
	installs []string
}

func environments() []environment {
	python := []string{"pyproject.toml", "requirements.txt", "setup.py", "Pipfile"}
	installs := []string{"pip install", "pip3 install", "uv sync", "uv pip", "uv venv", "poetry install", "pipenv install", "pipenv sync", "-m venv"}
	return []environment{
		{"python", ".venv", python, "uv.lock", installs},
		{"python", "venv", python, "", installs},
		{"node", "node_modules", []string{"package.json"}, "package.json", []string{"npm ci", "npm i", "yarn", "pnpm i", "pnpm fetch", "bun i"}},
	}
}

func checkDockerignoreVenvNotExcluded(p *facts.Pass[*facts.IgnoreFile]) {
	d := p.Doc
	copied, by, ok := p.Project.WholeCopy(d)
	said := false
	defer func() {
		_, isPython := firstExisting(p, environments()[0].manifest...)
		if !said && isPython {
			reportSent(p, "python", ".venv", "which only works on the machine that created it")
		}
	}()
	if !ok || d.IsAllowList() {
		return
	}
	for _, e := range environments() {
		_, kind := firstExisting(p, e.manifest...)
		there := exists(p, e.folder)
		if !kind || !d.Sent(e.folder) || !runs(by, e.installs...) {
			continue
		}
		if always := e.always != "" && exists(p, e.always); !there && !always && !isMadeInProject(p, by, e.folder) {
			continue
		}
		f := lint.Finding{
			Span: place(d), Variant: e.variant,
			Message: fmt.Sprintf("%q of this machine is copied over the one that the build installs; exclude it from the build context", e.folder),
			Related: copiedHere(copied, by),
			Fixes:   []lint.Fix{appendLines(p, "**/"+e.folder)},
		}
		if !there {
			f.Severity = lint.Warning
		}
		said = said || e.folder == ".venv"
		p.Report(f)
	}
}

// isMadeInProject reports whether git ignores an environment of Python that the build makes
// in the project by the same name: work copies then have one too.
func isMadeInProject(p *facts.Pass[*facts.IgnoreFile], by *facts.DockerfileNear, folder string) bool {
	if folder != ".venv" || !p.Project.Repository().Ignores(folder) {
		return false
	}
	if runs(by, "virtualenvs.in-project true", "-m venv .venv", "uv venv", "POETRY_VIRTUALENVS_IN_PROJECT=true", "POETRY_VIRTUALENVS_IN_PROJECT=1", "PIPENV_VENV_IN_PROJECT=1") {
		return true
	}
	src, err := p.Project.Files(p.Doc).ReadFile("poetry.toml")
	return err == nil && strings.Contains(strings.ReplaceAll(string(src), " ", ""), "in-project=true")
}
