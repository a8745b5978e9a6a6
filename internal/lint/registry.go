package lint

import (
	"errors"
	"time"
)

// Registry knows images. Each question has one answer for the whole run, and
// references are those of a Dockerfile: "python:3.13-slim", "ghcr.io/a/b". An
// error is an *Unavailable, unless it says otherwise.
type Registry interface {
	// Digest of what a reference names, as "sha256:...": the index of an image
	// for several platforms, the manifest of one for a single platform.
	Digest(ref string) (string, error)
	// Settled asks again whether a reference still names the digest: nil if it does.
	Settled(ref, digest string) error
	// Platforms of a reference, as "linux/arm64/v8"; those of attestations left out.
	Platforms(ref string) ([]string, error)
	// Version finds the tag that says which version a reference is.
	Version(ref string) (Version, error)
	// Config of the image for one platform ("linux/amd64"), for the first one
	// that there is if the platform is empty.
	Config(ref, platform string) (ImageConfig, error)
	// Said is the digest that a look-up of this run gave for a reference with a
	// tag. It makes no request.
	Said(ref string) (digest string, ok bool)
}

// ErrUnavailable is what every *Unavailable wraps.
var ErrUnavailable = errors.New("unavailable")

// Unavailable is the answer of a registry that may not be asked, that did not
// answer, or that does not know.
type Unavailable struct {
	// Reason is for people, in lower case: "docker.io has no such image".
	Reason string
	// Offline is set where no look-up was asked for.
	Offline bool
}

func (u *Unavailable) Error() string { return u.Reason }

// Unwrap makes every one of them ErrUnavailable.
func (u *Unavailable) Unwrap() error { return ErrUnavailable }

// Version is the tag with the version of an image.
type Version struct {
	// Tag is the most specific one, with the variant's suffix: "3.13.1-slim".
	Tag string
	// Digest is what both that tag and the reference name.
	Digest string
}

// ImageConfig is the part of an image's config that rules ask for.
type ImageConfig struct {
	User       string
	Env        []string
	Entrypoint []string
	Cmd        []string
	Shell      []string
	WorkingDir string
	OnBuild    []string
	Labels     map[string]string
	// OS is "linux" or "windows".
	OS string
	// Healthcheck is set if a command checks the health.
	Healthcheck bool
	// RanShell is set if a step of the image's own build ran in /bin/sh, so
	// that it has one. The opposite is not known.
	RanShell bool
	// Created is the zero time where the image does not say, or says what cannot be.
	Created time.Time
}

// Variable returns the value of a variable of the environment.
func (c ImageConfig) Variable(name string) (value string, ok bool) {
	for _, pair := range c.Env {
		if len(pair) > len(name) && pair[len(name)] == '=' && pair[:len(name)] == name {
			return pair[len(name)+1:], true
		}
	}
	return "", false
}

// Offline is the Registry that makes no connection.
type Offline struct{}

func offline() error {
	return &Unavailable{Reason: "registry look-ups need --online", Offline: true}
}

// Digest implements Registry.
func (Offline) Digest(string) (string, error) { return "", offline() }

// Settled implements Registry.
func (Offline) Settled(string, string) error { return offline() }

// Platforms implements Registry.
func (Offline) Platforms(string) ([]string, error) { return nil, offline() }

// Version implements Registry.
func (Offline) Version(string) (Version, error) { return Version{}, offline() }

// Config implements Registry.
func (Offline) Config(string, string) (ImageConfig, error) { return ImageConfig{}, offline() }

// Said implements Registry.
func (Offline) Said(string) (string, bool) { return "", false }

// IsOffline reports whether an error says that no look-ups were asked for.
func IsOffline(err error) bool {
	var u *Unavailable
	return errors.As(err, &u) && u.Offline
}
