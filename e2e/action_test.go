//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

func TestActionAsTheRunnerDoes(t *testing.T) {
	built(t)
	t.Run("push", func(t *testing.T) {
		r := newRunner(t, "../testdata/events/push.json")
		log, code := r.run(t, map[string]string{"GITHUB_EVENT_NAME": "push", "INPUT_SARIF-FILE": "out/dockmend.sarif"})
		if code != 0 || !strings.Contains(log, "::warning file=Dockerfile,line=5,") {
			t.Errorf("exit %d, want 0 and annotations:\n%s", code, log)
		}
		show(t, r, log)
		// A later step is another user.
		for _, name := range []string{"out", "out/dockmend.sarif", ".dockmend/report.json"} {
			info, err := os.Stat(filepath.Join(r.dir, "workspace", name))
			if err != nil {
				t.Fatal(err)
			}
			if owner := info.Sys().(*syscall.Stat_t).Uid; int(owner) != r.owner {
				t.Errorf("%s belongs to user %d, want the workspace's %d", name, owner, r.owner)
			}
			step := exec.CommandContext(t.Context(), "tail", "-c", "20", filepath.Join(r.dir, "workspace", name))
			if os.Getuid() == 0 {
				if err := os.Chmod(filepath.Dir(r.dir), 0o755); err != nil { // the test's own folder
					t.Fatal(err)
				}
				step.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(r.owner), Gid: uint32(r.owner)}}
			}
			if out, err := step.CombinedOutput(); err != nil && !info.IsDir() {
				t.Errorf("user %d cannot read %s: %s", r.owner, name, out)
			}
		}
	})
	t.Run("pull_request", func(t *testing.T) {
		hub := fakehub.New(t)
		hub.Head = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
		hub.Files["f95f852bd8fca8fcc58a9a2d6c842781e32a215e:README.md"] = "x"
		hub.Changed = []map[string]any{{"filename": "Dockerfile", "status": "added", "sha": strings.Repeat("b", 40), "changes": 16}}
		r := newRunner(t, "../testdata/events/pull_request.json")
		log, code := r.run(t, map[string]string{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_API_URL": hub.URL})
		if want := "conclusion failure; calls of GitHub's API: "; code != 1 || !strings.Contains(log, want) {
			t.Errorf("exit %d, want 1 and %q:\n%s", code, want, log)
		}
		// The file has no patch, so the comments are on the file.
		if n := len(hub.Threads()); n == 0 {
			t.Errorf("no review comment was made:\n%s", log)
		}
		show(t, r, log)
	})
	t.Run("pull_request without the API", func(t *testing.T) {
		r := newRunner(t, "../testdata/events/pull_request.json")
		log, code := r.run(t, map[string]string{"GITHUB_EVENT_NAME": "pull_request"})
		if code != 0 || !strings.Contains(log, "conclusion neutral") {
			t.Errorf("exit %d, want 0 and a neutral conclusion:\n%s", code, log)
		}
	})
}

// show prints what a step left, for people.
func show(t *testing.T, r *runner, log string) {
	t.Helper()
	t.Logf("the log:\n%s\nthe outputs:\n%s\nthe summary:\n%s", log,
		r.file(t, "temp/_runner_file_commands/output"), r.file(t, "temp/_runner_file_commands/summary"))
	if dir := os.Getenv("DOCKMEND_E2E_KEEP"); dir != "" {
		name := filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+".md")
		if err := os.WriteFile(name, []byte(r.file(t, "temp/_runner_file_commands/summary")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const workflow = `on: [push, pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: dockmend
        uses: ./
        with:
          path: testdata/example
          sarif-file: dockmend.sarif
          fail-on: never
      - run: |
          echo "findings=$FINDINGS conclusion=$CONCLUSION"
          test -s "$REPORT" && test -s "$SARIF"
        env:
          FINDINGS: ${{ steps.dockmend.outputs.findings }}
          CONCLUSION: ${{ steps.dockmend.outputs.conclusion }}
          REPORT: ${{ steps.dockmend.outputs.report-file }}
          SARIF: ${{ steps.dockmend.outputs.sarif-file }}
`

func mustAbs(t *testing.T, name string) string {
	t.Helper()
	abs, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
