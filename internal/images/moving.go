package images

import (
	"cmp"
	"slices"
	"strings"
)

// current is a moving tag of an official image with the tag of the version that it
// named when the table was made.
type current struct {
	repository, tag, version string
}

// Current is the tag of the version, in the same variant, that a moving tag of an
// official image named on TableDate: "3.14-slim" for python's "slim". An empty tag is
// latest. ok is false for all other images and tags. name is that of Canonical.
func Current(name, tag string) (version string, ok bool) {
	at, ok := slices.BinarySearchFunc(currents, current{repository: name, tag: cmp.Or(tag, "latest")}, func(a, b current) int {
		return cmp.Or(cmp.Compare(a.repository, b.repository), cmp.Compare(a.tag, b.tag))
	})
	if !ok {
		return "", false
	}
	return currents[at].version, true
}

// IsOfficial reports whether a name is that of one of Docker's official images, now or
// once, as far as the tables have them. name is that of Canonical.
func IsOfficial(name string) bool {
	if strings.Contains(name, "/") {
		return false
	}
	at, _ := slices.BinarySearchFunc(currents, name, func(c current, name string) int { return cmp.Compare(c.repository, name) })
	if at < len(currents) && currents[at].repository == name {
		return true
	}
	if name == "hello-world" || len(ownRows(name)) > 0 || HasReleases(name) {
		return true
	}
	return slices.ContainsFunc(moves, func(m Move) bool {
		repository, _, _ := strings.Cut(m.Pattern, ":")
		return repository == name
	})
}

// Channels are tags that publishers give to another version again and again.
func Channels() []string {
	return []string{
		"latest", "stable", "edge", "nightly", "test", "testing", "dev", "develop", "development", "beta", "alpha", "canary", "next", "rc", "preview",
		"insiders", "lts", "current", "mainline", "rolling", "unstable", "main", "master", "trunk", "head",
	}
}

// HasVersionlessTag reports whether an image's tag names a variant of a product with
// releases and none of its versions, such as "alpine" for node and "slim-bookworm" for
// python: it moves from release to release as "latest" does. A distribution's tag moves
// if it begins with a channel ("stable-slim"). A tag that is a channel and nothing else
// is one of Channels and not reported here. name is that of Canonical.
func HasVersionlessTag(name, tag string) bool {
	p, ok := productOf(name)
	if !ok || tag == "" || slices.Contains(Channels(), tag) {
		return false
	}
	if IsDistribution(name) {
		first, _, _ := strings.Cut(tag, "-")
		return first == "oldstable" || first == "sid" || slices.Contains(Channels(), first)
	}
	if _, named := p.named(tag); named {
		return false
	}
	for part := range strings.SplitSeq(tag, "-") {
		_, isSuite := suiteNamed(part)
		// Any other word may be a version: "php8.3", "krypton", a placeholder.
		if !isSuite && !slices.Contains(variants(), part) && !slices.Contains(Channels(), part) {
			return false
		}
	}
	return true
}

// variants are parts of the official images' tags that name what is in an image besides
// the product, and no version of it (docker-library/official-images).
func variants() []string {
	return []string{
		"alpine", "slim", "fpm", "cli", "zts", "apache", "perl", "otel", "management", "jdk", "jre", "debian", "ubuntu", "windowsservercore", "nanoserver",
		"community", "enterprise", "minimal", "full", "dind", "rootless", "git",
	}
}
