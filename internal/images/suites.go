package images

import (
	"cmp"
	"slices"
	"strings"
)

// suite is a tag of an official image that names no distribution release and holds
// one whose package archive is gone.
type suite struct {
	repository, tag, codename string
}

// archive is the package archive of a distribution release that is gone.
type archive struct {
	product, cycle string
	gone           Date
}

// SystemOf is the distribution release that an image holds: the image's own for a
// distribution, else the one that a part of the tag names ("-bookworm", "-alpine3.16"),
// else, for tags of official images that are no longer built, that of the last build.
// Only repositories whose publishers name their variants this way are read. name is
// that of Canonical.
func SystemOf(name, tag string) (r Release, ok bool) {
	if IsDistribution(name) {
		return ReleaseOf(name, tag)
	}
	if !namesSuites(name) {
		return Release{}, false
	}
	p, _ := productOf(name)
	for part := range strings.SplitSeq(tag, "-") {
		// "kinetic" is a release of ROS as well as one of Ubuntu.
		if _, isOwn := p.cycle(part); isOwn {
			continue
		}
		if r, ok := suiteNamed(part); ok {
			return r, true
		}
	}
	at, ok := slices.BinarySearchFunc(suites, suite{repository: name, tag: tag}, func(a, b suite) int {
		return cmp.Or(cmp.Compare(a.repository, b.repository), cmp.Compare(a.tag, b.tag))
	})
	if !ok {
		return Release{}, false
	}
	return suiteNamed(suites[at].codename)
}

// suiteNamed is the distribution release of a part of a tag.
func suiteNamed(part string) (r Release, ok bool) {
	if version, isAlpine := strings.CutPrefix(part, "alpine"); isAlpine && version != "" {
		return inProduct("alpine-linux", version)
	}
	if version, isUbuntu := strings.CutPrefix(part, "ubuntu"); isUbuntu && version != "" {
		return inProduct("ubuntu", version)
	}
	for _, id := range [...]string{"debian", "ubuntu"} {
		p, _ := productByID(id)
		for _, r := range releases[p.from:p.to] {
			if r.Codename == part && part != "" {
				return r, true
			}
		}
	}
	return Release{}, false
}

func inProduct(id, cycle string) (r Release, ok bool) {
	p, ok := productByID(id)
	if !ok {
		return Release{}, false
	}
	return p.cycle(cycle)
}

// cycle is the release of the product by the version that names it.
func (p product) cycle(name string) (r Release, ok bool) {
	for _, r := range releases[p.from:p.to] {
		if r.Cycle == name {
			return r, true
		}
	}
	return Release{}, false
}

// IsDistribution reports whether a repository is a distribution's own.
func IsDistribution(name string) bool {
	_, is := Says(name, Distribution)
	return is
}

// namesSuites reports whether a repository's tags name the distribution release
// that an image holds: the official images, Microsoft's and NVIDIA's CUDA.
func namesSuites(name string) bool {
	if !strings.Contains(name, "/") {
		return true
	}
	for _, publisher := range [...]string{
		"mcr.microsoft.com/devcontainers/", "mcr.microsoft.com/dotnet/", "mcr.microsoft.com/playwright", "nvidia/cuda", "nvcr.io/nvidia/cuda",
	} {
		if strings.HasPrefix(name, publisher) {
			return true
		}
	}
	return false
}

// ArchiveGone is the day since which the package archive of a distribution release
// no longer answers where its images ask, so that installing packages fails; ok is
// false where it answers, and on the days before.
func (r Release) ArchiveGone(on Date) (since Date, ok bool) {
	for _, a := range archives {
		if a.product == r.Product && a.cycle == r.Cycle && a.gone <= on {
			return a.gone, true
		}
	}
	return "", false
}
