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
	var name, tag string
	var isAlpine bool
	switch images.Canonical(x.Image.Name()) {
	case "openjdk":
		name = "eclipse-temurin"
		tag, isAlpine = temurinTag(x.Image.Tag)
	case "maven":
		version, java, ok := strings.Cut(x.Image.Tag, "-")
		if !ok || !strings.HasPrefix(version, "3") {
			return nil
		}
		name = "maven"
		kind, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(java, "openjdk-"), "jdk-"), "-")
		if java == "openjdk-"+kind || java == "jdk-"+kind {
			tag, _ = temurinTag(kind)
			tag = strings.TrimSuffix(tag, "-jdk")
		}
		if tag != "" {
			tag = "3.9-eclipse-temurin-" + tag
		}
	}
	if tag == "" || needsOpenjdk(d, x.Stage, isAlpine) {
		return nil
	}
	edit, ok := x.Rewrite(tag, "")
	if !ok {
		return nil
	}
	if name != "maven" {
		if edit, ok = x.Rename(name); !ok {
			return nil
		}
		edit.Span.End = x.Image.Span.End
		edit.New = name + ":" + tag
	}
	return unsafeFix("use "+name+":"+tag, lint.EffectGraph, lint.FileEdit{Edit: edit})
}

// temurinTag is the tag of eclipse-temurin for one of openjdk: a major version, and a
// variant by kind and distribution. Temurin has the releases with long-term support, on Ubuntu
// and on Alpine Linux.
func temurinTag(tag string) (temurin string, isAlpine bool) {
	parts := strings.Split(tag, "-")
	if !slices.Contains([]string{"8", "11", "17", "21"}, parts[0]) {
		return "", false
	}
	kind := "jdk"
	for _, part := range parts[1:] {
		switch part {
		case "jdk", "jre":
			kind = part
		case "alpine":
			isAlpine = true
		case "slim", "stretch", "buster", "bullseye":
		default:
			return "", false
		}
	}
	temurin = parts[0] + "-" + kind
	if isAlpine {
		temurin += "-alpine"
	}
	return temurin, isAlpine
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
			for _, c := range d.Commands(in) {
				pkg, ok := facts.Packages(c)
				switch {
				case !ok:
				case pkg.Manager == "yum" || pkg.Manager == "dnf" || pkg.Manager == "microdnf":
					return true
				case pkg.Manager == "apk" && !isAlpine, (pkg.Manager == "apt-get" || pkg.Manager == "apt") && isAlpine:
					return true
				case pkg.Action == "install" || pkg.Action == "add":
					if slices.ContainsFunc(pkg.Packages, func(a facts.Argument) bool { return !a.Literal || !isSteadyPackage(a.Text) }) {
						return true
					}
				}
			}
		}
	}
	return false
}
