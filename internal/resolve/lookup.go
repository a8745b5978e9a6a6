package resolve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/dockmend/dockmend/internal/lint"
)

// Digest implements lint.Registry, by one HEAD: registries do not count it as a
// pull.
func (r *Resolver) Digest(ref string) (string, error) {
	parsed, err := r.parse(ref)
	if err != nil {
		return "", err
	}
	if d, ok := parsed.(name.Digest); ok {
		return d.DigestStr(), nil
	}
	return r.digests.get(r, parsed.Name(), func(r *Resolver) (string, error) {
		digest, err := r.head(parsed)
		if err == nil {
			r.mu.Lock()
			r.said[parsed.Name()] = digest
			r.mu.Unlock()
		}
		return digest, err
	})
}

func (r *Resolver) head(ref name.Reference) (string, error) {
	return ask(r, ref, func(ctx context.Context, p *remote.Puller) (string, error) {
		desc, err := p.Head(ctx, ref)
		if err != nil {
			return "", err
		}
		return desc.Digest.String(), nil
	})
}

// Settled implements lint.Registry.
func (r *Resolver) Settled(ref, digest string) error {
	parsed, err := r.parse(ref)
	if err != nil {
		return err
	}
	if d, ok := parsed.(name.Digest); ok && d.DigestStr() == digest {
		return nil
	}
	_, err = r.settled.get(r, parsed.Name()+"@"+digest, func(r *Resolver) (struct{}, error) {
		now, err := r.head(parsed)
		if err == nil && now != digest {
			err = &lint.Unavailable{Reason: "the tag moved while it was looked at"}
		}
		return struct{}{}, err
	})
	return err
}

// manifest is what stands behind a digest.
type manifest struct {
	// entries are the images of an index, nil for a single image.
	entries []entry
	// single is set for a single image.
	single bool
}

type entry struct {
	platform string
	digest   v1.Hash
}

// manifestOf reads the manifest of a reference by its digest, so that what it
// says belongs to what was named.
func (r *Resolver) manifestOf(ref string) (name.Digest, *manifest, error) {
	parsed, err := r.parse(ref)
	if err != nil {
		return name.Digest{}, nil, err
	}
	digest, err := r.Digest(ref)
	if err != nil {
		return name.Digest{}, nil, err
	}
	at := parsed.Context().Digest(digest)
	m, err := r.manifests.get(r, at.Name(), func(r *Resolver) (*manifest, error) {
		return ask(r, at, func(ctx context.Context, p *remote.Puller) (*manifest, error) {
			desc, err := p.Get(ctx, at)
			if err != nil {
				return nil, err
			}
			if !desc.MediaType.IsIndex() {
				if !desc.MediaType.IsImage() {
					return nil, &lint.Unavailable{Reason: fmt.Sprintf("it is not an image, but %.100q", desc.MediaType)}
				}
				return &manifest{single: true}, nil
			}
			index, err := v1.ParseIndexManifest(strings.NewReader(string(desc.Manifest)))
			if err != nil {
				return nil, err
			}
			return &manifest{entries: entries(index)}, nil
		})
	})
	return at, m, err
}

// entries lists the images of an index. BuildKit's attestations stand there too,
// for the platform "unknown/unknown".
func entries(index *v1.IndexManifest) []entry {
	var out []entry
	for _, m := range index.Manifests {
		if m.Platform == nil || m.Platform.OS == "unknown" || m.Annotations["vnd.docker.reference.type"] != "" || !m.MediaType.IsImage() {
			continue
		}
		out = append(out, entry{platformName(m.Platform.OS, m.Platform.Architecture, m.Platform.Variant), m.Digest})
	}
	return out
}

func platformName(os, architecture, variant string) string {
	if variant == "" {
		return os + "/" + architecture
	}
	return os + "/" + architecture + "/" + variant
}

// Platforms implements lint.Registry.
func (r *Resolver) Platforms(ref string) ([]string, error) {
	at, m, err := r.manifestOf(ref)
	if err != nil {
		return nil, err
	}
	if m.single {
		file, err := r.configFile(at)
		if err != nil {
			return nil, err
		}
		return []string{platformName(file.OS, file.Architecture, file.Variant)}, nil
	}
	var names []string
	for _, e := range m.entries {
		names = append(names, e.platform)
	}
	return names, nil
}

// Config implements lint.Registry.
func (r *Resolver) Config(ref, platform string) (lint.ImageConfig, error) {
	at, m, err := r.manifestOf(ref)
	if err != nil {
		return lint.ImageConfig{}, err
	}
	return r.configs.get(r, at.Name()+" "+platform, func(r *Resolver) (lint.ImageConfig, error) {
		if !m.single {
			e, ok := pick(m.entries, platform)
			if !ok {
				return lint.ImageConfig{}, &lint.Unavailable{Reason: fmt.Sprintf("the index has no image for %q", platform)}
			}
			at = at.Context().Digest(e.digest.String())
		}
		file, err := r.configFile(at)
		if err != nil {
			return lint.ImageConfig{}, err
		}
		return imageConfig(file), nil
	})
}

func pick(entries []entry, platform string) (entry, bool) {
	for _, e := range entries {
		if platform == "" || e.platform == platform || strings.HasPrefix(e.platform, platform+"/") {
			return e, true
		}
	}
	return entry{}, false
}

// configFile reads the config of a single image. Its bytes are held against
// their digest.
func (r *Resolver) configFile(at name.Digest) (*v1.ConfigFile, error) {
	return ask(r, at, func(ctx context.Context, p *remote.Puller) (*v1.ConfigFile, error) {
		desc, err := p.Get(ctx, at)
		if err != nil {
			return nil, err
		}
		image, err := desc.Image()
		if err != nil {
			return nil, err
		}
		return image.ConfigFile()
	})
}

func imageConfig(f *v1.ConfigFile) lint.ImageConfig {
	c := lint.ImageConfig{
		User: f.Config.User, Env: f.Config.Env, Entrypoint: f.Config.Entrypoint, Cmd: f.Config.Cmd, Shell: f.Config.Shell,
		WorkingDir: f.Config.WorkingDir, OnBuild: f.Config.OnBuild, Labels: f.Config.Labels, OS: f.OS,
	}
	if h := f.Config.Healthcheck; h != nil && len(h.Test) > 0 && h.Test[0] != "NONE" {
		c.Healthcheck = true
	}
	if t := f.Created.Time; t.Year() >= 2000 { // reproducible builds say 1970 or 1980
		c.Created = t
	}
	for _, h := range f.History {
		by := strings.TrimPrefix(h.CreatedBy, "RUN ")
		if script, ok := strings.CutPrefix(by, "/bin/sh -c "); ok && !strings.HasPrefix(script, "#(nop)") {
			c.RanShell = true
		}
	}
	return c
}

// Tags lists the tags of a repository, in the registry's order: all of them, or
// the first of a very long list.
func (r *Resolver) Tags(repository string) ([]string, error) {
	parsed, err := r.parse(repository)
	if err != nil {
		return nil, err
	}
	repo := parsed.Context()
	return r.tags.get(r, repo.Name(), func(r *Resolver) ([]string, error) {
		return ask(r, parsed, func(ctx context.Context, p *remote.Puller) ([]string, error) {
			lister, err := p.Lister(ctx, repo)
			if err != nil {
				return nil, err
			}
			var all []string
			// Pages without tags would otherwise come for ever.
			for pages := 0; lister.HasNext() && len(all) < r.limits.Tags && pages < 1+r.limits.Tags/100; pages++ {
				page, err := lister.Next(ctx)
				if err != nil {
					return nil, err
				}
				all = append(all, page.Tags...)
			}
			return all[:min(len(all), r.limits.Tags)], nil
		})
	})
}

// cause is the innermost error of a connection.
func cause(broken *net.OpError) error {
	var system syscall.Errno
	if errors.As(broken, &system) {
		return system
	}
	return broken.Err
}

// shown is a reference as people write it, with as much of a digest as tells it
// apart.
func shown(ref name.Reference) string {
	const most = len("sha256:") + 12
	s := strings.TrimPrefix(ref.Name(), "index.docker.io/")
	s = strings.TrimPrefix(s, "library/")
	if d, ok := ref.(name.Digest); ok && len(d.DigestStr()) > most {
		s = s[:len(s)-len(d.DigestStr())+most] + "…"
	}
	return s
}

func shownHost(ref name.Reference) string {
	if host := ref.Context().RegistryStr(); host != name.DefaultRegistry {
		return host
	}
	return "docker.io"
}

// explain says what an error means to people, and whether it is an answer all
// the same: that there is no such image, or that it is not for everybody. known
// reports whether there are credentials for the registry.
func explain(ref name.Reference, err error, known func() bool) (reason string, complete bool) {
	host := shownHost(ref)
	var said *lint.Unavailable
	var status *transport.Error
	var no *refused
	var untrusted *tls.CertificateVerificationError
	var at *url.Error
	var unknown *net.DNSError
	var broken *net.OpError
	switch {
	case errors.As(err, &said):
		return said.Reason, true
	case errors.As(err, &no):
		return no.reason, false
	case errors.As(err, &status):
		return explainStatus(host, status, known)
	case errors.Is(err, errTooLarge):
		return fmt.Sprintf("the answer of %s is too large", host), false
	case errors.Is(err, context.Canceled):
		return "the run was stopped", false
	case isTimeout(err) || errors.Is(err, context.DeadlineExceeded):
		return host + " did not answer in time; try again later", false
	case errors.As(err, &untrusted):
		err = fmt.Errorf("%w; SSL_CERT_FILE names an authority of your own", untrusted)
	// Reports are read by strangers: no address of this network stands in them.
	case errors.As(err, &unknown):
		err = errors.New("its address cannot be found; if there is a proxy, set HTTPS_PROXY")
	case errors.As(err, &broken):
		err = fmt.Errorf("the connection failed: %w", cause(broken))
	case errors.As(err, &at):
		err = at.Err
	}
	const most = 200
	text := strings.ToValidUTF8(strings.Join(strings.Fields(err.Error()), " "), "\uFFFD")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return fmt.Sprintf("could not reach %s: %s", host, text), false
}

// explainStatus is explain for the answers that are no success.
func explainStatus(host string, status *transport.Error, known func() bool) (reason string, complete bool) {
	switch code := status.StatusCode; {
	case code == http.StatusNotFound:
		return host + " has no such image", true
	case (code == http.StatusUnauthorized || code == http.StatusForbidden) && !known():
		return host + " has no such image, or does not show it without credentials", true
	case code == http.StatusUnauthorized && status.Request != nil && !strings.HasPrefix(status.Request.URL.Path, "/v2/"):
		// The token service says so, before anybody spoke of an image.
		return host + " refused the stored credentials; run docker login again", false
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return host + " has no such image, or does not show it with the stored credentials", true
	case code == http.StatusTooManyRequests:
		return host + " limits the number of requests (429); try again later, or log in with docker login", false
	case code >= http.StatusInternalServerError:
		return fmt.Sprintf("%s answered %d; try again later", host, code), false
	default:
		return fmt.Sprintf("%s answered %d", host, code), false
	}
}
