package facts

import (
	"strings"

	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// Image is a reference to an image, with the defaults of global ARGs put in.
type Image struct {
	// Raw is as written, Span its place.
	Raw  string
	Span text.Span
	// Text is Raw with variables expanded. It holds only when Known: every
	// variable in it has a default.
	Text  string
	Known bool
	// Registry is empty for Docker Hub's short names. Repository is the name
	// without registry, tag and digest.
	Registry, Repository, Tag, Digest string
}

// image reads a reference at an instruction.
func (f *Dockerfile) image(in *dockerfile.Instruction, raw string, span text.Span) Image {
	i := ParseImage(raw)
	i.Raw, i.Span = raw, span
	i.Text, i.Known = raw, true
	if strings.ContainsAny(raw, `$\"'`) || (f.Escape != '\\' && strings.IndexByte(raw, f.Escape) >= 0) {
		i.Text, i.Known = f.Expand(in, raw)
		if i.Known {
			parsed := ParseImage(i.Text)
			i.Registry, i.Repository, i.Tag, i.Digest = parsed.Registry, parsed.Repository, parsed.Tag, parsed.Digest
		}
	}
	return i
}

// ParseImage splits a reference. A tag is what follows a colon behind the last
// slash, a registry a first part with a dot or a colon, or "localhost".
func ParseImage(ref string) Image {
	i := Image{Raw: ref, Text: ref, Known: true}
	rest, digest, _ := strings.Cut(ref, "@")
	i.Digest = digest
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		rest, i.Tag = rest[:colon], rest[colon+1:]
	}
	if host, path, ok := strings.Cut(rest, "/"); ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		i.Registry, rest = host, path
	}
	i.Repository = rest
	return i
}

// IsScratch reports whether the reference is the empty image.
func (i Image) IsScratch() bool { return i.Text == "scratch" }

// HasVariable reports whether the reference is written with a variable.
func (i Image) HasVariable() bool { return strings.IndexByte(i.Raw, '$') >= 0 }

// Name is registry and repository with Docker Hub's short names written as
// people know them: "python", "bitnami/redis", "ghcr.io/astral-sh/uv".
func (i Image) Name() string {
	switch i.Registry {
	case "", "docker.io", "index.docker.io", "registry-1.docker.io":
		return strings.TrimPrefix(i.Repository, "library/")
	}
	return i.Registry + "/" + i.Repository
}

// IsWindows reports whether the image is one of Microsoft's Windows bases, or a
// tag that names such a base.
func (i Image) IsWindows() bool {
	_, is := images.Says(strings.ToLower(i.Text), images.Windows)
	return is
}

// IsTrustedRegistry reports whether a registry matches an entry of the list.
func IsTrustedRegistry(trusted []string, registry string) bool {
	for _, entry := range trusted {
		name := strings.Trim(entry, "*")
		begins, ends := strings.HasPrefix(registry, name), strings.HasSuffix(registry, name)
		switch open, closed := strings.HasPrefix(entry, "*"), strings.HasSuffix(entry, "*"); {
		case open && closed && strings.Contains(registry, name), open && !closed && ends, closed && !open && begins, registry == entry:
			return true
		}
	}
	return false
}

// IsForDevelopment reports whether the image plays a service, such as a mail server, for
// those who develop: its age harms nobody.
func (i Image) IsForDevelopment() bool {
	_, ok := images.Says(i.Repository, images.Development)
	return ok
}

// IsStandIn reports whether the image is there to be any program at all, whose version
// does not matter.
func (i Image) IsStandIn() bool {
	_, ok := images.Says(i.Repository, images.StandIn)
	return ok
}

// HoldsEngine reports whether the image holds a container engine: a builder, or Docker's
// own image but for its variant with the client alone.
func (i Image) HoldsEngine() bool {
	_, ok := images.Says(i.Repository, images.Engine)
	return strings.Contains(i.Tag, "dind") || (ok && !strings.Contains(i.Tag, "cli"))
}

// Current is the tag of the version that the moving tag of an official image named in the
// month when the table of images was made; ok is false for other images and tags.
func (i Image) Current() (tag, month string, ok bool) {
	tag, ok = images.Current(images.Canonical(i.Name()), i.Tag)
	return tag, images.TableDate.Month(), ok
}
