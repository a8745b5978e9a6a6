//go:build e2e

package e2e

import (
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
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

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
			u.run(t, "fix").want(t, 0, "same image under another name", "same image, now also named by its digest", "not pinned: it is not available for linux/s390x")
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
		u.run(t, "fix").want(t, 0, "docker.io has no such image, or does not show it without credentials")
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
		u.run(t, "lint").want(t, 3, "docker.io refused the stored credentials; run docker login again")
	})
	// A registry that wants its users' passwords sent elsewhere does not get them.
	t.Run("a service elsewhere", func(t *testing.T) {
		t.Parallel()
		n := fakeregistry.New(t)
		n.Hook("quay.io", guarded(t, "https://tokens.example.com/jwt").front().ServeHTTP)
		n.Hook("tokens.example.com", keys.tokenService)
		u := newUser(t, strings.ReplaceAll(files, "team/", "quay.io/team/"), behind(n)...)
		u.login(t, "quay.io", "secret")
		u.run(t, "fix").want(t, 0, "quay.io has no such image, or does not show it with the stored credentials")
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
	u.run(t, "fix", named...).want(t, 0, "same image, now also named by its digest")
	if got := u.dockerfile(t); !strings.Contains(got, "team/app:1.2.3@"+digest) {
		t.Errorf("the Dockerfile became\n%s", got)
	}
	if log := p.log.String(); !strings.Contains(log, "HEAD /v2/team/app/manifests/1.2.3") || strings.Contains(log, "GET /v2/team/app/manifests/1.2.3") {
		t.Errorf("the registry's log:\n%s", log)
	}

	u = newUser(t, file, "SSL_CERT_FILE="+keys.certFile)
	u.run(t, "fix", named...).want(t, 0, p.address+" has no such image, or does not show it without credentials")
	u.login(t, p.address, "guess")
	u.run(t, "fix", named...).want(t, 0, p.address+" has no such image, or does not show it with the stored credentials")
	u.run(t, "fix").want(t, 0, p.address+" was not asked; --online-registry "+p.address+" allows it")

	u = newUser(t, file)
	u.login(t, p.address, "secret")
	u.run(t, "fix", named...).want(t, 3, "certificate signed by unknown authority; SSL_CERT_FILE names an authority of your own")
	u.env = append(u.env, "SSL_CERT_FILE=/none/there.pem")
	u.run(t, "fix", named...).want(t, 2, "SSL_CERT_FILE cannot be read")
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
	u.run(t, "fix").want(t, 0, "same image under another name")
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
