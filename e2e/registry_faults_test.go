//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// Registries that misbehave: the front does it in the real one's place.

// served is a network in which quay.io has an image, team/app, and misbehaves as
// the test says. A hook that writes nothing leaves the request to the program.
func served(t *testing.T, hook http.HandlerFunc) (*fakeregistry.Internet, *registry, string) {
	t.Helper()
	p := startDebian(t, t.TempDir(), "", "")
	digest := p.push(t, index(t, "app"), "team/app:1.2.3")
	n := fakeregistry.New(t)
	front := p.front()
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		seen := &watched{ResponseWriter: w}
		hook(seen, r)
		if !seen.used && r.Context().Err() == nil {
			front.ServeHTTP(w, r)
		}
	})
	return n, p, digest
}

// watched reports whether something was written.
type watched struct {
	http.ResponseWriter
	used bool
}

func (w *watched) WriteHeader(code int) {
	w.used = true
	w.ResponseWriter.WriteHeader(code)
}

func (w *watched) Write(p []byte) (int, error) {
	w.used = true
	return w.ResponseWriter.Write(p)
}

const app = "FROM quay.io/team/app:1.2.3\nCMD app --serve\n"

// found is what needs no registry; it is reported whatever a registry does.
const found = "warning[shell-form-command"

func TestRegistryAsksToWait(t *testing.T) {
	t.Parallel()
	t.Run("two seconds", func(t *testing.T) {
		t.Parallel()
		var first atomic.Bool
		n, _, digest := served(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead && first.CompareAndSwap(false, true) {
				w.Header().Set("Retry-After", "2")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		})
		u := newUser(t, app, behind(n)...)
		o := u.run(t, "fix")
		o.want(t, 0, "same image, now also named by its digest")
		if o.took < 2*time.Second || !strings.Contains(u.dockerfile(t), digest) {
			t.Errorf("after %s the Dockerfile is\n%s", o.took, u.dockerfile(t))
		}
		wellBehaved(t, n)
	})
	t.Run("an hour", func(t *testing.T) {
		t.Parallel()
		n, _, _ := served(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		})
		u := newUser(t, "FROM quay.io/team/other:1\nFROM quay.io/team/third:1\n"+app, behind(n)...)
		o := u.run(t, "lint")
		o.want(t, 3, "quay.io limits the number of requests (429); try again later, or log in", "quay.io was not asked: it requires a wait of 1h0m0s", found)
		// The first, and no more than were on their way with it.
		if got := asked(n, "quay.io"); got > 3 {
			t.Errorf("%d requests to a registry that wants none", got)
		}
	})
	t.Run("for ever", func(t *testing.T) {
		t.Parallel()
		n, _, _ := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		var b strings.Builder
		for i := range 59 {
			fmt.Fprintf(&b, "FROM quay.io/team/app%d:1\n", i)
		}
		u := newUser(t, b.String()+app, behind(n)...)
		u.run(t, "lint").want(t, 3, "quay.io answers 502; try again later", "was not asked", found)
		// Twenty second attempts in all, and at most one first one for each image.
		if got := asked(n, "quay.io"); got > 60+20 {
			t.Errorf("%d requests, want no more than one budget", got)
		}
	})
}

func TestRegistrySlowAndEndless(t *testing.T) {
	t.Parallel()
	manifest := func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/")
	}
	drip := func(pause time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !manifest(r) {
				return
			}
			w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
			for r.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<12)); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				time.Sleep(pause)
			}
		}
	}
	for _, tt := range []struct {
		name, says string
		most       time.Duration
		hook       http.HandlerFunc
	}{
		{"no answer", "quay.io did not answer in time", 15 * time.Second, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"no end", "the answer of quay.io is too large", 15 * time.Second, drip(0)},
		{"no end, slowly", "quay.io did not answer in time", 45 * time.Second, drip(time.Second)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n, _, _ := served(t, tt.hook)
			u := newUser(t, app, behind(n)...)
			o := u.run(t, "lint")
			o.want(t, 3, tt.says, found)
			if o.took > tt.most {
				t.Errorf("that took %s", o.took)
			}
			wellBehaved(t, n)
		})
	}
	// Many images do not make it many waits.
	t.Run("no answers", func(t *testing.T) {
		t.Parallel()
		n, _, _ := served(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		var b strings.Builder
		for i := range 30 {
			fmt.Fprintf(&b, "FROM quay.io/team/app%d:1\n", i)
		}
		u := newUser(t, b.String()+app, behind(n)...)
		o := u.run(t, "lint")
		o.want(t, 3, "quay.io was not asked: it gave no answer in time, 3 times", found)
		if o.took > 45*time.Second {
			t.Errorf("that took %s", o.took)
		}
	})
	t.Run("a huge manifest", func(t *testing.T) {
		t.Parallel()
		p := startGoogle(t)
		huge, ok := mutate.Annotations(index(t, "app"), map[string]string{"x": strings.Repeat("x", 5<<20)}).(v1.ImageIndex)
		if !ok {
			t.Fatal("an index with annotations is an index")
		}
		p.push(t, huge, "team/app:1.2.3")
		n := fakeregistry.New(t)
		n.Hook("quay.io", p.front().ServeHTTP)
		u := newUser(t, app, behind(n)...)
		u.run(t, "lint").want(t, 3, "the answer of quay.io is too large", found)
		wellBehaved(t, n)
	})
}

func TestRegistryRedirects(t *testing.T) {
	t.Parallel()
	// to is where manifests and blobs are sent, the credentials being right.
	to := func(where string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") == "":
				w.Header().Set("Www-Authenticate", `Basic realm="e2e"`)
				w.WriteHeader(http.StatusUnauthorized)
			case r.URL.Path != "/v2/":
				http.Redirect(w, r, where+r.URL.Path, http.StatusTemporaryRedirect)
			}
		}
	}
	t.Run("another host", func(t *testing.T) {
		t.Parallel()
		n, p, digest := served(t, to("https://cdn.example.com"))
		n.Hook("cdn.example.com", p.front().ServeHTTP)
		u := newUser(t, app, behind(n)...)
		u.login(t, "quay.io", "secret")
		u.run(t, "fix").want(t, 0, "same image, now also named by its digest")
		if !strings.Contains(u.dockerfile(t), digest) {
			t.Errorf("the Dockerfile is\n%s", u.dockerfile(t))
		}
		if asked(n, "cdn.example.com") == 0 {
			t.Error("the redirect was not followed")
		}
		wellBehaved(t, n, "quay.io")
	})
	for where, reason := range map[string]string{
		// The library that asks registries refuses numbers, dockmend itself all else.
		"https://169.254.169.254": "denied", "http://169.254.169.254": "denied", "https://10.0.0.1": "denied", "https://192.168.0.1:8443": "denied",
		"https://[::ffff:10.0.0.1]": "denied", "https://2130706433": "denied", "https://localhost": "is not a public host",
		"https://metadata.google.internal": "is not a public host", "http://cdn.example.com": "was not asked, because it does not use https",
	} {
		t.Run(strings.ReplaceAll(where, "/", ""), func(t *testing.T) {
			t.Parallel()
			n, _, _ := served(t, to(where))
			u := newUser(t, app, behind(n)...)
			u.login(t, "quay.io", "secret")
			u.run(t, "lint").want(t, 3, "look-up failed: quay.io/team/app:1.2.3: ", reason, found)
			if got := asked(n, "quay.io"); got != len(n.Requests()) {
				t.Errorf("asked elsewhere: %v", n.Requests())
			}
			wellBehaved(t, n, "quay.io")
		})
	}
	t.Run("in a circle", func(t *testing.T) {
		t.Parallel()
		n, _, _ := served(t, to("https://quay.io"))
		u := newUser(t, app, behind(n)...)
		u.login(t, "quay.io", "secret")
		u.run(t, "lint", "--stats").want(t, 3, "quay.io sends on more than 5 times", found, "look-ups ")
		if got := len(n.Requests()); got > 20 {
			t.Errorf("%d requests", got)
		}
	})
	// This machine, without a proxy: the address of the connection is judged.
	t.Run("this machine", func(t *testing.T) {
		t.Parallel()
		p := startDebian(t, t.TempDir(), "", "")
		p.push(t, index(t, "app"), "team/app:1.2.3")
		n := fakeregistry.New(t)
		n.Hook(n.Loopback, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v2/" {
				http.Redirect(w, r, "http://"+p.address+r.URL.Path, http.StatusTemporaryRedirect)
			}
		})
		u := newUser(t, strings.ReplaceAll(app, "quay.io", n.Loopback))
		u.run(t, "lint", "--online-registry", n.Loopback).want(t, 3, "was not asked, because it does not use https", found)
		if log := p.log.String(); strings.Contains(log, "dockmend/") {
			t.Errorf("a program on this machine was asked that nobody named:\n%s", log)
		}
	})
}

// TestRegistryTagMoves pushes another image while a run looks at the first.
func TestRegistryTagMoves(t *testing.T) {
	t.Parallel()
	var p *registry
	var once sync.Once
	n, p, _ := served(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
			once.Do(func() { p.push(t, index(t, "a newer one"), "team/app:1.2.3") })
		}
	})
	u := newUser(t, app, behind(n)...)
	u.run(t, "fix", "--ignore", "shell-form-command").want(t, 0, "the tag moved while it was looked at")
	if got := u.dockerfile(t); got != app {
		t.Errorf("the Dockerfile became\n%s", got)
	}
	wellBehaved(t, n)
}
