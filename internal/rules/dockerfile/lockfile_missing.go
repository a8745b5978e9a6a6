package dockerfile

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// LockfileMissing reports installations that need a lock file that the build context
// does not have (variant `absent`), or that the ignore file keeps out of it (variant
// `ignored`). It looks at uv, npm, pnpm, Yarn, Bundler, Poetry and Composer, and at Go
// modules that the build creates with `go mod init`. The build context is the one that a
// Compose file names; otherwise it is the folder of the Dockerfile, or one above it,
// that has the copied files.
//
// # Why it matters
//
// `uv sync --locked`, `npm ci`, `pnpm install --frozen-lockfile`, `yarn install
// --immutable` and Bundler in deployment mode fail without the lock file. Other
// installations, such as `npm install`, Composer and Poetry, then resolve the versions
// in each build, so that two builds can differ; for these, the severity is warning.
//
// # How to fix it
//
// Commit the lock file, and do not exclude it in `.dockerignore`.
//
// # Fix safety
//
// There is no automatic fix: the package manager creates the lock file, on a machine with network
// access.
//
// # Exceptions
//
// It does not report:
//
//   - a manifest that does not come from the build context
//   - an earlier step that can write the lock file
//   - a lock file in another folder of the build context or above it, as in a
//     workspace. This does not hold for a pnpm workspace above a build context that a
//     Compose file names.
//   - a lock file that `.gitignore` lists
//   - a `package.json` without dependencies
//   - folders without `.git` and `.gitignore`, which can be a part of a repository;
//     they are skipped
var LockfileMissing = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "lockfile-missing",
		Title:    "Lock file of an installation is not in the build context",
		Category: lint.Reproducibility,
		Severity: lint.Error,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"absent", "ignored"},
	},
	Check: checkLockfileMissing,
}

// lockedInstall is what an install needs.
type lockedInstall struct {
	manifest string
	// locks are the names that the lock file may have, the usual one first.
	locks []string
	// resolves is set if the install works without it.
	resolves bool
	// plain is set if no option requires it.
	plain bool
}

func checkLockfileMissing(p *facts.Pass[*facts.Dockerfile]) {
	if _, excused := p.Doc.Purposes(p.Project).Excuse(facts.ClaimContext); excused {
		return // the context is elsewhere, or made before the build
	}
	told := map[string]bool{}
	var makers []facts.PackageCommand
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		s := p.Doc.StageOf(c.Instruction)
		if s == nil || c.HasFlag("-g", "--global") {
			return
		}
		install, ok := lockedInstallOf(p.Doc, s, c)
		if !ok {
			makers = append(makers, c)
			return
		}
		if told[install.locks[0]] || !s.ReachesFinal() || c.Conditional() || hasVariableFlag(c) {
			return
		}
		if !p.Files.Known() || mayMakeLock(p.Doc, s, c, install, makers) {
			return
		}
		told[install.locks[0]] = true
		checkLock(p, s, c, install)
	}, "uv", "npm", "yarn", "pnpm", "bundle", "poetry", "composer")
	for _, s := range p.Doc.Stages() {
		checkModuleMade(p, s)
	}
}

// checkModuleMade reports a Go module that the build makes itself: it has no go.sum, and
// takes the newest of all that it needs.
func checkModuleMade(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) {
	if !s.ReachesFinal() || isDevelopment(s) {
		return
	}
	var made *facts.Command
	for _, in := range s.Instructions {
		if in.Keyword != "run" || !strings.Contains(in.Body, "go") || (made == nil && !strings.Contains(in.Body, "mod init")) {
			continue
		}
		for _, c := range p.Doc.Commands(in) {
			pkg, ok := facts.Packages(c)
			switch {
			case !ok || pkg.Manager != "go":
			case pkg.Action == "mod" && firstWord(pkg.Packages) == "init" && !pkg.Conditional() && !hasFallback(c):
				made = c
			case made != nil && ((pkg.Action == "mod" && firstWord(pkg.Packages) == "tidy") || (pkg.Action == "get" && !strings.Contains(joined(pkg.Packages), "@"))):
				p.Report(lint.Finding{
					Variant: "absent", Severity: lint.Warning, Span: made.Span,
					Message: fmt.Sprintf(
						"%s creates a module in the build, so %s takes the newest version of each dependency; commit go.mod and go.sum",
						quoteShort(firstLine(p.Doc.Text(made.Span))),
						quoteShort(firstLine(p.Doc.Text(c.Span))),
					),
				})
				return
			}
		}
	}
}

// joined joins the words of a command with spaces.
func joined(words []facts.Argument) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.Text
	}
	return strings.Join(texts, " ")
}

// lockedInstallOf returns what a command needs; ok is false for one that installs
// nothing, or that writes the lock file itself.
func lockedInstallOf(d *facts.Dockerfile, s *facts.Stage, c facts.PackageCommand) (l lockedInstall, ok bool) {
	install := (c.Action == "install" || c.Action == "i") && len(c.Packages) == 0
	switch c.Manager {
	case "uv":
		l = lockedInstall{"pyproject.toml", []string{"uv.lock"}, false, false}
		ok = c.Action == "sync" && !c.HasFlag("--script") && (c.HasFlag("--locked", "--frozen") || isOn(d, c, "UV_LOCKED") || isOn(d, c, "UV_FROZEN"))
	case "npm":
		l = lockedInstall{"package.json", []string{"package-lock.json", "npm-shrinkwrap.json"}, false, false}
		ok = c.Action == "ci" || c.Action == "clean-install" || install
		l.resolves, l.plain = install, install
	case "pnpm":
		l = lockedInstall{"package.json", []string{"pnpm-lock.yaml"}, false, false}
		l.plain = !c.HasFlag("--frozen-lockfile")
		ok, l.resolves = install, l.plain
	case "yarn":
		l = lockedInstall{"package.json", []string{"yarn.lock"}, !c.HasFlag("--immutable"), false}
		ok, l.plain = install, !c.HasFlag("--frozen-lockfile", "--immutable")
	case "bundle":
		l = lockedInstall{"Gemfile", []string{"Gemfile.lock"}, false, false}
		ok = install && (c.HasFlag("--frozen") || isOn(d, c, "BUNDLE_DEPLOYMENT") || isOn(d, c, "BUNDLE_FROZEN") ||
			(!envAt(d, c.Command, "BUNDLE_DEPLOYMENT") && bundleIsConfigured(d, s, c, "deployment")))
	case "poetry":
		l = lockedInstall{"pyproject.toml", []string{"poetry.lock"}, true, false}
		ok = install || c.Action == "sync"
	case "composer":
		l = lockedInstall{"composer.json", []string{"composer.lock"}, true, false}
		ok = install
	}
	return l, ok
}

// isOn reports whether a variable turns something on where a command runs.
func isOn(d *facts.Dockerfile, c facts.PackageCommand, name string) bool {
	v, ok := d.ScopeAt(c.Instruction).Lookup(name)
	return ok && v.Known && slices.Contains([]string{"1", "true", "yes", "on"}, strings.ToLower(v.Value))
}

// mayMakeLock reports whether the lock file can come from elsewhere: from an earlier step
// that names it, or from a call of the package manager that can write it.
func mayMakeLock(d *facts.Dockerfile, s *facts.Stage, c facts.PackageCommand, l lockedInstall, makers []facts.PackageCommand) bool {
	for _, x := range s.Chain() {
		for _, in := range x.Instructions {
			if in.Index() > c.Instruction.Index() {
				break
			}
			if in.Keyword == "run" && (strings.Contains(in.Body, "git clone") || strings.Contains(in.Body, "*.lock") ||
				slices.ContainsFunc(l.locks, func(name string) bool { return strings.Contains(in.Body, name) })) {
				return true
			}
		}
		if slices.ContainsFunc(makers, func(m facts.PackageCommand) bool {
			return m.Manager == c.Manager && d.StageOf(m.Instruction) == x && slices.Contains([]string{
				"install", "i", "add", "update", "upgrade", "lock", "init", "new", "import", "sync", "require", "create-project", "create", "shrinkwrap",
			}, m.Action)
		}) {
			return true
		}
	}
	return false
}

// checkLock looks for the lock file where the manifest of the packages is.
func checkLock(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, c facts.PackageCommand, l lockedInstall) {
	sources, open := s.ContextSources(c.Instruction)
	if open || slices.ContainsFunc(l.locks, func(lock string) bool { return copiesByName(s, lock) }) {
		return // copy-source-missing and copy-ignored-file report what is copied by name
	}
	context, folder, ok := manifestIn(p, sources, l.manifest)
	if !ok {
		p.Skip(fmt.Sprintf("no %s was found in the build context", l.manifest))
		return
	}
	files := context.Files
	if l.plain && !namesPackages(files, path.Join(folder, l.manifest)) {
		return
	}
	repository := p.Project.RepositoryAt(files)
	isAbove := false
	for _, lock := range l.locks {
		if isSent(files, path.Join(folder, lock)) || repository.Ignores(path.Join(folder, lock)) {
			return
		}
		isAbove = isAbove || isThereAbove(files, lock)
	}
	if isAbove && (!l.resolves || len(p.Project.Services(p.Doc)) == 0 || !isThereAbove(files, "pnpm-workspace.yaml")) {
		return // of a workspace, whose folder may be the build context, or of another package
	}
	if !p.Project.Repository().IsWhole() {
		p.Skip(facts.NotWhole)
		return
	}
	tree := context.Tree()
	if !tree.Complete {
		p.Skip("the build context has more files than the limit")
		return
	}
	if slices.ContainsFunc(tree.Entries, func(e facts.Entry) bool { return !e.Dir && !e.Ignored && slices.Contains(l.locks, e.Base()) }) {
		return // of another package, or of the workspace that this one is a part of
	}
	f := lint.Finding{
		Span:    c.Span,
		Variant: "absent",
		Related: []lint.Related{
			{File: files.Path(path.Join(folder, l.manifest)), Message: "the packages are named here, without a lock file next to it"},
		},
	}
	command := quoteShort(firstLine(p.Doc.Text(c.Span)))
	why, todo := fmt.Sprintf("the build context %q does not have it", files.Path(".")), "commit the lock file"
	if isAbove {
		why, todo = fmt.Sprintf("it is outside of the build context %q", files.Path(".")), "build from the folder that has it"
	}
	for _, lock := range l.locks {
		pattern, ignored := files.Ignored(path.Join(folder, lock))
		if _, exists := files.Exists(path.Join(folder, lock)); !exists || !ignored {
			continue
		}
		f.Variant = "ignored"
		why, todo = fmt.Sprintf("the pattern %q keeps it out of the build context", short(pattern)), fmt.Sprintf("add %q to the ignore file", "!"+short(path.Join(folder, lock)))
		f.Related = nil
		if near := context.IgnoreFile(); near != nil {
			if decides, _ := near.Ignored(path.Join(folder, lock)); decides != nil {
				f.Related = []lint.Related{{Source: near.Source, Span: decides.Span, Message: "this pattern excludes it"}}
			}
		}
	}
	if l.resolves {
		f.Severity = lint.Warning
		f.Message = fmt.Sprintf("%s resolves versions in each build without %s, and %s; %s", command, l.locks[0], why, todo)
	} else {
		f.Message = fmt.Sprintf("%s fails without %s, and %s; %s", command, l.locks[0], why, todo)
	}
	p.Report(f)
}

// namesPackages reports whether a package.json depends on anything.
func namesPackages(files lint.Context, name string) bool {
	src, err := files.ReadFile(name)
	if err != nil {
		return false
	}
	var m struct{ Dependencies, DevDependencies map[string]any }
	return json.Unmarshal(src, &m) == nil && len(m.Dependencies)+len(m.DevDependencies) > 0
}

// copiesByName reports whether a stage, or one that it builds on, copies a file of
// that name anywhere.
func copiesByName(s *facts.Stage, name string) bool {
	return slices.ContainsFunc(s.Chain(), func(x *facts.Stage) bool {
		return len(x.Instructions) > 0 && copiesNamed(x, name, x.Instructions[len(x.Instructions)-1])
	})
}
