//go:build e2e

package e2e

import (
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

// setupInputs are what the action without docker has besides the other one's.
const setupInputs = `uses: ./setup
        with:
          version: 9.9.9
          download-url: %s
          attestation: "false"
`

// TestActSetup runs the action without docker by act, in its host mode, with a release
// that is served here.
func TestActSetup(t *testing.T) {
	release := t.TempDir()
	folder := filepath.Join(release, "v9.9.9")
	output(t, "mkdir", "-p", folder)
	output(t, "go", "build", "-C", "..", "-o", filepath.Join(folder, "dockmend"), "./cmd/dockmend")
	archive := fmt.Sprintf("dockmend_9.9.9_linux_%s.tar.gz", strings.TrimSpace(output(t, "go", "env", "GOARCH")))
	output(t, "tar", "-C", folder, "-czf", filepath.Join(folder, archive), "dockmend")
	src, err := os.ReadFile(filepath.Join(folder, archive))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "checksums.txt"), fmt.Appendf(nil, "%x  %s\n", sha256.Sum256(src), archive), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(release)))
	defer server.Close()

	withSetup := strings.Replace(workflow, "uses: ./\n        with:\n", fmt.Sprintf(setupInputs, server.URL), 1)
	dir := actRepository(t, withSetup, "setup/action.yml", "setup/install.sh", "testdata/example")
	log := runAct(t, installAct(t), dir, "push", "../testdata/events/push.json", "http://127.0.0.1:1")
	for _, want := range []string{
		"findings=4 conclusion=success", "::warning file=testdata/example/Dockerfile,line=2,",
		"::warning file=testdata/example/Dockerfile,line=16,",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("want %q", want)
		}
	}
}

// actRepository is a repository with some files of ours and one workflow.
func actRepository(t *testing.T, workflow string, names ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range names {
		output(t, "mkdir", "-p", filepath.Dir(filepath.Join(dir, name)))
		output(t, "cp", "-r", filepath.Join("..", name), filepath.Join(dir, name))
	}
	if err := os.MkdirAll(filepath.Join(dir, ".github/workflows"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".github/workflows/x.yaml"), []byte(workflow), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, "git", "-C", dir, "init", "-q")
	output(t, "git", "-C", dir, "remote", "add", "origin", "https://github.com/Codertocat/Hello-World") // where act reads the repository's name
	output(t, "git", "-C", dir, "add", "-A")
	output(t, "git", "-C", dir, "-c", "user.name=e2e", "-c", "user.email=e2e@example.org", "commit", "-qm", "first")
	return dir
}

// installAct installs act, and skips aloud where it cannot be.
func installAct(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "act")
	install := exec.CommandContext(t.Context(), "go", "install", act)
	install.Env = append(os.Environ(), "GOBIN="+filepath.Dir(program))
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: act cannot be installed, so no workflow was run: %s", out)
	}
	return program
}

// runAct runs a repository's workflow for an event, in act's host mode.
func runAct(t *testing.T, program, dir, event, payload, api string) (log string) {
	t.Helper()
	cache := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, event, "-e", mustAbs(t, payload),
		"-P", "ubuntu-latest=-self-hosted", "--pull=false", "--network", "host", "--no-cache-server", "-s", "GITHUB_TOKEN=ghs_example",
		"--env", "GITHUB_API_URL="+api, "--env", "GITHUB_GRAPHQL_URL="+api+"/graphql", "--container-options", fmt.Sprintf("--network host -v %s:%s", cache, cache))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache, "XDG_CONFIG_HOME="+cache, "DOCKER_BUILDKIT=0")
	out, err := cmd.CombinedOutput()
	t.Logf("act says:\n%s", out)
	if err != nil {
		t.Errorf("act: %v", err)
	}
	return string(out)
}
