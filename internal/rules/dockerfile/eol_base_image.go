package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules/lifecycle"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// EolBaseImage reports images of a distribution, a language or a program that has
// reached end of life, in `FROM`, `COPY --from` and `RUN --mount`. It reads the release
// from the version or the code name in the tag (`python:3.8-slim`, `debian:buster`), and
// the distribution from the suffix (`node:22-buster`). For Debian, the end of LTS
// counts. With `--online`, it reads the version of images without a version in the tag
// from their configuration. The dates come from endoflife.date. The rule compares them
// with today, or with the day that `--as-of`, `as-of` in the configuration or
// `SOURCE_DATE_EPOCH` sets.
//
// The severity is error where a step installs packages from an archive that no longer
// exists, such as `apt-get update` on Debian 10, because that build fails. It is info
// where support ends within 90 days, and where it ended within the last year and the
// product replaces its releases every year (nginx, Go).
//
// Images that do little harm have severity info and the variant `excused`:
//
//   - a build stage that installs nothing and leaves nothing of the image in the final
//     stage
//   - a file that is for that release, by its path
//   - files for tests, examples, exercises and collections of vulnerable software, copies (`.bak`),
//     folders of archived files, and the folder of a version next to that of a newer one
//   - a comment next to `FROM` that states the end of life
//
// # Why it matters
//
// Vulnerabilities that are found after the end of life are not fixed. After some time,
// the packages of the release are removed from its archive, and builds fail.
//
// # How to fix it
//
// Move to the supported release that the message names, and test the program with it.
//
// # Fix safety
//
// There is only a fix where the file is known to work on the newer release: its steps
// install packages that each release has, and otherwise only work on files. A web server may
// get files from another stage that it serves. A program moves within its major version, a
// Go module to a newer compiler, and an image of a language to another distribution.
// Elsewhere, only a build and the tests of the program show whether a newer release works.
//
// # Exceptions
//
// It does not report:
//
//   - releases without an announced end
//   - images that the repository builds
//   - images that the rule `deprecated-base-image` reports
//   - tags without a version, unless `--online` is set
//   - stages that the final image does not use
var EolBaseImage = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "eol-base-image",
		Title:    "Base image no longer gets security fixes",
		Category: lint.Security,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Needs:    lint.NeedsContext | lint.NeedsRegistry,
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases:  lint.Names("CIS-4.4", "CIS-DI-0004", "tally/ruby/eol-ruby-version"),
	},
	Check: checkEolBaseImage,
}

func checkEolBaseImage(p *facts.Pass[*facts.Dockerfile]) {
	on := lifecycle.Day(p.Settings)
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.Parent != nil || !i.Known || !s.ReachesFinal() {
			continue
		}
		if f, gone := goneArchive(p, s, on); gone {
			f.Fixes = renewBase(p, s, on)
			p.Report(f)
			continue
		}
		told := lifecycle.Told(p.Registry, i, constantPlatform(p.Doc, s))
		v, ok := lifecycle.Ended(i, told, on)
		if !ok || p.Project.Local(i) != "" {
			continue
		}
		f := lint.Finding{
			Span: i.Span, Severity: v.Severity, Dated: v.Dated, Message: quoteShort(i.Raw) + " " + v.Message, Fixes: renewBase(p, s, on),
		}
		if isMinorHere(p, s, v) {
			f.Severity, f.Variant, f.Fixes = lint.Info, excused, nil
		}
		p.Report(f)
	}
	for _, x := range p.Doc.ImageSites() {
		isCopied := x.Kind == facts.CopySite || x.Kind == facts.MountSite
		if !isCopied || !x.Stage.ReachesFinal() || x.Local {
			continue
		}
		if v, ok := lifecycle.Ended(x.Image, "", on); ok && p.Project.Local(x.Image) == "" {
			p.Report(lint.Finding{Span: x.Image.Span, Severity: v.Severity, Dated: v.Dated, Message: quoteShort(x.Image.Raw) + " " + v.Message})
		}
	}
}

// isMinorHere reports whether an ended release does little harm where it is, or is meant:
// in a build stage that installs nothing and leaves nothing in the image, in the file that is the variant for it, in a
// laboratory or for tests, and where the file says that it has ended.
func isMinorHere(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, v lifecycle.Verdict) bool {
	d := p.Doc
	if _, ok := d.Purposes(p.Project).Excuse(facts.ClaimBaseAge); ok || lifecycle.IsVariantOf(d.Name, v.Release) || saysEnded(d, s.From) {
		return true
	}
	// Go leaves its library in what it compiles.
	compiles := v.Release.Product == "go" && v.Severity != lint.Info
	return !compiles && isLeftBehind(p, s, v.Release)
}

// saysEnded reports whether a comment in the lines around a FROM says that support ended.
func saysEnded(d *facts.Dockerfile, from *dockerfile.Instruction) bool {
	const near = 4
	lines := d.Lines
	first := max(lines.Position(from.Head.Start).Line-near, 1)
	last := lines.Position(from.Head.End).Line + near
	for n, line := range slices.Collect(strings.Lines(string(d.Src))) {
		words, isComment := strings.CutPrefix(strings.TrimSpace(line), "#")
		if n+1 < first || n+1 > last || !isComment {
			continue
		}
		words = strings.ToLower(words)
		if strings.Contains(words, "end of life") || strings.Contains(words, "end-of-life") || strings.Contains(words, "eol") ||
			strings.Contains(words, "end of support") {
			return true
		}
	}
	return false
}
