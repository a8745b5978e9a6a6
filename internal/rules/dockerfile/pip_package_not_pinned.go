package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// PipPackageNotPinned reports packages that `pip install`, `pipx install`, `uv pip
// install` or `uv tool install` installs without a version, and archives of a branch. It
// also reads requirements files of the build context, and reports a file once if most of
// its packages are not pinned to a version.
//
// # Why it matters
//
// The index gives the newest version, which you have not tested. Two builds of the same
// file can differ, and a new version can break the build or contain malicious code.
//
// # How to fix it
//
// Name a version, or install from a lock file:
//
//	RUN pip install flask==3.1.2
//
// # Fix safety
//
// The fix names the version of Poetry that wrote `poetry.lock`. The build then installs that
// version instead of the newest. There is no fix for other packages: only the author knows
// which version was tested.
//
// # Exceptions
//
// It does not report:
//
//   - versions and ranges of any kind, and constraint files
//   - files, folders, and URLs with a reference
//   - packages that an earlier call of the stage installed from a requirements file
//     that pins them
//   - pip, setuptools and wheel, and packages that are no longer developed, such as
//     `crcmod`
//   - stages with a name such as `dev` or `test`, if the final stage does not use them
var PipPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "pip-package-not-pinned",
		Title:    "Python package has no fixed version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3013", Severity: lint.Warning}},
			lint.Names("DF051", "kics:unpinned_package_version_in_pip_install")...,
		),
	},
	Check: checkPipPackageNotPinned,
}

func checkPipPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"pip", "pipx"},
		also:     []string{"uv"},
		values: []string{
			"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "-t", "--target",
			"-e", "--editable", "--prefix", "--root", "--proxy", "--platform", "--python-version", "--implementation", "--abi", "--no-binary", "--only-binary",
			"--src", "--upgrade-strategy", "--progress-bar", "--root-user-action", "--python", "-b", "--build",
		},
		actions: []string{"install"},
		read:    pipCall,
		pinned:  pipPinned,
		moves:   movesByAddress,
		tools:   needsNoPipVersion,
		idle:    isUnusedDevelopment,
		exempt:  pipReads,
		before:  func(c facts.PackageCommand, word string) bool { return isPinnedBefore(p, c, word) },
		version: func(_ *facts.Stage, word string) (pinned, file string) { return pipToolVersion(p, word) },
		example: pipExample,
	}.report(p)
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) { checkRequirements(p, c) }, "pip", "uv")
}

// pipCall reads "uv pip install x" and "uv tool install x" as calls of pip.
func pipCall(c facts.PackageCommand) (facts.PackageCommand, bool) {
	if c.Manager != "uv" {
		return c, true
	}
	if (c.Action != "pip" && c.Action != "tool") || len(c.Packages) == 0 {
		return c, false
	}
	c.Action, c.Packages = c.Packages[0].Text, c.Packages[1:]
	return c, true
}

// pinnedList are the packages with an exact version in a requirements file that a call
// installs.
type pinnedList struct {
	stage *facts.Stage
	start int
	names map[string]bool
}

// isPinnedBefore reports whether a package is there in the version that a requirements
// file names, which an earlier call of the stage installed.
func isPinnedBefore(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand, word string) bool {
	s := p.Doc.StageOf(c.Instruction)
	if s == nil || c.Manager == "pipx" || c.HasFlag("-U", "--upgrade", "--force-reinstall") {
		return false
	}
	lists := facts.Once(p.Doc, "versions in requirements files", nil, func() []pinnedList { return pinnedLists(p) })
	name := requirementName(word)
	return slices.ContainsFunc(lists, func(l pinnedList) bool {
		return l.start < c.Span.Start && l.names[name] && slices.Contains(s.Chain(), l.stage)
	})
}

func pinnedLists(p *facts.Pass[*facts.Dockerfile]) (lists []pinnedList) {
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		c, ok := pipCall(c)
		file, named := c.FlagValue("-r", "--requirement", "--requirements")
		if !ok || !named || !file.Literal || c.Action != "install" {
			return
		}
		src, ok := p.Project.Requirements(p.Doc, c.Instruction, file.Text)
		if !ok {
			return
		}
		names := map[string]bool{}
		for line := range strings.Lines(src) {
			if line = strings.TrimSpace(line); strings.Contains(line, "==") {
				names[requirementName(line)] = true
			}
		}
		lists = append(lists, pinnedList{p.Doc.StageOf(c.Instruction), c.Span.Start, names})
	}, "pip", "uv")
	return lists
}

// pipExample shows how to name the version of a requirement; a repository has it after "@".
func pipExample(name string) string {
	scheme, rest, isAddress := strings.Cut(name, "://")
	switch {
	case !isAddress:
		return name + "==<version>"
	case !strings.Contains(scheme, "+"):
		return archiveOfCommit(name)
	}
	rest, _, _ = strings.Cut(rest, "#")
	host, where, _ := strings.Cut(rest, "/")
	where, _, _ = strings.Cut(where, "@")
	return scheme + "://" + host + "/" + where + "@<commit>"
}

// checkRequirements reports a call that installs from a file most of whose packages
// have no version.
func checkRequirements(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand) {
	c, ok := pipCall(c)
	list, named := c.FlagValue("-r", "--requirement", "--requirements")
	if p.Hadolint || !ok || !named || !list.Literal {
		return
	}
	if c.Action != "install" || c.HasFlag("-c", "--constraint", "--constraints", "--no-index", "--no-deps") || isUnusedDevelopment(p.Doc, c) ||
		envAt(p.Doc, c.Command, "PIP_CONSTRAINT") {
		return
	}
	src, ok := p.Project.Requirements(p.Doc, c.Instruction, list.Text)
	if !ok {
		return
	}
	open, all := openRequirements(src)
	if all == 0 || 2*len(open) <= all {
		return
	}
	which := fmt.Sprintf("%d of %d packages of %s are", len(open), all, quoteShort(list.Text))
	if all == 1 {
		which = fmt.Sprintf("the package of %s is", quoteShort(list.Text))
	}
	p.Report(lint.Finding{
		Span:    c.Span,
		Message: fmt.Sprintf("%s not pinned, so a later build can install other versions; add versions, such as %s", which, quoteShort(open[0]+"==<version>")),
	})
}

// openRequirements are the names in a requirements file that have no version; all counts
// those that need one. A file with constraints or hashes has none.
func openRequirements(src string) (open []string, all int) {
	for line := range strings.Lines(src) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		line, _, _ = strings.Cut(line, ";")
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "-c"), strings.HasPrefix(line, "--constraint"), strings.HasPrefix(line, "--hash"):
			return nil, 0
		case line == "", line[0] == '#', line[0] == '-', strings.Contains(line, "://") && !strings.Contains(line, "git+"), isPipTool(line):
		default:
			all++
			if !pipPinned(line) {
				open = append(open, line)
			}
		}
	}
	return open, all
}

// needsNoPipVersion reports whether a package is a part of pip, or has had no release for
// ten years.
func needsNoPipVersion(word string) bool { return isPipTool(word) || word == "crcmod" }

// isPipTool reports whether a package is a part of pip.
func isPipTool(word string) bool {
	name, _, _ := strings.Cut(word, "[")
	return name == "pip" || name == "setuptools" || name == "wheel"
}

func pipPinned(word string) bool {
	if strings.HasPrefix(word, "git+") || strings.HasPrefix(word, "hg+") {
		_, rest, _ := strings.Cut(word, "://")
		rest, _, _ = strings.Cut(rest, "#")
		_, path, _ := strings.Cut(rest, "/")
		return strings.Contains(path, "@")
	}
	return strings.ContainsAny(word, "=<>~@") || isPath(word) || strings.Contains(word, "/") ||
		strings.HasSuffix(word, ".whl") || strings.HasSuffix(word, ".tar.gz") || strings.HasSuffix(word, ".zip")
}

// pipReads reports whether a file has the versions, or nothing is downloaded.
func pipReads(c facts.PackageCommand) bool {
	return c.HasFlag("-r", "--requirement", "-c", "--constraint", "--no-index", "--help")
}
