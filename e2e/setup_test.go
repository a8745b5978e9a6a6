//go:build e2e

package e2e

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// setupInputs are what the action without docker has besides the other one's.
const setupInputs = `uses: ./setup
        with:
          version: 9.9.9
          download-url: %s
          attestation: "false"
`

// dockerFiles are what the Action with docker is built from.
var dockerFiles = []string{
	"action.yml", "Dockerfile", ".dockerignore", "go.mod", "go.sum", "cmd", "internal", "docs", "licenses", "LICENSE", "NOTICE", "testdata/example",
}

// TestActs runs the Action with docker and the one without by act, in its host mode, for a
// push and for a pull request: they say the same, in annotations, outputs and comments.
func TestActs(t *testing.T) {
	built(t)
	program := installAct(t)
	server := httptest.NewServer(http.FileServer(http.Dir(servedRelease(t))))
	defer server.Close()
	withSetup := strings.Replace(workflow, "uses: ./\n        with:\n", fmt.Sprintf(setupInputs, server.URL), 1)

	repositories := map[string]string{
		"docker": actRepository(t, workflow, dockerFiles...),
		"setup":  actRepository(t, withSetup, "setup/action.yml", "setup/install.sh", "testdata/example"),
	}
	told := map[string][]string{}
	for name, dir := range repositories {
		log := runAct(t, program, dir, "push", "../testdata/events/push.json", "http://127.0.0.1:1")
		hub := pullHub(t)
		log += runAct(t, program, dir, "pull_request", "../testdata/events/pull_request.json", hub.URL)
		told[name] = toldBy(log, hub)
	}
	t.Logf("each says:\n%s", strings.Join(told["docker"], "\n"))
	if diff := cmp.Diff(told["docker"], told["setup"]); diff != "" {
		t.Errorf("with docker and without (-docker +setup):\n%s", diff)
	}
	for _, want := range []string{"::warning file=testdata/example/Dockerfile", "conclusion=success", "comment testdata/example/Dockerfile"} {
		if !slices.ContainsFunc(told["docker"], func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("nothing said has %q", want)
		}
	}
}

// servedRelease is a folder as a release has it, with the program of this checkout.
func servedRelease(t *testing.T) (folder string) {
	t.Helper()
	release := t.TempDir()
	folder = filepath.Join(release, "v9.9.9")
	output(t, "mkdir", "-p", folder)
	build := exec.CommandContext(t.Context(), "go", "build", "-C", "..", "-o", filepath.Join(folder, "dockmend"), "./cmd/dockmend")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	archive := fmt.Sprintf("dockmend_9.9.9_linux_%s.tar.gz", strings.TrimSpace(output(t, "go", "env", "GOARCH")))
	output(t, "tar", "-C", folder, "-czf", filepath.Join(folder, archive), "dockmend")
	src, err := os.ReadFile(filepath.Join(folder, archive))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "checksums.txt"), fmt.Appendf(nil, "%x  %s\n", sha256.Sum256(src), archive), 0o600); err != nil {
		t.Fatal(err)
	}
	return release
}

// pullHub is a GitHub with a pull request that adds the example.
func pullHub(t *testing.T) *fakehub.Hub {
	t.Helper()
	hub := fakehub.New(t)
	hub.Scanning.Off = true
	example, err := os.ReadFile("../testdata/example/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(string(example), "\n")
	hub.Head = pullHead
	hub.Files[pullBase+":README.md"] = "x"
	sha := fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(example), example)))
	hub.Blobs[sha] = string(example)
	hub.Changed = []map[string]any{{
		"filename": "testdata/example/Dockerfile", "status": "added", "sha": sha, "changes": lines,
		"patch": fmt.Sprintf("@@ -0,0 +1,%d @@\n+%s", lines, strings.TrimSuffix(strings.ReplaceAll(string(example), "\n", "\n+"), "\n+")),
	}}
	return hub
}

// toldBy are the annotations and outputs in act's log, and the comments on the hub.
func toldBy(log string, hub *fakehub.Hub) (told []string) {
	told = regexp.MustCompile(`::(?:error|warning) file=[^\r\n]*|findings=\d+ conclusion=\w+`).FindAllString(log, -1)
	for _, thread := range hub.Threads() {
		for _, c := range thread.Comments {
			told = append(told, fmt.Sprintf("comment %s:%d-%d %s", thread.Path, thread.First, thread.Last, c.Body))
		}
	}
	return told
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
