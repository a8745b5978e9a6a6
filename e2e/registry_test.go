//go:build e2e

package e2e

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// The tests of this file run the program, as people do, against real registries.
// Each registry stands behind a front that gives it the name of a registry on
// the Internet, logs what it is asked, and in some tests misbehaves in its place.

var dockmendProgram = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // built once for all tests
	file := filepath.Join(scratch, "dockmend")
	if out, err := exec.Command("go", "build", "-o", file, "../cmd/dockmend").CombinedOutput(); err != nil {
		return "", fmt.Errorf("dockmend cannot be built: %s", out)
	}
	return file, nil
})

// user is somebody who runs dockmend on a project.
type user struct {
	dir string
	env []string
}

// newUser makes a project of one Dockerfile. env leads to the registries.
func newUser(t *testing.T, dockerfile string, env ...string) *user {
	t.Helper()
	u := &user{t.TempDir(), append(env, "HOME="+t.TempDir(), "PATH="+os.Getenv("PATH"))}
	u.write(t, "Dockerfile", dockerfile)
	u.write(t, ".dockmend.yaml", "pin: {mode: version+digest}\n")
	return u
}

// behind is the environment of a company's network, with all that the front has.
func behind(n *fakeregistry.Internet) []string {
	return []string{"HTTPS_PROXY=" + n.Proxy, "SSL_CERT_FILE=" + n.CertFile}
}

func (u *user) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(u.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// login writes what docker login writes.
func (u *user) login(t *testing.T, host, password string) {
	t.Helper()
	auth := base64.StdEncoding.EncodeToString([]byte("me:" + password))
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), fmt.Appendf(nil, `{"auths": {%q: {"auth": %q}}}`, host, auth), 0o600); err != nil {
		t.Fatal(err)
	}
	u.env = append(u.env, "DOCKER_CONFIG="+dir)
}

// outcome is how a run of dockmend ended.
type outcome struct {
	code int
	text string // all that it printed
	took time.Duration
}

const pinRules = "image-not-pinned-by-digest,untagged-image,latest-tag,shell-form-command"

// run runs a command of dockmend with --online.
func (u *user) run(t *testing.T, command string, args ...string) outcome {
	t.Helper()
	program, err := dockmendProgram()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{command, "--online", "--shellcheck", "off", "--select", pinRules, "--fail-on", "never"}, args...)
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = u.dir, u.env
	start := time.Now()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	o := outcome{cmd.ProcessState.ExitCode(), string(out), time.Since(start)}
	t.Logf("dockmend %s: exit %d after %.1f s\n%s", command, o.code, o.took.Seconds(), o.text)
	return o
}

// want holds the exit code, and texts that must be there.
func (o outcome) want(t *testing.T, code int, texts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit %d, want %d", o.code, code)
	}
	for _, text := range texts {
		if !strings.Contains(o.text, text) {
			t.Errorf("%q is not said", text)
		}
	}
}

func (u *user) dockerfile(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(u.dir, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// wellBehaved holds what is true of every run: tags are asked for by HEAD, only
// what is named by its digest is read, and credentials go to the hosts of home
// alone.
func wellBehaved(t *testing.T, n *fakeregistry.Internet, home ...string) {
	t.Helper()
	tag := regexp.MustCompile(`/manifests/[^/:]+$`)
	heads := 0
	for _, q := range n.Requests() {
		if tag.MatchString(q.Path) {
			heads++
			if q.Method != http.MethodHead {
				t.Errorf("a tag is read, not asked for: %s", q)
			}
		}
		if q.Method != http.MethodHead && q.Method != http.MethodGet {
			t.Errorf("registries are only read: %s", q)
		}
		if q.Authorization != "" && !slices.Contains(home, q.Host) {
			t.Errorf("credentials for another host: %s", q)
		}
	}
	t.Logf("%d requests, %d of them HEADs for tags", len(n.Requests()), heads)
}

// asked counts the requests to a host.
func asked(n *fakeregistry.Internet, host string) int {
	count := 0
	for _, q := range n.Requests() {
		if q.Host == host {
			count++
		}
	}
	return count
}

func index(t *testing.T, about string) v1.ImageIndex {
	t.Helper()
	return fakeregistry.Index(t, v1.Config{Env: []string{"ABOUT=" + about}}, "linux/amd64", "linux/arm64")
}

// TestRegistryMultiArch pins an image for several platforms that three programs
// serve, and finds the version that is latest.
func TestRegistryMultiArch(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) *registry{
		"docker-registry": func(t *testing.T) *registry {
			t.Helper()
			return startDebian(t, t.TempDir(), "", "")
		},
		"distribution": func(t *testing.T) *registry {
			t.Helper()
			return startDocker(t, installed(t, "DISTRIBUTION", distribution), t.TempDir(), "", "")
		},
		"go-containerregistry": startGoogle,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			digest := p.push(t, index(t, "3.14"), "library/python:latest", "library/python:3.14.1", "library/python:3.14")
			p.push(t, index(t, "3.13"), "library/python:3.13.9")
			n := fakeregistry.New(t)
			n.Hook("index.docker.io", p.front().ServeHTTP)
			u := newUser(t, "FROM python AS build\nFROM python:3.14\nFROM --platform=linux/s390x python:3.14.1\n", behind(n)...)
			u.write(t, "old.Dockerfile", "FROM python:3.13.9\n")
			u.run(t, "fix").want(t, 0, "effect repin", "effect source", "not pinned: it is not there for linux/s390x")
			want := "FROM python:3.14.1@" + digest + " AS build\nFROM python:3.14.1@" + digest + "\nFROM --platform=linux/s390x python:3.14.1\n"
			if got := u.dockerfile(t); got != want {
				t.Errorf("the Dockerfile became\n%s", got)
			}
			wellBehaved(t, n)
			// The registry's own log says the same.
			if log := p.log.String(); !strings.Contains(log, "HEAD /v2/library/python/manifests/3.14") || regexp.MustCompile(`GET /v2/library/python/manifests/[^s]`).MatchString(log) {
				t.Errorf("the registry's log:\n%s", log)
			}
		})
	}
}

// TestRegistryTokens asks a registry that sends everybody to its token service,
// and judges the tokens itself.
func TestRegistryTokens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain := startDebian(t, dir, "", "")
	digest := plain.push(t, index(t, "app"), "team/app:1.2.3", "team/secret:1.2.3")
	keys := newSigner(t)
	guarded := func(t *testing.T, realm string) *registry {
		t.Helper()
		return startDebian(t, dir, "", fmt.Sprintf("auth: {token: {realm: %q, service: e2e.registry, issuer: e2e, rootcertbundle: %s}}\n", realm, keys.certFile))
	}
	const files = "FROM team/app:1.2.3 AS a\nUSER a\n\nFROM team/secret:1.2.3\nUSER a\n"

	hub := guarded(t, "https://auth.docker.io/jwt")
	internet := func(t *testing.T) *fakeregistry.Internet {
		t.Helper()
		n := fakeregistry.New(t)
		n.Hook("index.docker.io", hub.front().ServeHTTP)
		n.Hook("auth.docker.io", keys.tokenService)
		return n
	}
	t.Run("nobody", func(t *testing.T) {
		t.Parallel()
		n := internet(t)
		u := newUser(t, files, behind(n)...)
		u.run(t, "fix").want(t, 0, "docker.io does not show it without credentials, or has no such image")
		if got := u.dockerfile(t); !strings.Contains(got, "team/app:1.2.3@"+digest) || strings.Contains(got, "secret:1.2.3@") {
			t.Errorf("the Dockerfile became\n%s", got)
		}
		wellBehaved(t, n, "index.docker.io")
	})
	t.Run("me", func(t *testing.T) {
		t.Parallel()
		n := internet(t)
		u := newUser(t, files, behind(n)...)
		u.login(t, "https://index.docker.io/v1/", "secret")
		u.run(t, "fix").want(t, 0)
		if got := u.dockerfile(t); !strings.Contains(got, "team/secret:1.2.3@"+digest) {
			t.Errorf("the Dockerfile became\n%s", got)
		}
		wellBehaved(t, n, "index.docker.io", "auth.docker.io")
		for _, q := range n.Requests() {
			if strings.HasPrefix(q.Authorization, "Basic ") && q.Host != "auth.docker.io" {
				t.Errorf("the password is for the token service: %s", q)
			}
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		t.Parallel()
		n := internet(t)
		u := newUser(t, files, behind(n)...)
		u.login(t, "https://index.docker.io/v1/", "guess")
		u.run(t, "lint").want(t, 3, "docker.io refuses the credentials that there are for it; docker login writes new ones")
	})
	// A registry that wants its users' passwords sent elsewhere does not get them.
	t.Run("a service elsewhere", func(t *testing.T) {
		t.Parallel()
		n := fakeregistry.New(t)
		n.Hook("quay.io", guarded(t, "https://tokens.example.com/jwt").front().ServeHTTP)
		n.Hook("tokens.example.com", keys.tokenService)
		u := newUser(t, strings.ReplaceAll(files, "team/", "quay.io/team/"), behind(n)...)
		u.login(t, "quay.io", "secret")
		u.run(t, "fix").want(t, 0, "quay.io does not show it to the credentials that there are for it")
		if asked(n, "tokens.example.com") == 0 {
			t.Error("nobody asked for a token")
		}
		wellBehaved(t, n, "quay.io")
	})
	t.Run("a service on a private host", func(t *testing.T) {
		t.Parallel()
		n := fakeregistry.New(t)
		n.Hook("quay.io", guarded(t, "https://169.254.169.254/latest/api/token").front().ServeHTTP)
		u := newUser(t, strings.ReplaceAll(files, "team/", "quay.io/team/"), behind(n)...)
		u.login(t, "quay.io", "secret")
		u.run(t, "lint").want(t, 3, `look-up failed: quay.io/team/app:1.2.3, quay.io/team/secret:1.2.3: `, `realm host "169.254.169.254" is a private or link-local address`)
		if asked(n, "169.254.169.254") > 0 {
			t.Error("the metadata service was asked")
		}
		wellBehaved(t, n, "quay.io")
	})
}

// TestRegistryPasswordAndAuthority asks docker-registry with a password file and
// with a certificate of its own authority, without anything in between: its own
// log is the witness.
func TestRegistryPasswordAndAuthority(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	digest := startDebian(t, dir, "", "").push(t, index(t, "app"), "team/app:1.2.3")
	passwords := filepath.Join(t.TempDir(), "htpasswd")
	// htpasswd -nbB me secret
	if err := os.WriteFile(passwords, []byte("me:$2y$05$hlMOvU.Lpd1DIc15ZoBDieRR.SKzGNA59CmCEcI0QOaCnDn/AbUFy\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys := newSigner(t)
	p := startDebian(t, dir, fmt.Sprintf(", tls: {certificate: %s, key: %s}", keys.certFile, keys.keyFile), fmt.Sprintf("auth: {htpasswd: {realm: e2e, path: %s}}\n", passwords))
	file := "FROM " + p.address + "/team/app:1.2.3\nUSER a\n"
	named := []string{"--online-registry", p.address}

	u := newUser(t, file, "SSL_CERT_FILE="+keys.certFile)
	u.login(t, p.address, "secret")
	u.run(t, "fix", named...).want(t, 0, "effect source")
	if got := u.dockerfile(t); !strings.Contains(got, "team/app:1.2.3@"+digest) {
		t.Errorf("the Dockerfile became\n%s", got)
	}
	if log := p.log.String(); !strings.Contains(log, "HEAD /v2/team/app/manifests/1.2.3") || strings.Contains(log, "GET /v2/team/app/manifests/1.2.3") {
		t.Errorf("the registry's log:\n%s", log)
	}

	u = newUser(t, file, "SSL_CERT_FILE="+keys.certFile)
	u.run(t, "fix", named...).want(t, 0, p.address+" does not show it without credentials")
	u.login(t, p.address, "guess")
	u.run(t, "fix", named...).want(t, 0, p.address+" does not show it to the credentials that there are for it")
	u.run(t, "fix").want(t, 0, p.address+" may not be asked; --online-registry "+p.address+" allows it")

	u = newUser(t, file)
	u.login(t, p.address, "secret")
	u.run(t, "fix", named...).want(t, 3, "certificate signed by unknown authority; SSL_CERT_FILE names an authority of your own")
	u.env = append(u.env, "SSL_CERT_FILE=/none/there.pem")
	u.run(t, "fix", named...).want(t, 2, "SSL_CERT_FILE cannot be read")
}

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

// watched tells whether something was written.
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
		o.want(t, 0, "effect source")
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
		o.want(t, 3, "quay.io wants fewer requests (429); try again later, or log in", "quay.io asks to wait 1h0m0s", found)
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
		u.run(t, "lint").want(t, 3, "quay.io answers 502; try again later", "left alone", found)
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
		{"no answer", "quay.io gives no answer in time", 15 * time.Second, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"no end", "the answer of quay.io is too large", 15 * time.Second, drip(0)},
		{"no end, slowly", "quay.io gives no answer in time", 45 * time.Second, drip(time.Second)},
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
		u.run(t, "fix").want(t, 0, "effect source")
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
		"https://[::ffff:10.0.0.1]": "denied", "https://2130706433": "denied", "https://localhost": "is no public host",
		"https://metadata.google.internal": "is no public host", "http://cdn.example.com": "is not asked: want https",
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
		u.run(t, "lint", "--online-registry", n.Loopback).want(t, 3, "is not asked: want https", found)
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

// TestRegistryPages finds a version on the second page of a list of tags.
func TestRegistryPages(t *testing.T) {
	t.Parallel()
	p := startDocker(t, installed(t, "DISTRIBUTION", distribution), t.TempDir(), "", "")
	var old []string
	for i := range 1050 {
		old = append(old, fmt.Sprintf("library/python:1.0.%d", i))
	}
	p.push(t, index(t, "old"), old...)
	digest := p.push(t, index(t, "new"), "library/python:latest", "library/python:9.9.1")
	n := fakeregistry.New(t)
	n.Hook("index.docker.io", p.front().ServeHTTP)
	u := newUser(t, "FROM python\nUSER a\n", behind(n)...)
	u.run(t, "fix").want(t, 0, "effect repin")
	if got := u.dockerfile(t); got != "FROM python:9.9.1@"+digest+"\nUSER a\n" {
		t.Errorf("the Dockerfile became\n%s", got)
	}
	pages := 0
	for _, q := range n.Requests() {
		if strings.Contains(q.Path, "/tags/list") {
			pages++
		}
	}
	if pages != 2 {
		t.Errorf("%d pages of tags were read, want 2", pages)
	}
	wellBehaved(t, n)
}
