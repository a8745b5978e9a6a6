package dockerfile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// LockfileNotRead reports lock files that are copied by name for an install which does not
// read them: `uv.lock` for `uv pip install -r pyproject.toml`, `poetry.lock` for
// `pip install .`, `pnpm-lock.yaml` for `npm install`.
//
// # Why it matters
//
// The install takes the newest versions that fit, so each build can have different ones, and
// the image can have versions that were never tested. The copied lock file hides that.
//
// # How to fix it
//
// Install with the program that wrote the lock file:
//
//	COPY pyproject.toml uv.lock ./
//	RUN uv sync --locked --no-dev
//
// # Fix safety
//
// There is no automatic fix: another program installs to another place, and may have to be installed
// first.
//
// # Exceptions
//
// It does not report:
//
//   - files in which any step calls or installs the program of the lock file
//   - `yarn.lock` for npm, which takes its versions
//   - stages that the final image does not use
var LockfileNotRead = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "lockfile-not-read",
		Title:    "The install does not read the lock file",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
	},
	Check: checkLockfileNotRead,
}

// lockReader are the programs that read a lock file, and those that install the same
// packages without it.
type lockReader struct {
	readers, others []string
}

func lockReaders() map[string]lockReader {
	python, node := []string{"pip", "uv"}, []string{"npm", "yarn", "pnpm", "bun"}
	return map[string]lockReader{
		"uv.lock":           {[]string{"uv"}, python},
		"poetry.lock":       {[]string{"poetry"}, python},
		"pdm.lock":          {[]string{"pdm"}, python},
		"Pipfile.lock":      {[]string{"pipenv"}, python},
		"package-lock.json": {[]string{"npm"}, node},
		"pnpm-lock.yaml":    {[]string{"pnpm"}, node},
		"yarn.lock":         {[]string{"yarn", "npm"}, node},
		"bun.lock":          {[]string{"bun"}, node},
		"bun.lockb":         {[]string{"bun"}, node},
	}
}

func checkLockfileNotRead(p *facts.Pass[*facts.Dockerfile]) {
	locks := lockReaders()
	var said facts.SaidOnce
	for _, c := range p.Doc.ContextCopies() {
		name := path.Base(c.Path)
		lock, is := locks[name]
		if !is || !c.Stage.ReachesFinal() || mayReadLock(p.Doc, name, lock) {
			continue
		}
		install := installWithout(p.Doc, c, lock)
		if install == nil {
			continue
		}
		said.Add(name, lint.Finding{
			Span: c.Word.Span,
			Message: fmt.Sprintf("%s is copied, but %s does not read it, so each build may have other versions; install with %s",
				quoteShort(c.Path), quoteShort(firstLine(p.Doc.Text(install.Span))), lock.readers[0]),
			Related: []lint.Related{{Span: install.Span, Message: "the install"}},
		})
	}
	said.Report(p.Report)
}

// installWithout is the first install of the project's packages, after a copy in its stage,
// by a program that does not read the lock file; nil if there is none.
func installWithout(d *facts.Dockerfile, c facts.ContextCopy, lock lockReader) *facts.Command {
	for _, in := range c.Stage.Own("run") {
		if in.Index() < c.Instruction.Index() {
			continue
		}
		for _, command := range d.Commands(in) {
			pkg, ok := facts.UvPip(command)
			if !ok {
				pkg, ok = facts.Packages(command)
			}
			if ok && slices.Contains(lock.others, pkg.Manager) && installsProject(pkg) {
				return command
			}
		}
	}
	return nil
}

// installsProject reports whether an install takes its packages from the project's own
// manifest.
func installsProject(c facts.PackageCommand) bool {
	switch c.Manager {
	case "pip", "uv": // as uv pip
		return c.Action == "install" && slices.ContainsFunc(c.Args(), func(a facts.Argument) bool {
			return a.Text == "." || strings.HasPrefix(a.Text, ".[") || strings.HasSuffix(a.Text, "pyproject.toml")
		})
	}
	return slices.Contains([]string{"install", "i", "ci"}, c.Action) && len(c.Packages) == 0 && !c.HasFlag("-g", "--global")
}

// mayReadLock reports whether a step of the file calls a program that reads the lock file,
// installs it, or names the lock file itself. "uv pip" reads none.
func mayReadLock(d *facts.Dockerfile, name string, lock lockReader) bool {
	return slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool {
		if in.Keyword != "run" {
			return false
		}
		commands := d.Commands(in)
		if len(commands) == 0 || strings.Contains(in.Body, name) {
			return true
		}
		return slices.ContainsFunc(commands, func(c *facts.Command) bool { return callsReader(c, lock) })
	})
}

func callsReader(c *facts.Command, lock lockReader) bool {
	if lock.readers[0] == "uv" {
		return c.Name() == "uv" && slices.Contains([]string{"sync", "export", "run", "lock", "add"}, firstAction(c))
	}
	return slices.ContainsFunc(c.Words, func(w facts.Argument) bool {
		word, _, _ := strings.Cut(path.Base(w.Text), "@")
		return slices.Contains(lock.readers, word)
	})
}
