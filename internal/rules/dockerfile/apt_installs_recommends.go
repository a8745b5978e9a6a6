package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// AptInstallsRecommends reports `apt-get install` without `--no-install-recommends`. It
// reports one finding for each file, at the first place.
//
// # Why it matters
//
// apt installs the packages that a package recommends, not only those that it depends
// on. Many of them are of no use in a container: they make the image larger and the
// build slower, and they need security updates too.
//
// The rule is off by default, because many packages recommend little and some programs
// need what they recommend. The preset `cloud-native` has the rule.
//
// # How to fix it
//
// Add `--no-install-recommends`, and name the recommended packages that the program
// needs.
//
// # Exceptions
//
// It does not report:
//
//   - stages whose layers are not part of the final image
//   - `APT::Install-Recommends` set to false, on the command line or in the stage
//   - packages that are known to recommend nothing, such as `curl`, `ca-certificates`
//     or `tzdata`
//   - local files, such as `./app.deb`
//   - `--download-only` and `--simulate`
var AptInstallsRecommends = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:         "apt-installs-recommends",
		Title:      "apt-get install also installs recommended packages",
		Category:   lint.Size,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3015", Severity: lint.Info}},
			lint.Names("CIS-4.3", "DF016", "DS029", "kics:apt_get_not_avoiding_additional_packages", "kics:apt_get_without_no_recommends_flag",
				"semgrep:missing-no-install-recommends")...,
		),
	},
	Check: checkAptInstallsRecommends,
}

// recommendNothing are packages of Debian 12 without a Recommends field.
var recommendNothing = []string{
	"apt-transport-https", "bzip2", "ca-certificates", "curl", "dumb-init", "file", "gettext-base", "gosu", "jq", "less",
	"locales", "make", "netcat-openbsd", "openssl", "patch", "pkg-config", "rsync", "tini", "tzdata", "unzip", "xz-utils",
}

func checkAptInstallsRecommends(p *facts.Pass[*facts.Dockerfile]) {
	var found []text.Span
	var edits []lint.FileEdit
	p.Doc.EachPackageCommand(func(c facts.PackageCommand) {
		if c.Action != "install" || !installsRecommends(p, c) {
			return
		}
		install := c.Words[c.ActionAt].Span
		edit := lint.Insert(install.End, " --no-install-recommends")
		if p.Hadolint {
			f := recommends(p, []text.Span{c.Span})
			if c.Script.Editable() {
				f.Fixes = withoutRecommends([]lint.FileEdit{edit})
			}
			p.Report(f)
			return
		}
		found = append(found, c.Span)
		if c.Script.Editable() {
			edits = append(edits, edit)
		}
	}, "apt-get", "apt")
	var said facts.SaidOnce
	for i := range found {
		f := recommends(p, found[i:])
		if len(edits) == len(found) {
			f.Fixes = withoutRecommends(edits[i:])
		}
		said.Add(nil, f)
	}
	said.Report(p.Report)
}

// recommends is the finding on the first of some calls, which names the others.
func recommends(p *facts.Pass[*facts.Dockerfile], found []text.Span) lint.Finding {
	f := lint.Finding{
		Span:    found[0],
		Message: fmt.Sprintf("%s also installs recommended packages, which make the image larger; add --no-install-recommends", quoteShort(firstLine(p.Doc.Text(found[0])))),
	}
	for _, more := range found[1:] {
		f.Related = append(f.Related, lint.Related{Span: more, Message: "this command does too"})
	}
	return f
}

func withoutRecommends(edits []lint.FileEdit) []lint.Fix {
	return []lint.Fix{{Title: "add --no-install-recommends", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: edits}}
}

func installsRecommends(p *facts.Pass[*facts.Dockerfile], c facts.PackageCommand) bool {
	if c.Script == nil || c.HasFlag("--no-install-recommends", "--download-only", "-d", "--simulate", "-s") {
		return false
	}
	for _, w := range c.Args() {
		if setsRecommendsOff(w.Text) {
			return false
		}
	}
	if p.Hadolint {
		return true
	}
	s := p.Doc.StageOf(c.Instruction)
	if s == nil || !s.InFinalImage() || configuresRecommends(p.Doc, s) {
		return false
	}
	return !allIn(c.Packages, recommendNothing) && !allPaths(c.Packages)
}

// setsRecommendsOff reads "APT::Install-Recommends=false", as -o has it and as
// apt.conf does.
func setsRecommendsOff(s string) bool {
	_, rest, ok := strings.Cut(strings.ToLower(s), "apt::install-recommends")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, "= \t\"'\\")
	return strings.HasPrefix(rest, "0") || strings.HasPrefix(rest, "false") || strings.HasPrefix(rest, "no")
}

func configuresRecommends(d *facts.Dockerfile, s *facts.Stage) bool {
	return s.Any("sets apt's recommends off", func(in *dockerfile.Instruction) bool {
		return (in.Keyword == "run" || in.Keyword == "copy") && setsRecommendsOff(d.Text(in.Span))
	})
}

// allIn reports whether every package is one of names, in any version.
func allIn(packages []facts.Argument, names []string) bool {
	for _, p := range packages {
		name, _, _ := strings.Cut(p.Text, "=")
		if !slices.Contains(names, name) {
			return false
		}
	}
	return len(packages) > 0
}
