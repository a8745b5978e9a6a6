package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// FinalImageFullVariant finds final stages FROM the large variant of python,
// node, ruby or the like, which has compilers and headers of everything: the
// slim variant has a fifth of the size, and of the packages with known faults.
//
// Silent in builder stages, and where the stage itself compiles.
var FinalImageFullVariant = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "final-image-full-variant",
		Title:    "The large variant of a base image",
		Category: lint.Size,
		Severity: lint.Info,
		Default:  true,
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
	if !i.Known || i.Registry != "" && i.Registry != "docker.io" || i.Tag == "" || i.Tag == "latest" || !isLargeVariant(i) || compilesInStage(p.Doc, s) {
		return
	}
	span := s.Chain()[len(s.Chain())-1].Image.Span
	p.Report(lint.Finding{
		Fixes:   takeSlim(p.Doc, i),
		Span:    span,
		Message: fmt.Sprintf("%s has compilers and headers that the program does not need; use the slim variant, as %s", quoteShort(p.Doc.Text(span)), quoteShort(i.Name()+":"+slimTag(i))),
	})
}

// isLargeVariant tells whether an official image's tag names the full variant.
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

// compilesInStage tells whether the stage installs what needs a compiler.
func compilesInStage(d *facts.Dockerfile, s *facts.Stage) bool {
	for _, in := range s.Instructions {
		if in.Keyword != "run" {
			continue
		}
		for _, c := range d.Commands(in) {
			switch c.Name() {
			case "gcc", "g++", "make", "cmake", "cargo", "pip", "pip3", "npm", "yarn", "pnpm", "bundle", "gem", "poetry", "uv", "apt-get", "apt", "git", "cpanm", "python", "python3":
				return true
			}
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
	return unsafeFix("take the slim variant", lint.EffectGraph, lint.FileEdit{Edit: edit})
}
