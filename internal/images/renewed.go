package images

import (
	"slices"
	"strings"
)

// Renewed is the tag of a supported release in the same variant, for an official image
// whose tag names one that has ended: "debian:trixie-slim" for "bullseye-slim",
// "golang:1.27-alpine" for "1.19-alpine3.16". Of programs it is one of the same major
// version, which reads the same configuration; of languages only the distribution changes.
// ok is false where no such tag is known to exist, and keepsVersion is set where the image
// stays at its version. name is that of Canonical.
func Renewed(name, tag string, on Date) (renewed string, keepsVersion, ok bool) {
	switch name {
	case "node", "python", "ruby":
		renewed, ok = renewedSystem(name, tag, on)
		return renewed, true, ok
	}
	renewed, ok = renewedRelease(name, tag, on)
	return renewed, false, ok
}

// renewedRelease is the tag of a supported release of a distribution or a program.
func renewedRelease(name, tag string, on Date) (renewed string, ok bool) {
	r, found := ReleaseOf(name, tag)
	best, supported := r.Supported(on)
	if !found || !supported || !r.HasEnded(on) {
		return "", false
	}
	version, variant, _ := strings.Cut(tag, "-")
	switch name {
	case "debian", "ubuntu", "alpine":
		isPlain := variant == "" || variant == "slim"
		if version == r.Codename {
			return joinTag(best.Codename, variant), isPlain && best.Codename != ""
		}
		return joinTag(best.Cycle, variant), isPlain && (version == r.Cycle || strings.HasPrefix(version, r.Cycle+"."))
	case "golang", "nginx", "traefik", "caddy", "httpd":
		variant, kept := keptVariant(name, variant)
		prefix := version[:len(version)-len(strings.TrimPrefix(version, "v"))]
		return joinTag(prefix+best.Cycle, variant), kept && major(r.Cycle) == major(best.Cycle)
	}
	return "", false
}

// renewedSystem is the tag of the same release of a language on another distribution.
func renewedSystem(name, tag string, on Date) (renewed string, ok bool) {
	version, variant, _ := strings.Cut(tag, "-")
	r, found := ReleaseOf(name, tag)
	system, isNamed := SystemOf(name, tag)
	if !found || !isNamed || r.HasEnded(on) {
		return "", false
	}
	// Of a patch release that is no longer built there is no image on a newer distribution.
	if !system.HasEnded(on) || version != r.Cycle {
		return "", false
	}
	variant, kept := keptVariant(name, variant)
	return joinTag(version, variant), kept && joinTag(version, variant) != tag
}

func joinTag(version, variant string) string {
	if variant == "" {
		return version
	}
	return version + "-" + variant
}

func major(cycle string) string {
	m, _, _ := strings.Cut(cycle, ".")
	return m
}

// keptVariant is the variant of an image for a tag that is built today: of Alpine Linux
// without its version, of Debian with a release that has long-term support.
func keptVariant(name, variant string) (kept string, ok bool) {
	if variant == "" {
		return "", true
	}
	const stable = "bookworm"
	namesSystems := name != "nginx" && name != "httpd"
	parts := strings.Split(variant, "-")
	for i, part := range parts {
		r, isSuite := suiteNamed(part)
		isDebian := isSuite && r.Product == "debian"
		switch {
		case isSuite && r.Product == "alpine-linux":
			parts[i] = "alpine"
		case isDebian && namesSystems:
			parts[i] = stable
		case !slices.Contains([]string{"alpine", "slim", "perl"}, part):
			return "", false
		}
	}
	return strings.Join(parts, "-"), true
}

// Temurin is the image of Eclipse Temurin with the Java of one of openjdk, or of maven on
// openjdk, whose images ended. isAlpine tells on which distribution it is. ok is false for a
// Java that Temurin does not have. name is that of Canonical.
func Temurin(name, tag string) (image string, isAlpine, ok bool) {
	switch name {
	case "openjdk", "java":
		tag, isAlpine, ok = temurinTag(strings.TrimPrefix(tag, "openjdk-"))
		return "eclipse-temurin:" + tag, isAlpine, ok
	case "maven":
		version, java, _ := strings.Cut(tag, "-")
		java = strings.TrimPrefix(strings.TrimPrefix(java, "openjdk-"), "jdk-")
		tag, isAlpine, ok = temurinTag(java)
		isPlain := strings.HasPrefix(version, "3") && !isAlpine && !strings.HasSuffix(tag, "-jre")
		return "maven:3.9-eclipse-temurin-" + strings.TrimSuffix(tag, "-jdk"), isAlpine, ok && isPlain
	}
	return "", false, false
}

// temurinTag is the tag of eclipse-temurin for one of openjdk: a major version, and a variant
// by kind and distribution. Temurin has the releases with long-term support, on Ubuntu and on
// Alpine Linux.
func temurinTag(tag string) (temurin string, isAlpine, ok bool) {
	parts := strings.Split(tag, "-")
	version := major(parts[0]) // the newest patch release of it
	if !slices.Contains([]string{"8", "11", "17", "21"}, version) {
		return "", false, false
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
			return "", false, false
		}
	}
	temurin = version + "-" + kind
	if isAlpine {
		temurin += "-alpine"
	}
	return temurin, isAlpine, true
}
