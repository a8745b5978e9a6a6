package resolve_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/authn"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/resolve"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// nobody has no credentials, whatever the machine's Docker config has.
type nobody struct{}

func (nobody) Resolve(authn.Resource) (authn.Authenticator, error) { return authn.Anonymous, nil }

// person has a password for one host.
type person struct{ host string }

func (p person) Resolve(r authn.Resource) (authn.Authenticator, error) {
	if r.RegistryStr() == p.host {
		return &authn.Basic{Username: "me", Password: "secret"}, nil
	}
	return authn.Anonymous, nil
}

func resolver(t *testing.T, n *fakeregistry.Internet, change func(*resolve.Options)) *resolve.Resolver {
	t.Helper()
	o := resolve.Options{Keychain: nobody{}, Getenv: n.Getenv, Named: []string{n.Loopback}}
	if change != nil {
		change(&o)
	}
	r, err := resolve.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func config(env ...string) v1.Config { return v1.Config{Env: env} }

// sent lists the requests to the interesting paths, without the first "GET /v2/".
func sent(n *fakeregistry.Internet) []string {
	var out []string
	for _, r := range n.Requests() {
		if r.Path != "/v2/" {
			out = append(out, r.String())
		}
	}
	return out
}

func TestDigestAsksByHEADOnce(t *testing.T) {
	n := fakeregistry.New(t)
	want := n.Push(t, fakeregistry.Index(t, config("A=1"), "linux/amd64", "linux/arm64/v8"), "python:3.13")
	r := resolver(t, n, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := r.Digest("python:3.13"); err != nil || got != want {
				t.Errorf("Digest = %q, %v, want %q", got, err, want)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff([]string{"HEAD index.docker.io/v2/library/python/manifests/3.13"}, sent(n)); diff != "" {
		t.Error(diff)
	}
	if got, ok := r.Said("docker.io/library/python:3.13"); !ok || got != want {
		t.Errorf("Said = %q, %v", got, ok)
	}
	if _, ok := r.Said("python:3.12"); ok {
		t.Error("nobody asked for python:3.12, but it was said")
	}
	if got := r.Requests(); got != 2 {
		t.Errorf("%d requests, want the ping and the HEAD", got)
	}
	if len(r.Failures()) > 0 {
		t.Error(r.Failures())
	}
}

func TestPlatformsAndConfig(t *testing.T) {
	n := fakeregistry.New(t)
	c := v1.Config{
		User: "app", Entrypoint: []string{"/x"}, Shell: []string{"/bin/bash", "-c"}, Env: []string{"PYTHON_VERSION=3.13.1", "A=b=c"},
		Labels: map[string]string{"a": "b"}, Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "x"}},
	}
	n.Push(t, fakeregistry.Index(t, c, "linux/amd64", "linux/arm64/v8"), "ghcr.io/team/app:1")
	n.PushImage(t, fakeregistry.Image(t, "linux/arm/v7", c), "ghcr.io/team/single:1")
	r := resolver(t, n, nil)
	for ref, want := range map[string][]string{
		"ghcr.io/team/app:1": {"linux/amd64", "linux/arm64/v8"}, "ghcr.io/team/single:1": {"linux/arm/v7"},
	} {
		if got, err := r.Platforms(ref); err != nil || !slices.Equal(got, want) {
			t.Errorf("Platforms(%s) = %q, %v", ref, got, err)
		}
	}
	got, err := r.Config("ghcr.io/team/app:1", "linux/arm64")
	if err != nil {
		t.Fatal(err)
	}
	want := lint.ImageConfig{
		User: "app", Entrypoint: c.Entrypoint, Shell: c.Shell, Env: c.Env, Labels: c.Labels, OS: "linux", Healthcheck: true, RanShell: true,
		Created: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v, _ := got.Variable("A"); v != "b=c" {
		t.Errorf("Variable(A) = %q", v)
	}
	if _, err := r.Config("ghcr.io/team/app:1", "linux/s390x"); !errors.Is(err, lint.ErrUnavailable) || !strings.Contains(err.Error(), `no image for "linux/s390x"`) {
		t.Error(err)
	}
}

// TestHostileReferencesMakeNoRequest holds what a pull request may name.
func TestHostileReferencesMakeNoRequest(t *testing.T) {
	n := fakeregistry.New(t)
	r := resolver(t, n, func(o *resolve.Options) { o.Named = nil })
	for _, ref := range []string{
		"169.254.169.254/x", "169.254.169.254/latest/meta-data", "127.0.0.1:22/x", "localhost/x", "localhost:5000/x", "[::1]:5000/x", "10.0.0.1/x",
		"evil.example.com/x", n.Loopback + "/x:1", "docker.io.evil.example.com/x", "docker.io@evil.example.com/x", "-", "", "http://ghcr.io/x",
		"ghcr.io:444/x", "0x7f000001/x", "2130706433/x", "ghcr.io/../../x", "metadata.google.internal/x", "0177.0.0.1/x", "127.1/x",
		"[::ffff:a9fe:a9fe]/x", "[fe80::1%25lo]/x", "localhost./x", "ghcr.io./x", "user:pw@ghcr.io/x", "ⓖhcr.io/x", "ghcr。io/x", "ghcr.io%2f@evil.example.com/x",
		"quay.io\\@evil.example.com/x", "ghcr.io:80/x", "ghcr.io#evil.example.com/x", "ghcr.io?x=evil.example.com/x",
	} {
		_, err := r.Digest(ref)
		if !errors.Is(err, lint.ErrUnavailable) {
			// A first part without a dot is a name on Docker Hub.
			if strings.Contains(strings.SplitN(ref, "/", 2)[0], ".") {
				t.Errorf("Digest(%q): %v", ref, err)
			}
		}
		_, _ = r.Platforms(ref)
		_, _ = r.Config(ref, "")
		_, _ = r.Tags(ref)
		_, _ = r.Version(ref)
		_ = r.Settled(ref, "sha256:"+strings.Repeat("1", 64))
	}
	for _, q := range n.Requests() {
		if q.Host != "index.docker.io" {
			t.Errorf("a request was made: %s", q)
		}
	}
}

func TestTokensStayWithTheirRegistry(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "ghcr.io/team/app:1", "team/app:1", "quay.io/team/app:1")
	n.WantToken("ghcr.io", "https://ghcr.io/token")
	n.WantToken("index.docker.io", "https://auth.docker.io/token")
	n.WantToken("quay.io", "https://tokens.example.com/token")
	r := resolver(t, n, func(o *resolve.Options) { o.GitHubToken = "job-token"; o.Keychain = person{"quay.io"} })
	for _, ref := range []string{"ghcr.io/team/app:1", "team/app:1"} {
		if _, err := r.Digest(ref); err != nil {
			t.Error(err)
		}
	}
	// A registry that sends its users elsewhere for a token gets none of their
	// credentials there: the token is nobody's.
	_, _ = r.Digest("quay.io/team/app:1")
	right := map[string][]string{ // what each host may see
		"ghcr.io":         {"Basic ZG9ja21lbmQ6am9iLXRva2Vu", "Bearer token-of-ghcr.io"},
		"index.docker.io": {"Bearer token-of-auth.docker.io"},
		"quay.io":         {"Basic bWU6c2VjcmV0", "Bearer token-of-tokens.example.com"},
	}
	seen := map[string]bool{}
	for _, q := range n.Requests() {
		seen[q.Host] = seen[q.Host] || strings.HasPrefix(q.Authorization, "Basic ")
		if q.Authorization != "" && !slices.Contains(right[q.Host], q.Authorization) {
			t.Errorf("credentials for another host: %s", q)
		}
	}
	if !seen["ghcr.io"] {
		t.Error("the job's token was not used for ghcr.io")
	}
}

// TestTokensThatRunOut are asked for anew.
func TestTokensThatRunOut(t *testing.T) {
	n := fakeregistry.New(t)
	want := n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "quay.io/team/app:1", "quay.io/team/app:2", "quay.io/team/app:3")
	n.WantToken("quay.io", "https://quay.io/token")
	used := 0
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" || r.Method != http.MethodHead {
			return
		}
		if used++; used == 2 {
			w.Header().Set("Www-Authenticate", `Bearer realm="https://quay.io/token",service="quay.io",error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	r := resolver(t, n, nil)
	for _, tag := range []string{"1", "2", "3"} {
		if got, err := r.Digest("quay.io/team/app:" + tag); err != nil || got != want {
			t.Errorf("Digest = %q, %v", got, err)
		}
	}
	tokens := 0
	for _, q := range n.Requests() {
		if strings.HasPrefix(q.Path, "/token") {
			tokens++
		}
	}
	if tokens != 2 {
		t.Errorf("%d tokens were asked for, want 2", tokens)
	}
}

func TestRedirects(t *testing.T) {
	n := fakeregistry.New(t)
	c := config("A=b")
	n.Push(t, fakeregistry.Index(t, c, "linux/amd64"), "quay.io/team/app:1")
	n.Push(t, fakeregistry.Index(t, c, "linux/amd64"), "cdn.example.com/team/app:1")
	n.Push(t, fakeregistry.Index(t, c, "linux/amd64"), n.Loopback+"/team/app:1")
	n.WantToken("quay.io", "https://quay.io/token")
	to := ""
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/manifests/") && r.Header.Get("Authorization") != "" {
			http.Redirect(w, r, to+r.URL.Path, http.StatusTemporaryRedirect)
		}
	})
	ask := func(where string) (*resolve.Resolver, error) {
		to = where
		n.Forget()
		r := resolver(t, n, func(o *resolve.Options) { o.Keychain = person{"quay.io"}; o.Named = nil })
		_, err := r.Digest("quay.io/team/app:1")
		return r, err
	}
	if _, err := ask("https://cdn.example.com"); err != nil {
		t.Fatal(err)
	}
	reached := false
	for _, q := range n.Requests() {
		if q.Host == "cdn.example.com" {
			reached = true
			if q.Authorization != "" {
				t.Errorf("a credential left for another host: %s", q)
			}
		}
	}
	if !reached {
		t.Error("the redirect was not followed")
	}
	for _, where := range []string{
		"http://" + n.Loopback, "https://169.254.169.254", "https://localhost", "https://10.0.0.1", "https://registry.internal", "http://cdn.example.com",
		"https://[::1]", "https://2130706433", "https://0x7f.1", "https://[64:ff9b::a9fe:a9fe]", "https://db", "file://",
	} {
		r, err := ask(where)
		if err == nil {
			t.Errorf("a redirect to %s was followed", where)
		}
		if len(r.Failures()) != 1 {
			t.Errorf("failures %q, want the one that leaves the run incomplete", r.Failures())
		}
		for _, q := range n.Requests() {
			if q.Host != "quay.io" {
				t.Errorf("%s: a request was made: %s", where, q)
			}
		}
	}
}

func TestTooManyRequests(t *testing.T) {
	n := fakeregistry.New(t)
	want := n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "python:3")
	var asked atomic.Int64
	header := "1"
	n.Hook("index.docker.io", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && asked.Add(1) == 1 {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	start := time.Now()
	r := resolver(t, n, nil)
	if got, err := r.Digest("python:3"); err != nil || got != want {
		t.Errorf("Digest = %q, %v", got, err)
	}
	if waited := time.Since(start); waited < time.Second {
		t.Errorf("asked again after %s, not after a second", waited)
	}

	// A long wait is not waited for, and until then the registry is left alone.
	asked.Store(0)
	header = "3600"
	r = resolver(t, n, nil)
	_, err := r.Digest("python:3")
	if err == nil || !strings.Contains(err.Error(), "429") {
		t.Error(err)
	}
	n.Forget()
	if _, err := r.Digest("debian:13"); err == nil || !strings.Contains(err.Error(), "requires a wait") {
		t.Error(err)
	}
	if len(n.Requests()) > 0 {
		t.Errorf("asked all the same: %v", n.Requests())
	}
	if got := r.Failures(); len(got) != 2 || !strings.HasPrefix(got[1], "python:3: ") {
		t.Errorf("failures %q", got)
	}
}

func TestOneBudgetForRetries(t *testing.T) {
	n := fakeregistry.New(t)
	n.Hook("", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	r := resolver(t, n, func(o *resolve.Options) { o.Limits = resolve.Limits{Retries: 2} })
	for i := range 4 {
		if _, err := r.Digest(fmt.Sprint("ghcr.io/a/b:", i)); err == nil {
			t.Error("a broken registry answers")
		}
	}
	if got := len(n.Requests()); got != 3 {
		t.Errorf("%d requests, want the first, two more, and then none to a registry that is left alone", got)
	}
}

// TestSlowAndEndlessAnswers: a registry that does not answer, one that stops in the
// middle of an answer and one whose answer has no end. Each meets one limit alone, and
// the others are far away, so that the outcome is the same however slow the machine is.
func TestSlowAndEndlessAnswers(t *testing.T) {
	const soon, never = 100 * time.Millisecond, time.Hour
	n := fakeregistry.New(t)
	// An answer that ends when the client leaves could reach it before its own clock does.
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "ghcr.io/a/b:1", "quay.io/a/b:1", "gcr.io/a/b:1")
	n.Hook("ghcr.io", func(http.ResponseWriter, *http.Request) { <-over })
	begin := func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		_, err := w.Write(make([]byte, 1<<10))
		return err == nil && http.NewResponseController(w).Flush() == nil
	}
	n.Hook("gcr.io", func(w http.ResponseWriter, r *http.Request) {
		if begin(w, r) {
			<-over
		}
	})
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		for begin(w, r) {
		}
	})
	for ref, x := range map[string]struct {
		limits resolve.Limits
		want   string
	}{
		"ghcr.io/a/b:1": {resolve.Limits{Headers: soon, Request: never, Answer: 1 << 20}, "ghcr.io did not answer in time; try again later"},
		"gcr.io/a/b:1":  {resolve.Limits{Headers: never, Request: soon, Answer: 1 << 20}, "gcr.io did not answer in time; try again later"},
		"quay.io/a/b:1": {resolve.Limits{Headers: never, Request: never, Answer: 1 << 20}, "the answer of quay.io is too large"},
	} {
		r := resolver(t, n, func(o *resolve.Options) { o.Limits = x.limits })
		if _, err := r.Platforms(ref); err == nil || err.Error() != x.want {
			t.Errorf("Platforms(%s): %v, want %s", ref, err, x.want)
		}
		if len(r.Failures()) != 1 {
			t.Errorf("%s: failures %q", ref, r.Failures())
		}
	}
}

func TestTagThatMoves(t *testing.T) {
	n := fakeregistry.New(t)
	first := n.Push(t, fakeregistry.Index(t, config("A=1"), "linux/amd64"), "python:3")
	r := resolver(t, n, nil)
	got, err := r.Digest("python:3")
	if err != nil || got != first {
		t.Fatal(got, err)
	}
	second := n.Push(t, fakeregistry.Index(t, config("A=2"), "linux/amd64"), "python:3")
	if err := r.Settled("python:3", first); err == nil || !strings.Contains(err.Error(), "moved") {
		t.Errorf("Settled: %v", err)
	}
	if got, _ := r.Digest("python:3"); got != first {
		t.Error("the answer changed within the run")
	}
	if got, err := resolver(t, n, nil).Digest("python:3"); err != nil || got != second {
		t.Error(got, err)
	}
	if len(r.Failures()) > 0 {
		t.Error(r.Failures())
	}
}

func TestUnknownImagesAreAnswers(t *testing.T) {
	n := fakeregistry.New(t)
	n.WantToken("quay.io", "https://quay.io/token")
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v2/" && r.URL.Path != "/token" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	r := resolver(t, n, nil)
	if _, err := r.Digest("python:none"); err == nil || err.Error() != "docker.io has no such image" {
		t.Error(err)
	}
	if _, err := r.Digest("quay.io/a/b"); err == nil || !strings.Contains(err.Error(), "without credentials") {
		t.Error(err)
	}
	if len(r.Failures()) > 0 {
		t.Errorf("these leave nothing open: %q", r.Failures())
	}
}

func TestNamedRegistryOnLoopback(t *testing.T) {
	n := fakeregistry.New(t)
	want := n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), n.Loopback+"/a/b:1")
	if got, err := resolver(t, n, nil).Digest(n.Loopback + "/a/b:1"); err != nil || got != want {
		t.Errorf("Digest = %q, %v", got, err)
	}
	allowedOnly := resolver(t, n, func(o *resolve.Options) { o.Named, o.Allowed = nil, []string{n.Loopback} })
	if _, err := allowedOnly.Digest(n.Loopback + "/a/b:1"); err == nil {
		t.Error("a private address was asked that nobody named")
	}
}

func TestCertificatesOfTheEnvironment(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "python:3")
	r := resolver(t, n, func(o *resolve.Options) {
		o.Getenv = func(name string) string {
			if name == "SSL_CERT_FILE" {
				return ""
			}
			return n.Getenv(name)
		}
	})
	if _, err := r.Digest("python:3"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without the authority: %v", err)
	}
	for _, file := range []string{"/none/there.pem", "resolve_test.go"} {
		_, err := resolve.New(t.Context(), resolve.Options{Getenv: func(string) string { return file }})
		if err == nil || !strings.Contains(err.Error(), "SSL_CERT_FILE") {
			t.Errorf("%s: %v", file, err)
		}
	}
	if _, err := resolve.New(t.Context(), resolve.Options{Named: []string{"https://x"}}); err == nil {
		t.Error("an address is no host")
	}
}

// TestDockerConfig holds the credentials that docker login wrote, and that a
// user's own go first for ghcr.io.
func TestDockerConfig(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "team/app:1", "ghcr.io/team/app:1", "quay.io/team/app:1")
	n.WantToken("index.docker.io", "https://auth.docker.io/token")
	n.WantToken("ghcr.io", "https://ghcr.io/token")
	n.WantToken("quay.io", "https://quay.io/token")
	dir := t.TempDir()
	file := `{"auths": {"https://index.docker.io/v1/": {"auth": "aHViOnBhc3M="}, "ghcr.io": {"auth": "bWU6cGFzcw=="}}}`
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("DOCKER_CONFIG", dir)
	r := resolver(t, n, func(o *resolve.Options) { o.Keychain, o.GitHubToken = nil, "job-token" })
	for _, ref := range []string{"team/app:1", "ghcr.io/team/app:1", "quay.io/team/app:1"} {
		if _, err := r.Digest(ref); err != nil {
			t.Error(err)
		}
	}
	got := map[string]string{}
	for _, q := range n.Requests() {
		if strings.HasPrefix(q.Authorization, "Basic ") {
			got[q.Host] = q.Authorization
		}
	}
	if diff := cmp.Diff(map[string]string{"auth.docker.io": "Basic aHViOnBhc3M=", "ghcr.io": "Basic bWU6cGFzcw=="}, got); diff != "" {
		t.Error(diff)
	}
}

// TestIdentityTokens are sent in the body of a POST, and to their registry only.
func TestIdentityTokens(t *testing.T) {
	n := fakeregistry.New(t)
	n.Push(t, fakeregistry.Index(t, config(), "linux/amd64"), "ghcr.io/team/app:1", "quay.io/team/app:1")
	n.WantToken("ghcr.io", "https://ghcr.io/token")
	n.WantToken("quay.io", "https://tokens.example.com/token")
	r := resolver(t, n, func(o *resolve.Options) { o.Keychain = identity{} })
	if _, err := r.Digest("ghcr.io/team/app:1"); err != nil {
		t.Error(err)
	}
	if _, err := r.Digest("quay.io/team/app:1"); err == nil || !strings.Contains(err.Error(), "must not get") {
		t.Error(err)
	}
	for _, q := range n.Requests() {
		if q.Method == http.MethodPost && q.Host != "ghcr.io" {
			t.Errorf("the identity token left for another host: %s", q)
		}
	}
}

type identity struct{}

func (identity) Resolve(authn.Resource) (authn.Authenticator, error) {
	return authn.FromConfig(authn.AuthConfig{IdentityToken: "secret"}), nil
}

// TestNoTLSOnlyOnThisMachine shows that a registry in the network cannot be
// posed as by somebody without a certificate.
func TestNoTLSOnlyOnThisMachine(t *testing.T) {
	n := fakeregistry.New(t)
	const host = "10.0.0.1:5000" // where the library falls back to plain HTTP
	r := resolver(t, n, func(o *resolve.Options) {
		o.Named, o.Keychain = []string{host}, person{host}
		o.Getenv = func(name string) string {
			if name == "HTTP_PROXY" {
				return "http://" + n.Loopback // plain HTTP would get there
			}
			return n.Getenv(name)
		}
	})
	n.Hook(host, func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		t.Errorf("asked without TLS: %s %s", r.Method, r.URL)
		w.Header().Set("Www-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	if _, err := r.Digest(host + "/team/app:1"); err == nil {
		t.Error("somebody answered")
	}
	for _, q := range n.Requests() {
		if q.Authorization != "" {
			t.Errorf("credentials were sent: %s", q)
		}
	}
}
