// Package pins has what the rules on references to images share: the fix that
// says which image is meant, by a tag with the version, a digest, or both, with
// what registries say in this run.
package pins

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// Pin is what can be done about a reference that does not say which image it is:
// fixes, or the reason why there is none. Offline there is neither, but for the moving
// tags of official images.
type Pin struct {
	Fixes  []lint.Fix
	Reason string
}

// Explained is a message with the reason.
func (p Pin) Explained(message string) string {
	if p.Reason == "" {
		return message
	}
	return message + "; not pinned: " + p.Reason
}

func noPin(err error) Pin {
	if lint.IsOffline(err) {
		return Pin{}
	}
	return Pin{Reason: err.Error()}
}

// IsAnswered reports whether there is an answer to what a reference means: from its
// registry, or offline from the table of images.
func IsAnswered[D any](p *facts.Pass[D], x facts.ImageSite) bool {
	_, err := p.Registry.Digest(x.Reference())
	if err == nil || !lint.IsOffline(err) {
		return err == nil
	}
	_, known := currentTag(x)
	return known
}

// currentTag is the version that the moving tag of an official image named when the
// table was made.
func currentTag(x facts.ImageSite) (tag string, ok bool) {
	if x.Image.Digest != "" || x.Kind == facts.SyntaxSite {
		return "", false
	}
	return images.Current(images.Canonical(x.Image.Name()), x.Image.Tag)
}

// byTable names the version of an official image that the table knows; the registry was
// not asked, so the tag may mean a newer one today.
func byTable(x facts.ImageSite) Pin {
	tag, ok := currentTag(x)
	if !ok {
		return Pin{}
	}
	edit, ok := x.Rewrite(tag, "")
	if !ok {
		return Pin{}
	}
	return Pin{Fixes: []lint.Fix{{
		Title:         fmt.Sprintf("pin %s, the current version in %s", tag, images.TableDate.Month()),
		Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph, Edits: []lint.FileEdit{{Edit: edit}},
	}}}
}

// Version replaces no tag, or latest, with the tag of the version, and adds the digest
// where the configuration requires it. Offline it takes the version of the
// table.
func Version[D any](p *facts.Pass[D], x facts.ImageSite) Pin {
	if _, err := p.Registry.Digest(x.Reference()); lint.IsOffline(err) {
		return byTable(x)
	} else if err != nil {
		return noPin(err)
	}
	if x.Refusal != "" {
		return Pin{Reason: x.Refusal} // no need to look for a version
	}
	v, err := p.Registry.Version(x.Reference())
	if err != nil {
		return noPin(err)
	}
	digest, title := "", "pin the current version, "+v.Tag
	if p.Settings.Pin.Digest {
		digest = v.Digest
		title += ", and its digest"
	}
	fix := lint.Fix{Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectRepin}
	if p.Settings.Pin.Version {
		fix.Applicability = lint.Safe
	}
	return to(p, x, v.Tag, v.Digest, digest, fix)
}

// Digest adds the digest. Where the configuration asks for versions too, or
// the tag is none, the tag with the version goes first. Where it is not known, the title
// says why the tag stays.
func Digest[D any](p *facts.Pass[D], x facts.ImageSite) Pin {
	why := ""
	if p.Settings.Pin.Version && x.Refusal == "" {
		v, err := p.Registry.Version(x.Reference())
		if err == nil && v.Tag != x.Image.Tag {
			return Version(p, x)
		}
		if err != nil {
			why = "; the tag stays: " + noPin(err).Reason
		}
	}
	digest, err := p.Registry.Digest(x.Reference())
	if err != nil {
		return noPin(err)
	}
	tag := x.Image.Tag
	if tag == "" {
		tag = "latest"
	}
	fix := lint.Fix{Title: "add the digest that " + tag + " has today" + why, Applicability: lint.Safe, MaxEffect: lint.EffectSource}
	return to(p, x, tag, digest, digest, fix)
}

// Refresh puts the digest that the tag names now in the place of another one.
func Refresh[D any](p *facts.Pass[D], x facts.ImageSite, now string) Pin {
	fix := lint.Fix{Title: "use the digest that " + x.Image.Tag + " has today", Applicability: lint.Unsafe, MaxEffect: lint.EffectRepin}
	if p.Settings.Pin.Refresh {
		fix.Applicability = lint.Safe
	}
	return to(p, x, x.Image.Tag, now, now, fix)
}

// to completes a fix that names a tag and a digest, unless the image is not
// for the wanted platform, or something changed while it was looked at.
func to[D any](p *facts.Pass[D], x facts.ImageSite, tag, digest, written string, fix lint.Fix) Pin {
	if x.Refusal != "" {
		return Pin{Reason: x.Refusal}
	}
	offered, err := p.Registry.Platforms(x.Reference())
	if err != nil {
		return noPin(err)
	}
	if len(offered) == 0 {
		return Pin{Reason: "it has no image for any platform"}
	}
	for _, platform := range x.Platforms {
		if !Offers(offered, platform) {
			return Pin{Reason: fmt.Sprintf("it is not available for %s", platform)}
		}
	}
	if err := p.Registry.Settled(x.Reference(), digest); err != nil {
		return noPin(err)
	}
	edit, ok := x.Rewrite(tag, written)
	if !ok {
		return Pin{Reason: "the reference is split into several parts"}
	}
	if x.Kind == facts.SyntaxSite {
		// The program that reads the file changes, and with it what a proof says.
		fix.Applicability, fix.MaxEffect = lint.Unsafe, lint.EffectUnknown
	}
	fix.Edits = []lint.FileEdit{{Edit: edit}}
	return Pin{Fixes: []lint.Fix{fix}}
}

// Offers reports whether one of the platforms serves the wanted one. A machine
// runs what was built for older variants of its architecture too.
func Offers(platforms []string, wanted string) bool {
	os, arch, variant := platformParts(wanted)
	return slices.ContainsFunc(platforms, func(platform string) bool {
		o, a, v := platformParts(platform)
		return o == os && a == arch && (arch != "arm" || variant == "" || v == "" || v <= variant)
	})
}

// platformParts splits a platform, with the names that Docker takes for others
// (containerd/platforms): "aarch64" is "arm64", and "linux" may be left out.
func platformParts(platform string) (os, arch, variant string) {
	os, rest, found := strings.Cut(strings.ToLower(platform), "/")
	if !found {
		switch os {
		case "linux", "windows", "darwin", "freebsd", "wasi":
			return os, "", ""
		}
		os, rest = "linux", platform
	}
	arch, variant, _ = strings.Cut(rest, "/")
	switch arch {
	case "x86_64", "x86-64":
		arch = "amd64"
	case "aarch64":
		arch = "arm64"
	case "armhf":
		arch, variant = "arm", "v7"
	case "armel":
		arch, variant = "arm", "v6"
	case "i386":
		arch = "386"
	}
	return os, arch, variant
}

// ShortDigest is as much of a digest as people compare.
func ShortDigest(digest string) string {
	const shown = len("sha256:") + 12
	return digest[:min(len(digest), shown)]
}
