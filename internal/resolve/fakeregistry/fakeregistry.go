// Package fakeregistry is a small Internet of registries for tests: every host
// name has one, behind a proxy and with certificates of its own authority, as
// in a company's network. The registries are go-containerregistry's; what they
// are asked is logged.
package fakeregistry

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Internet is where all registries live.
type Internet struct {
	// Proxy is the address for HTTPS_PROXY, CertFile the path for SSL_CERT_FILE.
	Proxy, CertFile string
	// Loopback is the address, "127.0.0.1:port", of a registry without TLS that
	// stands beside them; its images have that host.
	Loopback string

	registry http.Handler

	mu    sync.Mutex
	log   []Request
	hooks map[string]http.HandlerFunc
	realm map[string]string
}

// Request is one that arrived.
type Request struct {
	Method, Host, Path string
	// Authorization as it was sent; empty if it was not.
	Authorization string
}

func (r Request) String() string {
	s := r.Method + " " + r.Host + r.Path
	if r.Authorization != "" {
		s += " [" + r.Authorization + "]"
	}
	return s
}

// New starts everything; it ends with the test.
func New(tb testing.TB) *Internet {
	tb.Helper()
	n := &Internet{
		registry: registry.New(registry.Logger(log.New(io.Discard, "", 0))),
		hooks:    map[string]http.HandlerFunc{}, realm: map[string]string{},
	}
	front := newFront(tb, http.HandlerFunc(n.serve))
	n.Proxy, n.CertFile = front.proxy, front.certFile
	plain := httptest.NewServer(http.HandlerFunc(n.serve))
	tb.Cleanup(plain.Close)
	n.Loopback = strings.TrimPrefix(plain.URL, "http://")
	return n
}

// Getenv is an environment that leads here, and nowhere else.
func (n *Internet) Getenv(name string) string {
	switch name {
	case "HTTPS_PROXY", "HTTP_PROXY":
		return n.Proxy
	case "SSL_CERT_FILE":
		return n.CertFile
	}
	return ""
}

// Hook answers the requests to a host in the registry's place, all of them if
// host is empty. A hook that writes nothing leaves the request to the registry.
func (n *Internet) Hook(host string, h http.HandlerFunc) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hooks[host] = h
}

// WantToken makes a host want a bearer token, which the realm gives: an address
// as "https://auth.example.com/token".
func (n *Internet) WantToken(host, realm string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.realm[host] = realm
}

// Requests are those so far, in the order of their arrival.
func (n *Internet) Requests() []Request {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]Request(nil), n.log...)
}

// Forget empties the log.
func (n *Internet) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log = nil
}

func (n *Internet) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.log = append(n.log, Request{r.Method, r.Host, r.URL.RequestURI(), r.Header.Get("Authorization")})
	hook, realm := n.hooks[r.Host], n.realm[r.Host]
	if hook == nil {
		hook = n.hooks[""]
	}
	n.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/token") {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"token": "token-of-" + r.Host}) // the client will notice
		return
	}
	if hook != nil {
		watched := &watchedWriter{ResponseWriter: w}
		hook(watched, r)
		if watched.used {
			return
		}
	}
	if realm != "" && !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer token-of-") {
		w.Header().Set("Www-Authenticate", fmt.Sprintf("Bearer realm=%q,service=%q", realm, r.Host))
		http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
		return
	}
	n.serveFrom(w, r)
}

// serveFrom keeps the hosts' repositories apart in the one registry behind all.
func (n *Internet) serveFrom(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/v2/"); ok && rest != "" {
		r = r.Clone(r.Context())
		r.URL.Path = "/v2/" + strings.ReplaceAll(r.Host, ":", "_") + "/" + rest
	}
	n.registry.ServeHTTP(w, r)
}

type watchedWriter struct {
	http.ResponseWriter
	used bool
}

func (w *watchedWriter) WriteHeader(code int) {
	w.used = true
	w.ResponseWriter.WriteHeader(code)
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	w.used = true
	return w.ResponseWriter.Write(p)
}

// Unwrap is for http.NewResponseController.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Image makes an image for one platform, "os/architecture" or with a variant.
func Image(tb testing.TB, platform string, config v1.Config) v1.Image {
	tb.Helper()
	p, err := v1.ParsePlatform(platform)
	if err != nil {
		tb.Fatal(err)
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: p.OS, Architecture: p.Architecture, Variant: p.Variant, Config: config,
		Created: v1.Time{Time: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
		History: []v1.History{{CreatedBy: "RUN /bin/sh -c true # buildkit", EmptyLayer: true}},
		RootFS:  v1.RootFS{Type: "layers"},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return image
}

// Index makes an image for several platforms.
func Index(tb testing.TB, config v1.Config, platforms ...string) v1.ImageIndex {
	tb.Helper()
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, platform := range platforms {
		p, err := v1.ParsePlatform(platform)
		if err != nil {
			tb.Fatal(err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: Image(tb, platform, config), Descriptor: v1.Descriptor{Platform: p}})
	}
	return index
}

// Push puts an index under references, and returns its digest.
func (n *Internet) Push(tb testing.TB, index v1.ImageIndex, refs ...string) string {
	tb.Helper()
	for _, ref := range refs {
		at := n.inside(tb, ref)
		if err := remote.WriteIndex(at, index, remote.WithTransport(direct{n})); err != nil {
			tb.Fatalf("%s: %v", ref, err)
		}
	}
	digest, err := index.Digest()
	if err != nil {
		tb.Fatal(err)
	}
	return digest.String()
}

// PushImage puts a single image under a reference, and returns its digest.
func (n *Internet) PushImage(tb testing.TB, image v1.Image, ref string) string {
	tb.Helper()
	if err := remote.Write(n.inside(tb, ref), image, remote.WithTransport(direct{n})); err != nil {
		tb.Fatalf("%s: %v", ref, err)
	}
	digest, err := image.Digest()
	if err != nil {
		tb.Fatal(err)
	}
	return digest.String()
}

// inside is where the one registry keeps a reference.
func (n *Internet) inside(tb testing.TB, ref string) name.Tag {
	tb.Helper()
	parsed, err := name.NewTag(ref, name.WeakValidation)
	if err != nil {
		tb.Fatal(err)
	}
	host := strings.ReplaceAll(parsed.RegistryStr(), ":", "_")
	at, err := name.NewTag("localhost/"+host+"/"+parsed.RepositoryStr()+":"+parsed.TagStr(), name.WeakValidation)
	if err != nil {
		tb.Fatal(err)
	}
	return at
}

// direct hands requests to the registry without a connection or a log entry.
type direct struct{ n *Internet }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	d.n.registry.ServeHTTP(recorder, r)
	resp := recorder.Result()
	resp.Request = r
	return resp, nil
}
