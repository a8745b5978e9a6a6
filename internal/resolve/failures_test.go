package resolve_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// TestFailuresOfOneReasonAreOneLine since a registry that is down would
// otherwise say so for each of its images.
func TestFailuresOfOneReasonAreOneLine(t *testing.T) {
	n := fakeregistry.New(t)
	n.Hook("", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	r := resolver(t, n, func(o *resolve.Options) { o.Limits.Retries = 1 })
	for i := range 6 {
		_, _ = r.Digest(fmt.Sprint("quay.io/a/b", i))
	}
	want := []string{
		"quay.io/a/b0:latest: quay.io answered 502; try again later",
		"quay.io/a/b1:latest, quay.io/a/b2:latest, quay.io/a/b3:latest and 2 more: quay.io was not asked: this run has no attempts left",
	}
	if diff := cmp.Diff(want, r.Failures()); diff != "" {
		t.Error(diff)
	}
}

// TestSilentRegistryIsNotWaitedForAgain since each image would cost the longest
// wait.
func TestSilentRegistryIsNotWaitedForAgain(t *testing.T) {
	n := fakeregistry.New(t)
	n.Hook("ghcr.io", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	r := resolver(t, n, func(o *resolve.Options) { o.Limits.Headers = 100 * time.Millisecond })
	for i := range 10 {
		if _, err := r.Digest(fmt.Sprint("ghcr.io/other/b:", i)); err == nil {
			t.Error("there was an answer")
		}
	}
	if got := len(n.Requests()); got != 3 {
		t.Errorf("%d requests to a registry that is silent", got)
	}
	want := []string{
		"ghcr.io/other/b:0, ghcr.io/other/b:1, ghcr.io/other/b:2: ghcr.io did not answer in time; try again later",
		"ghcr.io/other/b:3, ghcr.io/other/b:4, ghcr.io/other/b:5 and 4 more: ghcr.io was not asked: it did not answer in time, 3 times",
	}
	if diff := cmp.Diff(want, r.Failures()); diff != "" {
		t.Error(diff)
	}
}

// TestDrippingRegistryIsNotWaitedForAgain where heads come in time, and bodies
// never end.
func TestDrippingRegistryIsNotWaitedForAgain(t *testing.T) {
	n := fakeregistry.New(t)
	for i := range 6 {
		n.Push(t, fakeregistry.Index(t, config(fmt.Sprint("I=", i)), "linux/amd64"), fmt.Sprint("ghcr.io/a/b:", i))
	}
	var reads atomic.Int64
	n.Hook("ghcr.io", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/manifests/") {
			return
		}
		reads.Add(1)
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		_, _ = w.Write([]byte("{"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // or the body would have an end after all
	})
	r := resolver(t, n, func(o *resolve.Options) { o.Limits.Request = 200 * time.Millisecond })
	for i := range 6 {
		if _, err := r.Platforms(fmt.Sprint("ghcr.io/a/b:", i)); err == nil {
			t.Error("there was an answer")
		}
	}
	if got := reads.Load(); got != 3 {
		t.Errorf("%d bodies were waited for, want 3", got)
	}
}

// TestRefusedCredentialsLeaveTheRunIncomplete since a public image would be
// there without them.
func TestRefusedCredentialsLeaveTheRunIncomplete(t *testing.T) {
	n := fakeregistry.New(t)
	n.WantToken("quay.io", "https://quay.io/jwt")
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/jwt" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	r := resolver(t, n, func(o *resolve.Options) { o.Keychain = person{"quay.io"} })
	_, err := r.Digest("quay.io/a/b:1")
	if err == nil || !strings.HasPrefix(err.Error(), "quay.io refused the stored credentials") || len(r.Failures()) != 1 {
		t.Errorf("%v, failures %q", err, r.Failures())
	}
	// Without credentials that is what nobody may see.
	r = resolver(t, n, nil)
	_, err = r.Digest("quay.io/a/b:1")
	if err == nil || !strings.Contains(err.Error(), "without credentials") || len(r.Failures()) != 0 {
		t.Errorf("%v, failures %q", err, r.Failures())
	}
}

// TestNoTLSIsNoWayAroundACertificate of a registry on this machine.
func TestNoTLSIsNoWayAroundACertificate(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("somebody trusts it: %s %s", r.Method, r.URL)
	}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	host := strings.TrimPrefix(secure.URL, "https://")
	r, err := resolve.New(t.Context(), resolve.Options{Keychain: person{host}, Named: []string{host}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	_, err = r.Digest(host + "/a/b:1")
	if err == nil || !strings.Contains(err.Error(), "unknown authority; SSL_CERT_FILE names") {
		t.Error(err)
	}
	if got := r.Requests(); got != 1 {
		t.Errorf("%d requests, want the one that the certificate ended", got)
	}
}
