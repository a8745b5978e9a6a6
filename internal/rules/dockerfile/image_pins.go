package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// pin is what can be done about a reference that does not say which image it is:
// a fix, or the reason why there is none. Offline there is neither.
type pin struct {
	fixes  []lint.Fix
	reason string
}

// explained is a message with the reason.
func (p pin) explained(message string) string {
	if p.reason == "" {
		return message
	}
	return message + "; not pinned: " + p.reason
}

func noPin(err error) pin {
	if lint.IsOffline(err) {
		return pin{}
	}
	return pin{reason: err.Error()}
}

// siteOf finds the site with the reference at a place.
func siteOf(d *facts.Dockerfile, i facts.Image) (facts.ImageSite, bool) {
	sites := d.ImageSites()
	at := slices.IndexFunc(sites, func(x facts.ImageSite) bool { return x.Image.Span == i.Span })
	if at < 0 {
		return facts.ImageSite{}, false
	}
	return sites[at], true
}

// pinVersionOf is the pin of the image that a rule is about.
func pinVersionOf(p *lint.Pass[*facts.Dockerfile], i facts.Image) pin {
	x, ok := siteOf(p.Doc, i)
	if !ok {
		return pin{}
	}
	return pinVersion(p, x)
}

// pinVersion puts the tag with the version in the place of none or latest, and
// the digest where the configuration asks for it.
func pinVersion(p *lint.Pass[*facts.Dockerfile], x facts.ImageSite) pin {
	if _, err := p.Registry.Digest(x.Reference()); err != nil {
		return noPin(err)
	}
	if x.Refusal != "" {
		return pin{reason: x.Refusal} // no need to look for a version
	}
	v, err := p.Registry.Version(x.Reference())
	if err != nil {
		return noPin(err)
	}
	digest, title := "", "name the version that it is today, "+v.Tag
	if p.Settings.Pin.Digest {
		digest = v.Digest
		title += ", and its digest"
	}
	fix := lint.Fix{Title: title, Applicability: lint.Unsafe, MaxEffect: lint.EffectRepin}
	if p.Settings.Pin.Version {
		fix.Applicability = lint.Safe
	}
	return pinTo(p, x, v.Tag, v.Digest, digest, fix)
}

// pinDigest adds the digest. Where the configuration asks for versions too, or
// the tag is none, the tag with the version goes first.
func pinDigest(p *lint.Pass[*facts.Dockerfile], x facts.ImageSite) pin {
	if p.Settings.Pin.Version && x.Refusal == "" {
		if v, err := p.Registry.Version(x.Reference()); err == nil && v.Tag != x.Image.Tag {
			return pinVersion(p, x)
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
	fix := lint.Fix{Title: "add the digest that " + tag + " has today", Applicability: lint.Safe, MaxEffect: lint.EffectSource}
	return pinTo(p, x, tag, digest, digest, fix)
}

// pinTo completes a fix that names a tag and a digest, unless the image is not
// for the wanted platform, or something changed while it was looked at.
func pinTo(p *lint.Pass[*facts.Dockerfile], x facts.ImageSite, tag, digest, written string, fix lint.Fix) pin {
	if x.Refusal != "" {
		return pin{reason: x.Refusal}
	}
	offered, err := p.Registry.Platforms(x.Reference())
	if err != nil {
		return noPin(err)
	}
	if len(offered) == 0 {
		return pin{reason: "it holds no image for any platform"}
	}
	if x.Platform != "" && !offers(offered, x.Platform) {
		return pin{reason: fmt.Sprintf("it is not there for %s", x.Platform)}
	}
	if err := p.Registry.Settled(x.Reference(), digest); err != nil {
		return noPin(err)
	}
	edit, ok := x.Rewrite(tag, written)
	if !ok {
		return pin{reason: "the reference is not written in one piece"}
	}
	if x.Kind == facts.SyntaxSite {
		// The program that reads the file changes, and with it what a proof says.
		fix.Applicability, fix.MaxEffect = lint.Unsafe, lint.EffectUnknown
	}
	fix.Edits = []lint.FileEdit{{Edit: edit}}
	return pin{fixes: []lint.Fix{fix}}
}

// offers tells whether one of the platforms serves the wanted one. A machine
// runs what was built for older variants of its architecture too.
func offers(platforms []string, wanted string) bool {
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

// base is what is known about the image at the root of a stage.
type base struct {
	facts.Base
	// Shell is the image's own SHELL; nil for the default, or where nobody knows.
	Shell []string
	// Asked tells that a registry said all this, not a table.
	Asked bool
}

// lookUpBase asks the registry about a stage's base, and a table of well-known
// images where that may not be.
func lookUpBase(p *lint.Pass[*facts.Dockerfile], s *facts.Stage) (b base, known bool) {
	image := s.Base()
	b.Base, known = facts.LookupBase(image)
	if !image.Known || image.IsScratch() || image.Text == "" {
		return b, known
	}
	root := s.Chain()
	config, err := p.Registry.Config(image.Text, constantPlatform(p.Doc, root[len(root)-1]))
	if err != nil {
		return b, known
	}
	b.Asked, b.Shell = true, config.Shell
	b.User, b.Entrypoint = config.User, facts.NoEntrypoint
	if isRootUser(config.User) {
		b.User = ""
	}
	if len(config.Entrypoint) > 0 {
		b.Entrypoint = facts.SomeEntrypoint
	}
	b.HasShell = b.HasShell || !known || config.RanShell
	return b, true
}

func isRootUser(user string) bool {
	name, _, _ := strings.Cut(user, ":")
	return name == "" || name == "root" || name == "0"
}

// constantPlatform is that of the stage's FROM, empty where the build decides.
func constantPlatform(d *facts.Dockerfile, s *facts.Stage) string {
	if x, ok := siteOf(d, s.Image); ok {
		return x.Platform
	}
	return ""
}
