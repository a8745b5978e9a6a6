package images

import (
	"slices"
	"strings"
)

// Renewed is the tag of a supported release in the same variant, for an official image
// whose tag names one that has ended: "debian:trixie-slim" for "bullseye-slim",
// "golang:1.27-alpine" for "1.19-alpine3.16". Of programs it is one of the same major
// version, which reads the same configuration; of languages only the distribution changes.
// ok is false where no such tag is known to exist. name is that of Canonical.
func Renewed(name, tag string, on Date) (renewed string, ok bool) {
	version, variant, _ := strings.Cut(tag, "-")
	switch name {
	case "debian", "ubuntu", "alpine":
		r, found := ReleaseOf(name, tag)
		best, supported := r.Supported(on)
		if !found || !supported || !r.HasEnded(on) || (variant != "" && variant != "slim") {
			return "", false
		}
		if version == r.Codename {
			return joinTag(best.Codename, variant), best.Codename != ""
		}
		return joinTag(best.Cycle, variant), version == r.Cycle || strings.HasPrefix(version, r.Cycle+".")
	case "golang", "nginx", "traefik", "caddy", "httpd":
		r, found := ReleaseOf(name, tag)
		best, supported := r.Supported(on)
		if !found || !supported || !r.HasEnded(on) || major(r.Cycle) != major(best.Cycle) {
			return "", false
		}
		variant, kept := keptVariant(name, variant)
		prefix := version[:len(version)-len(strings.TrimPrefix(version, "v"))]
		return joinTag(prefix+best.Cycle, variant), kept
	case "node", "python", "ruby":
		r, found := ReleaseOf(name, tag)
		system, isNamed := SystemOf(name, tag)
		// Of a patch release that is no longer built there is no image on a newer distribution.
		const parts = 2
		if !found || !isNamed || r.HasEnded(on) || !system.HasEnded(on) || len(strings.Split(version, ".")) > parts || version != r.Cycle {
			return "", false
		}
		variant, kept := keptVariant(name, variant)
		return joinTag(version, variant), kept && joinTag(version, variant) != tag
	}
	return "", false
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
	parts := strings.Split(variant, "-")
	for i, part := range parts {
		r, isSuite := suiteNamed(part)
		switch {
		case isSuite && r.Product == "alpine-linux":
			parts[i] = "alpine"
		case isSuite && r.Product == "debian" && name != "nginx" && name != "httpd":
			parts[i] = stable
		case !slices.Contains([]string{"alpine", "slim", "perl"}, part):
			return "", false
		}
	}
	return strings.Join(parts, "-"), true
}
