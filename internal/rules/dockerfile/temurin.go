package dockerfile

import (
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// temurinFix names the image of Eclipse Temurin with the same Java in the place of one of
// openjdk or of maven, whose images on openjdk ended. There is none where a step of the file
// names a folder of the old image, or a package manager that the new one does not have.
func temurinFix(d *facts.Dockerfile, x facts.ImageSite) []lint.Fix {
	if x.Kind != facts.FromSite || x.Image.Digest != "" {
		return nil
	}
	image, isAlpine, ok := images.Temurin(images.Canonical(x.Image.Name()), x.Image.Tag)
	if !ok || needsOpenjdk(d, x.Stage, isAlpine) {
		return nil
	}
	name, _, _ := strings.Cut(image, ":")
	edit, ok := x.Rename(name)
	if !ok {
		return nil
	}
	edit.Span.End, edit.New = x.Image.Span.End, image
	return unsafeFix("use "+image, lint.EffectGraph, lint.FileEdit{Edit: edit})
}

// needsOpenjdk reports whether the file relies on what only the old image has.
func needsOpenjdk(d *facts.Dockerfile, s *facts.Stage, isAlpine bool) bool {
	src := strings.ToLower(string(d.Src))
	for _, word := range []string{"/usr/local/openjdk", "/usr/lib/jvm", "docker-java-home", "/docker-java", "java_home=", "cacerts", "bullseye", "buster", "stretch", "/etc/apt/"} {
		if strings.Contains(src, word) {
			return true
		}
	}
	for _, y := range d.Stages() {
		if y != s && !slices.Contains(y.Chain(), s) {
			continue
		}
		for _, in := range y.Own("run") {
			if slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool { return installsElse(c, isAlpine) }) {
				return true
			}
		}
	}
	return false
}

// installsElse reports whether a command calls a package manager that the new image does not
// have, or installs a package that may be missing there.
func installsElse(c *facts.Command, isAlpine bool) bool {
	pkg, ok := facts.Packages(c)
	if !ok {
		return false
	}
	switch pkg.Manager {
	case "yum", "dnf", "microdnf":
		return true
	case "apk":
		return !isAlpine || !installsSteady(pkg, false, false)
	case "apt-get", "apt":
		return isAlpine || !installsSteady(pkg, false, false)
	}
	return false
}
