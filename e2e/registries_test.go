//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// distribution is today's Docker registry; Debian's package is an older one.
const distribution = "github.com/distribution/distribution/v3/cmd/registry@v3.0.0"

// scratch is a folder for what all tests share.
var scratch string //nolint:gochecknoglobals // set by TestMain

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dockmend-e2e-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// registry is one that runs as a process of its own.
type registry struct {
	address string // "127.0.0.1:port"
	log     *journal
}

// journal is what a program printed: registries log the requests that they got.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// start runs a registry until the test ends.
func start(t *testing.T, address, file string, args ...string) *registry {
	t.Helper()
	p := &registry{address, &journal{}}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), file, args...)
	cmd.Env = append(os.Environ(), "OTEL_TRACES_EXPORTER=none")
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s does not start: %v", file, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return p
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not listen on %s:\n%s", file, address, p.log)
	return nil
}

func freeAddress(t *testing.T) (address, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // the registry takes the port
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), port
}

// debianProgram is the file of Debian's docker-registry: installed, or unpacked
// from the package without installing it.
var debianProgram = sync.OnceValues(func() (string, error) { //nolint:gochecknoglobals // found once for all tests
	if file, err := exec.LookPath("docker-registry"); err == nil {
		return file, nil
	}
	dir := filepath.Join(scratch, "debian")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	unpack := exec.Command("sh", "-c", "apt-get -q download docker-registry && dpkg -x docker-registry_*.deb .")
	unpack.Dir = dir
	if out, err := unpack.CombinedOutput(); err != nil {
		return "", fmt.Errorf("docker-registry is not installed, nor can Debian's package be had: %s", bytes.TrimSpace(out))
	}
	return filepath.Join(dir, "usr/bin/docker-registry"), nil
})

// startDebian runs Docker's registry as Debian packages it, on the images in a
// folder. http and more are parts of its configuration.
func startDebian(t *testing.T, dir, http, more string) *registry {
	t.Helper()
	file, err := debianProgram()
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	return startDocker(t, file, dir, http, more)
}

// startDocker runs either version of Docker's registry.
func startDocker(t *testing.T, file, dir, http, more string) *registry {
	t.Helper()
	address, _ := freeAddress(t)
	config := filepath.Join(t.TempDir(), "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {accesslog: {disabled: false}}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %q, secret: e2e%s}\n%s",
		dir, address, http, more)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, address, file, "serve", config)
}

// installed builds a program of another module; it is skipped, and says so, where
// that cannot be had. The variable names one that is there.
func installed(t *testing.T, variable, what string) string {
	t.Helper()
	if file := os.Getenv(variable); file != "" {
		return file
	}
	dir := t.TempDir()
	install := exec.CommandContext(t.Context(), "go", "install", what)
	install.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: %s cannot be built: %s", what, out)
	}
	return filepath.Join(dir, "registry")
}

// startGoogle runs go-containerregistry's own registry, of the version in go.mod.
func startGoogle(t *testing.T) *registry {
	t.Helper()
	file := filepath.Join(t.TempDir(), "registry")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "github.com/google/go-containerregistry/cmd/registry").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: go-containerregistry's registry cannot be built: %s", out)
	}
	address, port := freeAddress(t)
	return start(t, address, file, "-port", port)
}

// front hands requests on to the program.
func (p *registry) front() http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: p.address})
		r.Out.Host = r.In.Host
	}}
}

// push puts an index into the program under names as "library/python:3.13", and
// returns its digest.
func (p *registry) push(t *testing.T, index v1.ImageIndex, names ...string) string {
	t.Helper()
	for _, n := range names {
		tag, err := name.NewTag(p.address + "/" + n)
		if err != nil {
			t.Fatal(err)
		}
		if err := remote.WriteIndex(tag, index); err != nil {
			t.Fatalf("%s: %v", n, err)
		}
	}
	digest, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// signer is a key with a certificate for this machine that it signed itself.
type signer struct {
	key               *ecdsa.PrivateKey
	der               []byte
	certFile, keyFile string
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "dockmend's tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &signer{key, der, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
	for file, block := range map[string]*pem.Block{s.certFile: {Type: "CERTIFICATE", Bytes: der}, s.keyFile: {Type: "EC PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// jwt makes a token as Docker's registry wants it.
func (s *signer) jwt(claims map[string]any) (string, error) {
	part := func(v any) (string, error) {
		text, err := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(text), err
	}
	header, err := part(map[string]any{"typ": "JWT", "alg": "ES256", "x5c": []string{base64.StdEncoding.EncodeToString(s.der)}})
	if err != nil {
		return "", err
	}
	body, err := part(claims)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(header + "." + body))
	a, b, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return "", err
	}
	signature := append(a.FillBytes(make([]byte, 32)), b.FillBytes(make([]byte, 32))...)
	return header + "." + body + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// tokenService gives tokens: to everybody for all repositories but team/secret,
// which only the user "me" may pull.
func (s *signer) tokenService(w http.ResponseWriter, r *http.Request) {
	user, password, named := r.BasicAuth()
	if named && (user != "me" || password != "secret") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	access := []map[string]any{}
	for _, scope := range r.URL.Query()["scope"] {
		kind, rest, _ := strings.Cut(scope, ":")
		repository, _, _ := strings.Cut(rest, ":")
		if repository != "team/secret" || named {
			access = append(access, map[string]any{"type": kind, "name": repository, "actions": []string{"pull"}})
		}
	}
	now := time.Now().Unix()
	token, err := s.jwt(map[string]any{
		"iss": "e2e", "sub": user, "aud": r.URL.Query().Get("service"), "iat": now, "nbf": now - 60, "exp": now + 300, "jti": "1", "access": access,
	})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"token": token, "expires_in": 300}) // the client will notice
}
