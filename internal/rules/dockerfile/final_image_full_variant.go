package dockerfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// FinalImageFullVariant reports final stages that begin with the full variant of an
// image such as `python`, `node` or `ruby`, which has compilers and headers. It also
// reports a JDK in a stage that only starts `java`, where the same repository has a JRE.
//
// # Why it matters
//
// The full variant is several times as large as the slim one. Its additional packages
// need security updates, and scanners report their vulnerabilities.
//
// # How to fix it
//
// Use the slim variant, such as `python:3.14-slim`. If the program needs a compiler to
// install its packages, build in a separate stage with the full variant.
//
// # Exceptions
//
// It does not report:
//
//   - builder stages
//   - stages that compile or install packages themselves; `npm` counts only where the
//     lock file has packages with install scripts or packages from Git
//   - tags that are not a version, such as `latest`
var FinalImageFullVariant = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-image-full-variant",
		Title:    "Final image uses the full variant of a base image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
		Needs:    lint.NeedsContext,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("OWASP-R13", "docs:choose-minimal-base"),
	},
	Check: checkFinalImageFullVariant,
}

func checkFinalImageFullVariant(p *facts.Pass[*facts.Dockerfile]) {
	s := p.Doc.Final()
	if s == nil {
		return
	}
	i := s.Base()
	if reportJDK(p, s, i) {
		return
	}
	if !i.Known || (i.Registry != "" && i.Registry != "docker.io") || i.Tag == "" {
		return
	}
	if i.Tag == "latest" || !isLargeVariant(i) || compilesInStage(p, s) {
		return
	}
	span := s.Chain()[len(s.Chain())-1].Image.Span
	p.Report(lint.Finding{
		Fixes:   takeSlim(p.Doc, i),
		Span:    span,
		Message: fmt.Sprintf("%s includes compilers and headers that the program does not need; use the slim variant, such as %s", quoteShort(p.Doc.Text(span)), quoteShort(i.Name()+":"+slimTag(i))),
	})
}

// isLargeVariant reports whether an official image's tag names the full variant.
func isLargeVariant(i facts.Image) bool {
	if name := images.Canonical(i.Name()); !images.HasSlimVariant(name) || images.IsDistribution(name) || !i.Has("gcc") {
		return false
	}
	version, variant, _ := strings.Cut(i.Tag, "-")
	if version == "" || version[0] < '0' || version[0] > '9' {
		return false
	}
	switch variant {
	case "", "bookworm", "bullseye", "trixie", "buster":
		return true
	}
	return false
}

// compilesInStage reports whether the stage installs what needs a compiler.
func compilesInStage(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		for _, c := range p.Doc.Commands(in) {
			switch c.Name() {
			case "npm":
				if !installsPurely(p, s, c) {
					return true
				}
			case "gcc", "g++", "make", "cmake", "cargo", "pip", "pip3", "yarn", "pnpm", "bundle", "gem", "poetry", "uv", "apt-get", "apt", "git", "cpanm", "python", "python3":
				return true
			}
		}
	}
	return false
}

// installsPurely reports whether a call of npm compiles nothing and needs no other program
// of the large variant: the lock file names no package with an install script and none from
// git, and nothing else of the file or its services uses such a program.
func installsPurely(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, c *facts.Command) bool {
	if first := firstAction(c); first != "ci" && first != "install" && first != "i" {
		return first == "cache"
	}
	lock, ok := p.Project.FileAt(s, c.Instruction, "package-lock.json")
	if !ok || !bytes.Contains(lock, []byte(`"lockfileVersion"`)) || bytes.Contains(lock, []byte(`"lockfileVersion": 1`)) {
		return false
	}
	for _, mark := range []string{`"hasInstallScript"`, "node-gyp", "git+", "git@"} {
		if bytes.Contains(lock, []byte(mark)) {
			return false
		}
	}
	words, _ := s.StartWords()
	if len(words) == 0 || words[0].Text != "node" || p.Doc.Mentions("curl") || p.Doc.Mentions("wget") {
		return false
	}
	return !slices.ContainsFunc(p.Project.Services(p.Doc), func(n facts.ServiceNear) bool {
		return n.Has("healthcheck") || n.Has("command") || n.Has("entrypoint")
	})
}

// reportJDK reports a JDK of a final stage that only starts java.
func reportJDK(p *facts.Pass[*facts.Dockerfile], s *facts.Stage, i facts.Image) bool {
	tag, ok := jreTag(i)
	if !ok || usesJDK(s) {
		return false
	}
	words, _ := s.StartWords()
	if len(words) < 2 || baseName(words[0].Text) != "java" {
		return false
	}
	span := s.Chain()[len(s.Chain())-1].Image.Span
	p.Report(lint.Finding{
		Span:    span,
		Message: fmt.Sprintf("%s includes a compiler and tools that the program does not need; use the JRE, such as %s", quoteShort(p.Doc.Text(span)), quoteShort(i.Name()+":"+tag)),
	})
	return true
}

// jreTag is the tag of the JRE for a JDK; ok is false for other images, and for
// publishers that have none.
func jreTag(i facts.Image) (tag string, ok bool) {
	if !i.Known || i.Tag == "" || i.Tag == "latest" || i.Digest != "" {
		return "", false
	}
	if i.IsWindows() {
		return "", false
	}
	_, hasJRE := images.Says(images.Canonical(i.Name()), images.Runtime)
	before, after, isJDK := strings.Cut(i.Tag, "-jdk")
	return before + "-jre" + after, hasJRE && isJDK && !strings.Contains(i.Tag, "windows") && !strings.Contains(i.Tag, "nanoserver")
}

// usesJDK reports whether a stage calls a tool that only a JDK has, or runs something that
// is not known.
func usesJDK(s *facts.Stage) bool {
	for _, tool := range []string{"javac", "jlink", "jdeps", "jcmd", "jmap", "jstack", "jstat", "jdb", "jpackage", "jhsdb", "tools.jar", "jdwp", "mvn", "gradle", "ant ", "sbt"} {
		if slices.ContainsFunc(s.Chain(), func(x *facts.Stage) bool {
			return slices.ContainsFunc(
				x.Instructions,
				func(in *dockerfile.Instruction) bool { return strings.Contains(in.Args, tool) && in.Keyword != "copy" },
			)
		}) {
			return true
		}
	}
	return false
}

// slimTag is the tag of the slim variant: node has the distribution first.
func slimTag(i facts.Image) string {
	version, distribution, ok := strings.Cut(i.Tag, "-")
	switch {
	case !ok:
		return i.Tag + "-slim"
	case languageOf(i) == "node":
		return i.Tag + "-slim"
	}
	return version + "-slim-" + distribution
}

// takeSlim writes the tag of the slim variant; a digest would have to change too.
func takeSlim(d *facts.Dockerfile, i facts.Image) []lint.Fix {
	site, ok := d.SiteOf(i)
	if !ok || i.Digest != "" {
		return nil
	}
	edit, ok := site.Rewrite(slimTag(i), "")
	if !ok {
		return nil
	}
	return unsafeFix("use the slim variant", lint.EffectGraph, lint.FileEdit{Edit: edit})
}
