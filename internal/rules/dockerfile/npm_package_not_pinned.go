package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// NpmPackageNotPinned reports packages that `npm install`, `yarn global add` or `pnpm
// add` installs without a version, or with a tag that moves, such as `@latest`. In
// stages whose layers are not part of the final image, the severity is info.
//
// # Why it matters
//
// npm installs the newest version, which you have not tested. Two builds of the same
// file can differ, and a new version can break the build or contain malicious code.
//
// # How to fix it
//
// Name a version:
//
//	RUN npm install -g typescript@5.9.2
//
// # Fix safety
//
// The fix names the version of the package manager in `packageManager`, or that of the tool in
// `package-lock.json`. The build then installs that version instead of the newest. There is
// no fix for other packages: only the author knows which version was tested.
//
// # Exceptions
//
// It does not report:
//
//   - `npm install` without names, because `package.json` and the lock file decide
//   - files, folders, and Git URLs with a commit or tag
//   - versions and ranges of any kind, such as `@5` or `@^5.9`, although a range can
//     still install a newer version
//   - `yarn`, of which the registry has only Yarn 1, and `corepack`, which downloads
//     what `packageManager` names
var NpmPackageNotPinned = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "npm-package-not-pinned",
		Title:    "npm package is not pinned to a version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext,
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3016", Severity: lint.Warning}},
			lint.Names("kics:npm_install_without_pinned_version")...,
		),
	},
	Check: checkNpmPackageNotPinned,
}

func checkNpmPackageNotPinned(p *facts.Pass[*facts.Dockerfile]) {
	packagePins{
		managers: []string{"npm"},
		also:     []string{"yarn", "pnpm"},
		values:   []string{"--registry", "--loglevel"},
		actions:  []string{"install", "i", "add"},
		read:     nodeCall,
		pinned:   npmPinned,
		moves:    npmMoves,
		tools:    needsNoNpmVersion,
		idle:     isUnusedDevelopment,
		unknown:  []string{"i", "add"},
		adjust: func(d *facts.Dockerfile, c facts.PackageCommand, f *lint.Finding) {
			if !shipsLayers(d, c.Instruction) {
				f.Severity = lint.Info
			}
		},
		version: func(s *facts.Stage, word string) (pinned, file string) { return npmToolVersion(p, s, word) },
		example: npmExample,
	}.report(p)
}

// needsNoNpmVersion reports whether a package needs no version: the newest version of yarn
// in the registry is old, and corepack downloads what packageManager names.
func needsNoNpmVersion(word string) bool {
	return word == "yarn" || word == "corepack" || strings.HasPrefix(word, "corepack@")
}

// npmExample shows how to name the version of a package; a repository has it after "#".
func npmExample(name string) string {
	if isHostedGit(name) || strings.HasPrefix(name, "git+") || strings.HasPrefix(name, "git:") {
		name, _, _ = strings.Cut(name, "#")
		return name + "#<commit>"
	}
	if strings.Contains(name, "://") {
		return archiveOfCommit(name)
	}
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name = name[:at]
	}
	return name + "@<version>"
}

// nodeCall reads "yarn global add x" as a call with the action "add", and ignores what adds
// packages to the project of a Yarn that has a lock file.
func nodeCall(c facts.PackageCommand) (facts.PackageCommand, bool) {
	switch c.Manager {
	case "yarn":
		if c.Action != "global" || len(c.Packages) == 0 {
			return c, false
		}
		c.Action, c.Packages = c.Packages[0].Text, c.Packages[1:]
	case "pnpm":
		return c, c.Action == "add" || c.HasFlag("-g", "--global")
	}
	return c, true
}

// npmMoves reports whether the version is a tag that its publisher moves, or a branch.
func npmMoves(word string) bool {
	if movesByAddress(word) {
		return true
	}
	at := strings.LastIndexByte(word, '@')
	if at <= 0 || (strings.Contains(word, "/") && word[0] != '@') {
		return false
	}
	switch word[at+1:] {
	case "latest", "next", "beta", "alpha", "canary", "nightly", "rc", "*", "x", "":
		return true
	}
	return false
}

func npmPinned(word string) bool {
	for _, suffix := range []string{".tar", ".tar.gz", ".tgz"} {
		if strings.HasSuffix(word, suffix) {
			return true
		}
	}
	if strings.HasPrefix(word, "git+") || strings.HasPrefix(word, "git:") {
		return strings.Contains(word, "#")
	}
	if isHostedGit(word) {
		return strings.Contains(word, "#")
	}
	return isPath(word) || strings.Contains(strings.TrimPrefix(word, "@"), "@") || strings.Contains(word, "://") ||
		strings.HasPrefix(word, "~")
}

// isHostedGit reports whether npm reads a word as a repository of a hosting service:
// "github:owner/name", or "owner/name" for GitHub.
func isHostedGit(word string) bool {
	name, _, _ := strings.Cut(word, "#")
	for _, host := range [...]string{"github:", "gitlab:", "bitbucket:", "gist:"} {
		if strings.HasPrefix(name, host) {
			return true
		}
	}
	return strings.Count(name, "/") == 1 && !strings.ContainsAny(name, "@:.~$") && name[0] != '/'
}
