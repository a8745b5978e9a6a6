package resolve_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// What a registry that turned bad may try. The user has credentials for quay.io
// in all of it, and nobody else may ever see them, or be asked who is not public.

// attacked asks quay.io, which answers with hook, and returns the reason that is
// given. allowed are the hosts that may be asked besides quay.io.
func attacked(t *testing.T, hook http.HandlerFunc, ask func(*resolve.Resolver) error, allowed ...string) string {
	t.Helper()
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "quay.io/team/app:1", "cdn.example.com/team/app:1")
	n.Hook("quay.io", hook)
	r := resolver(t, n, func(o *resolve.Options) { o.Keychain, o.Named = person{"quay.io"}, nil })
	err := ask(r)
	asked := map[string]bool{}
	for _, q := range n.Requests() {
		asked[q.Host] = true
		if q.Authorization != "" && q.Host != "quay.io" {
			t.Errorf("credentials left: %s", q)
		}
	}
	delete(asked, "quay.io")
	for _, host := range allowed {
		delete(asked, host)
	}
	if len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
	if n := len(n.Requests()); n > 300 {
		t.Errorf("%d requests", n)
	}
	if err == nil {
		return ""
	}
	if len(r.Failures()) == 0 {
		return "answer: " + err.Error()
	}
	return err.Error()
}

func askDigest(r *resolve.Resolver) error {
	_, err := r.Digest("quay.io/team/app:1")
	return err
}

func askTags(r *resolve.Resolver) error {
	_, err := r.Tags("quay.io/team/app")
	return err
}

func askConfig(r *resolve.Resolver) error {
	_, err := r.Config("quay.io/team/app:1", "linux/amd64")
	return err
}

// privates are hosts that are nobody's business, in all the ways to write them.
func privates() []string {
	return []string{
		"169.254.169.254", "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:a9fe:a9fe]", "[fe80::1%25lo]", "[fd00:ec2::254]",
		"localhost", "localhost.", "LOCALHOST", "a.localhost", "metadata.google.internal", "metadata.google.internal.", "db", "printer.local",
		// A proxy is told what these become: IDNA maps them to plain letters.
		"127.0.0.１", "ⓛocalhost.localdomain", "metadata.google.ｉnternal", "169。254。169。254", "10.0.0.1", "x@10.0.0.1", "quay.io:x@10.0.0.1",
	}
}

func TestRedirectToPrivateHosts(t *testing.T) {
	for _, host := range privates() {
		reason := attacked(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.Header().Set("Location", "https://"+host+r.URL.Path)
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
		}, askDigest)
		if reason == "" || strings.HasPrefix(reason, "answer: ") {
			t.Errorf("%s: %q", host, reason)
		}
	}
}

func TestTokenServiceOnPrivateHosts(t *testing.T) {
	for _, host := range privates() {
		reason := attacked(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Www-Authenticate", fmt.Sprintf("Bearer realm=%q,service=x", "https://"+host+"/jwt"))
			w.WriteHeader(http.StatusUnauthorized)
		}, askDigest)
		if reason == "" || strings.HasPrefix(reason, "answer: ") {
			t.Errorf("%s: %q", host, reason)
		}
	}
}

// TestTokenServiceThatIsNearlyTheRegistry gets no password.
func TestTokenServiceThatIsNearlyTheRegistry(t *testing.T) {
	for _, host := range []string{"quay.io:8443", "quay.io.", "quay.io.example.com", "quay.io@example.com", "auth.docker.io", "sub.quay.io"} {
		bare := host[strings.IndexByte(host, '@')+1:]
		attacked(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") {
				t.Errorf("%s: %s %s got the password", host, r.Method, r.URL)
			}
			w.Header().Set("Www-Authenticate", fmt.Sprintf("Bearer realm=%q,service=x", "https://"+host+"/token"))
			w.WriteHeader(http.StatusUnauthorized)
		}, askDigest, bare)
	}
	// The service itself sends on, with the password at hand.
	reason := attacked(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/jwt" {
			http.Redirect(w, r, "https://cdn.example.com/token", http.StatusTemporaryRedirect)
			return
		}
		w.Header().Set("Www-Authenticate", `Bearer realm="https://quay.io/jwt",service=x`)
		w.WriteHeader(http.StatusUnauthorized)
	}, askDigest, "cdn.example.com")
	if reason == "" {
		t.Error("a token of another host is taken")
	}
}

func TestChainsOfRedirects(t *testing.T) {
	hops := 0
	around := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			hops++
			http.Redirect(w, r, fmt.Sprintf("https://quay.io%s?%d", r.URL.Path, hops), http.StatusTemporaryRedirect)
		}
	}
	if reason := attacked(t, around, askDigest); !strings.Contains(reason, "quay.io redirects more than 5 times") {
		t.Error(reason)
	}
	if hops != 6 {
		t.Errorf("followed %d", hops)
	}
	// By way of a public host.
	n := fakeregistry.New(t)
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			http.Redirect(w, r, "https://cdn.example.com/x", http.StatusFound)
		}
	})
	n.Hook("cdn.example.com", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://metadata.google.internal/computeMetadata/v1/", http.StatusFound)
	})
	_, err := resolver(t, n, nil).Digest("quay.io/team/app:1")
	if err == nil || !strings.Contains(err.Error(), "not a public host") {
		t.Error(err)
	}
	for _, q := range n.Requests() {
		if strings.HasSuffix(q.Host, ".internal") {
			t.Errorf("asked %s", q)
		}
	}
}

func TestPagesOfTags(t *testing.T) {
	page := func(link string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/tags/list") {
				w.Header().Set("Link", "<"+link+`>; rel="next"`)
				_, _ = w.Write([]byte(`{"name": "team/app", "tags": []}`))
			}
		}
	}
	for _, link := range []string{"https://cdn.example.com/v2/team/app/tags/list", "https://169.254.169.254/x", "http://quay.io/v2/team/app/tags/list", "//10.0.0.1/x", "file:///etc/passwd"} {
		if reason := attacked(t, page(link), askTags); reason == "" {
			t.Errorf("%s was read", link)
		}
	}
	// Pages without tags and without end.
	if reason := attacked(t, page("/v2/team/app/tags/list?last=x"), askTags); reason != "" {
		t.Error(reason)
	}
}

func TestBodiesThatLie(t *testing.T) {
	packed := func(plain []byte) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, err := z.Write(plain)
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	bomb := packed(append([]byte(`{"name": "a", "tags": ["1"], "x": "`), bytes.Repeat([]byte("x"), 50<<20)...))
	reason := attacked(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "" {
			t.Errorf("asked for a compressed answer: %s", r.Header)
		}
		if strings.HasSuffix(r.URL.Path, "/tags/list") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		}
	}, askTags)
	if !strings.Contains(reason, "could not reach") {
		t.Errorf("a bomb: %q", reason)
	}
	manifest := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
				w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
				answer(w, r)
			}
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"less than it says": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte("{}"))
		},
		"more than anybody needs, it says": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9000000000000000000")
			_, _ = w.Write([]byte("{}"))
		},
		"other bytes": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"manifests": []}`)) },
		"deep":        func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("["), 1<<20)) },
		"a large head": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
			_, _ = w.Write([]byte("{}"))
		},
	} {
		if reason := attacked(t, manifest(answer), askConfig); reason == "" || strings.HasPrefix(reason, "answer: ") || len(reason) > 400 {
			t.Errorf("%s: %q", name, reason)
		}
	}
	for name, digest := range map[string]string{
		"none": "", "short": "sha256:12", "another kind": "md5:" + strings.Repeat("1", 32), "words": "sha256:" + strings.Repeat("z", 64),
		"more lines": "sha256:" + strings.Repeat("1", 64) + " USER root",
	} {
		reason := attacked(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodHead {
				w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
				w.Header().Set("Content-Length", "5")
				w.Header().Set("Docker-Content-Digest", digest)
				w.WriteHeader(http.StatusOK)
			}
		}, askDigest)
		if reason == "" {
			t.Errorf("the digest %s was believed", name)
		}
	}
}

// TestWhatIsNoImage is an answer, and no fault of the registry.
func TestWhatIsNoImage(t *testing.T) {
	n := fakeregistry.New(t)
	image := fakeregistry.Image(t, "linux/amd64", config())
	n.PushImage(t, image, "quay.io/team/app:1")
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
			raw, err := image.RawManifest()
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", "application/vnd.example.chart+"+strings.Repeat("x", 5000))
			_, _ = w.Write(raw)
		}
	})
	r := resolver(t, n, nil)
	_, err := r.Platforms("quay.io/team/app:1")
	if err == nil || !strings.Contains(err.Error(), "not an image") || len(err.Error()) > 300 || len(r.Failures()) > 0 {
		t.Errorf("%v, failures %q", err, r.Failures())
	}
}
