// Package setup holds the action without docker; its tests run install.sh.
package setup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const program = "#!/bin/sh\necho dockmend 1.2.3\n"

// releases serves a release's two files below /v1.2.3/, and counts the requests.
type releases struct {
	archive   []byte
	checksums string
	requests  int
}

func newReleases(t *testing.T) *releases {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, body := range map[string]string{"dockmend": program, "../outside": "x"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := &releases{archive: b.Bytes()}
	r.checksums = fmt.Sprintf("%x  dockmend_1.2.3_linux_amd64.tar.gz\n", sha256.Sum256(r.archive))
	return r
}

func (r *releases) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.requests++
	switch req.URL.Path {
	case "/v1.2.3/dockmend_1.2.3_linux_amd64.tar.gz":
		_, _ = w.Write(r.archive)
	case "/v1.2.3/checksums.txt":
		_, _ = w.Write([]byte(r.checksums))
	default:
		http.NotFound(w, req)
	}
}

// install runs the script; more are variables that it gets besides.
func install(t *testing.T, url, temp string, more ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "install.sh")
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "VERSION=1.2.3", "DOWNLOAD_URL=" + url, "ATTESTATION=false", "RUNNER_OS=Linux", "RUNNER_ARCH=X64",
		"RUNNER_TOOL_CACHE=" + filepath.Join(temp, "cache"), "RUNNER_TEMP=" + temp,
	}, more...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func tools(t *testing.T) {
	t.Helper()
	for _, name := range []string{"bash", "curl", "tar", "awk"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("SKIPPED: %s is not installed, which every runner has", name)
		}
	}
}

func TestInstall(t *testing.T) {
	tools(t)
	r := newReleases(t)
	server := httptest.NewServer(r)
	defer server.Close()
	temp := t.TempDir()

	path, errs, code := install(t, server.URL, temp)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if src, err := os.ReadFile(strings.TrimSpace(path)); err != nil || string(src) != program {
		t.Fatalf("%q holds %q, %v", path, src, err)
	}
	if _, err := os.Stat(filepath.Join(temp, "outside")); err == nil {
		t.Error("a file of the archive besides the program was unpacked")
	}
	if r.requests != 2 {
		t.Errorf("%d requests, want 2", r.requests)
	}

	again, errs, code := install(t, server.URL, temp)
	if again != path || code != 0 || r.requests != 2 {
		t.Errorf("the second run printed %q with %d requests, exit code %d: %s", again, r.requests, code, errs)
	}
}

func TestInstallRefuses(t *testing.T) {
	tools(t)
	for name, c := range map[string]struct {
		change func(*releases)
		env    []string
		want   string
	}{
		"another archive": {
			change: func(r *releases) { r.archive = append(r.archive, 0) },
			want:   "the checksum of dockmend_1.2.3_linux_amd64.tar.gz is",
		},
		"not in the list": {
			change: func(r *releases) { r.checksums = strings.ReplaceAll(r.checksums, "linux", "plan9") },
			want:   "does not list dockmend_1.2.3_linux_amd64.tar.gz",
		},
		"no such release":    {env: []string{"VERSION=9.9.9"}, want: "cannot download"},
		"not a version":      {env: []string{"VERSION=1.2.3/../../x"}, want: "must be like 1.2.3"},
		"two lines":          {env: []string{"VERSION=1.2.3\n::set-output name=x::y"}, want: "must be like 1.2.3"},
		"another system":     {env: []string{"RUNNER_OS=Plan9"}, want: "there is no dockmend for Plan9"},
		"another processor":  {env: []string{"RUNNER_ARCH=ARM"}, want: "there is no dockmend for ARM"},
		"attestation is due": {env: []string{"ATTESTATION=true", "PATH=" + refusingGH(t)}, want: "no valid attestation"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReleases(t)
			if c.change != nil {
				c.change(r)
			}
			server := httptest.NewServer(r)
			defer server.Close()
			temp := t.TempDir()
			path, errs, code := install(t, server.URL, temp, c.env...)
			if code != 2 || path != "" || !strings.Contains(errs, c.want) {
				t.Errorf("exit code %d, printed %q, want 2 and %q:\n%s", code, path, c.want, errs)
			}
			if _, err := os.Stat(filepath.Join(temp, "cache")); err == nil {
				t.Error("something is in the tool cache")
			}
		})
	}
}

// refusingGH is a PATH on which gh finds no attestation, as for a file that is not ours.
func refusingGH(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "gh"), []byte("#!/bin/sh\necho no attestations found >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir + string(os.PathListSeparator) + os.Getenv("PATH")
}
