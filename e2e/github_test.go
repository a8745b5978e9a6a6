//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha1"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/cli"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// prism is the mock server that judges requests by GitHub's description apart
// from the library that the other tests use.
const prism = "@stoplight/prism-cli@5.14.2"

const (
	pullHead = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
	pullBase = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
)

// recorded is a request that a run made.
type recorded struct {
	method, path string
	body         []byte
}

func (r recorded) String() string { return r.method + " " + r.path }

// record runs the action on a pull request as its life goes on, and keeps each
// request.
func record(t *testing.T) (rest []recorded, graphql int) {
	t.Helper()
	hub := fakehub.New(t)
	hub.Head = pullHead
	hub.Files[pullBase+":.dockmend.yaml"] = "fail-on: warning\n"
	hub.Seen = func(r *http.Request, body []byte) {
		switch {
		case r.URL.Path == "/graphql":
			graphql++
		case strings.HasPrefix(r.URL.Path, "/storage/"):
		default:
			rest = append(rest, recorded{r.Method, r.URL.RequestURI(), bytes.Clone(body)})
		}
	}
	dir := t.TempDir()
	events, err := filepath.Abs("../testdata/events")
	if err != nil {
		t.Fatal(err)
	}
	run := func(event, file, dockerfile string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("# the base's\n"+dockerfile), 0o600); err != nil {
			t.Fatal(err)
		}
		sha := fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(dockerfile), dockerfile)))
		hub.Blobs[sha] = dockerfile
		lines := strings.Count(dockerfile, "\n")
		hub.Changed = []map[string]any{
			{"filename": "Dockerfile", "status": "modified", "sha": sha, "changes": lines, "patch": fmt.Sprintf("@@ -0,0 +1,%d @@\n+%s", lines, strings.TrimSuffix(strings.ReplaceAll(dockerfile, "\n", "\n+"), "\n+"))},
			{"filename": "a b/Dockerfile", "status": "modified", "sha": sha, "changes": lines},
		}
		var log bytes.Buffer
		env := map[string]string{
			"GITHUB_WORKSPACE": dir, "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": filepath.Join(events, file), "GITHUB_API_URL": hub.URL,
			"GITHUB_REPOSITORY": "Codertocat/Hello-World", "GITHUB_SHA": pullBase, "GITHUB_REF": "refs/pull/2/merge", "INPUT_GITHUB-TOKEN": "ghs_example",
			"INPUT_ONLINE": "false", "INPUT_FIX-PR": "safe",
		}
		if hub.Repo != nil {
			env["GITHUB_SHA"], env["GITHUB_REF"] = hub.Repo.Tip("main"), "refs/heads/main"
		}
		code := cli.Main(context.Background(), []string{"dockmend", "action"}, &cli.Env{
			Stdin: strings.NewReader(""), Stdout: &log, Stderr: &log, Dir: dir, ShellCheck: "is-not-asked",
			Getenv: func(name string) string { return env[name] }, Wait: func(context.Context, time.Duration) error { return nil },
		})
		t.Logf("%s: exit %d\n%s", event, code, log.String())
	}
	if err := os.MkdirAll(filepath.Join(dir, "a b"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a b", "Dockerfile"), []byte("FROM debian:latest\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hub.Scanning.Off = true // so that there are comments too
	run("pull_request", "pull_request.json", "FROM debian:latest\nUSER a\nCMD x y\n")
	run("pull_request", "pull_request.json", "FROM debian:latest\nUSER a\nCMD [\"x\", \"y\"]\n")
	hub.Scanning = fakehub.Scanning{Pending: 1}
	run("pull_request", "pull_request.json", "FROM debian:latest\nUSER a\nCMD x y\n")
	run("push", "push.json", "FROM debian:latest\n")
	run("pull_request_target", "pull_request.json", "FROM debian:latest\nUSER a\nCMD z\n")
	hub.Artifacts["dockmend"] = []byte("no archive")
	hub.Pulls = []map[string]any{{
		"_head": "octocat:changes", "number": 2,
		"head": map[string]any{"sha": pullHead, "ref": "changes", "repo": hub.Repository("octocat/Hello-World")},
		"base": map[string]any{"sha": pullBase, "repo": hub.Repository("Codertocat/Hello-World")},
	}}
	run("workflow_run", "workflow_run.json", "FROM debian:latest\nUSER a\nCMD z\n")
	recordFixes(hub, func(dockerfile string) { run("schedule", "push.json", dockerfile) })
	return rest, graphql
}

// recordFixes plays the life of a pull request with fixes, and of audits.
func recordFixes(hub *fakehub.Hub, run func(dockerfile string)) {
	const bad, good = "FROM debian:12\nUSER a\nCMD x y\n", "FROM debian:12\nUSER a\nCMD [\"x\", \"y\"]\n"
	hub.Pulls = nil
	repo := hub.NewRepo(map[string]string{"Dockerfile": "# the base's\n" + bad, ".dockmend.yaml": "pull-request: {assignees: [ann], reviewers: [ben, o/team]}\n"})
	run(bad)
	repo.Commit("main", "ann", map[string]string{"README.md": "new\n"})
	run(bad)
	repo.Commit("dockmend-fixes", "ann", map[string]string{"mine.txt": "mine\n"})
	run(bad)
	repo.Edit(1, func(body string) string { return strings.Replace(body, "- [ ] <!--", "- [x] <!--", 1) })
	run(bad)
	repo.Commit("main", "ann", map[string]string{"Dockerfile": "# the base's\n" + good})
	run(good)
	repo.Commit("main", "ann", map[string]string{"Dockerfile": "\ufeff# the base's\r\n" + bad})
	run(bad)
}

// TestPrism replays each request of the recorded runs against prism.
func TestPrism(t *testing.T) {
	address := startPrism(t)
	rest, graphql := record(t)
	slices.SortFunc(rest, func(a, b recorded) int { return strings.Compare(a.String()+string(a.body), b.String()+string(b.body)) })
	rest = slices.CompactFunc(rest, func(a, b recorded) bool { return a.String() == b.String() && bytes.Equal(a.body, b.body) })
	kinds := map[string]int{}
	for _, r := range rest {
		status, reason := replay(t, address, r)
		if status >= http.StatusBadRequest {
			t.Errorf("prism refuses %s: %d %s\n%.500s", r, status, reason, r.body)
		}
		kinds[r.method]++
	}
	t.Logf("prism takes %d different requests: %v", len(rest), kinds)
	t.Logf("SKIPPED: %d requests of GraphQL, which prism does not know; go test holds their documents against GitHub's schema", graphql)
	if len(rest) < 15 || kinds[http.MethodPost] < 3 {
		t.Errorf("only %d requests were recorded", len(rest))
	}
	// What is wrong is refused, or the rest says nothing.
	wrong := recorded{http.MethodPost, "/repos/o/r/pulls/2/reviews", []byte(`{"event": "SHOUT", "body": 1}`)}
	if status, _ := replay(t, address, wrong); status < http.StatusBadRequest {
		t.Errorf("prism takes a wrong request: %d", status)
	}
}

// replay sends a request as prism can take it: OpenAPI knows no parameter with
// slashes, and the description no answer of GitHub's own media type.
func replay(t *testing.T, address string, r recorded) (status int, reason string) {
	t.Helper()
	path := r.path
	for _, head := range []string{"/contents/", "/compare/", "/git/ref/", "/git/refs/"} {
		if before, rest, ok := strings.Cut(path, head); ok {
			name, query, _ := strings.Cut(rest, "?")
			path = before + head + strings.ReplaceAll(name, "/", "%2F") + "?" + query
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), r.method, address+path, bytes.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "application/json")
	if len(r.body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }() // it was only read from
	reason = answer.Header.Get("Sl-Violations")
	if reason == "" {
		body, err := io.ReadAll(io.LimitReader(answer.Body, 300))
		if err != nil {
			t.Fatal(err)
		}
		reason = string(body)
	}
	return answer.StatusCode, reason
}

// startPrism starts prism with the description that the tests use; the test is
// skipped, and says so, where it cannot be had. PRISM names an installed one.
func startPrism(t *testing.T) (address string) {
	t.Helper()
	dir := t.TempDir()
	program := os.Getenv("PRISM")
	if program == "" {
		if _, err := exec.LookPath("npm"); err != nil {
			t.Skip("SKIPPED: there is no npm, so no request was replayed against prism")
		}
		install := exec.CommandContext(t.Context(), "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", dir, prism)
		if out, err := install.CombinedOutput(); err != nil {
			t.Skipf("SKIPPED: prism cannot be installed, so no request was replayed against it: %s", out)
		}
		program = filepath.Join(dir, "node_modules", ".bin", "prism")
	}
	packed, err := os.Open("../internal/forge/github/fakehub/testdata/openapi.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = packed.Close() }() // it was only read from
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	description, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "openapi.json")
	if err := os.WriteFile(file, description, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	_ = listener.Close() // prism takes the port
	_, port, _ := net.SplitHostPort(address)
	var log bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "mock", "-h", "127.0.0.1", "-p", port, "-v", "warn", file)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatalf("prism does not start: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address = (&url.URL{Scheme: "http", Host: address}).String()
	for range 120 {
		if answer, err := http.Get(address + "/rate_limit"); err == nil {
			_ = answer.Body.Close()
			return address
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Fatalf("prism does not answer:\n%s", log.String())
	return ""
}
