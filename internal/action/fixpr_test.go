package action_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
	"github.com/dockmend/dockmend/internal/review"
)

// branchStep is a step on the default branch of a repository.
type branchStep struct {
	*step
	repo *fakehub.Repo
}

// newBranchStep is a run on the default branch, with the files checked out.
func newBranchStep(t *testing.T, event string, files map[string]string) *branchStep {
	t.Helper()
	s := &branchStep{step: newStep(t, event)}
	s.now = time.Date(2026, time.May, 1, 8, 0, 0, 0, time.UTC)
	s.env["INPUT_UPLOAD-SARIF"] = "false"
	s.env["INPUT_FIX-PR"] = "safe"
	s.repo = s.hub.NewRepo(files)
	for name, content := range files {
		s.write(name, content)
	}
	s.checkOut()
	return s
}

// commit changes the default branch, and checks it out.
func (s *branchStep) commit(files map[string]string) {
	s.t.Helper()
	s.repo.Commit("main", "somebody", files)
	for name, content := range files {
		s.write(name, content)
	}
	s.checkOut()
}

func (s *branchStep) checkOut() {
	s.env["GITHUB_SHA"] = s.repo.Tip("main")
	payload, err := json.Marshal(map[string]any{
		"ref": "refs/heads/main", "before": strings.Repeat("0", 40), "after": s.repo.Tip("main"),
		"repository": map[string]any{"default_branch": "main", "full_name": "Codertocat/Hello-World"},
	})
	name := filepath.Join(s.t.TempDir(), "event.json")
	if err == nil {
		err = os.WriteFile(name, payload, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.env["GITHUB_EVENT_PATH"] = name
}

// online gives the step registries, and no credentials of this machine.
func (s *branchStep) online() *fakeregistry.Internet {
	s.t.Helper()
	empty := s.t.TempDir()
	s.t.Setenv("HOME", empty)
	s.t.Setenv("DOCKER_CONFIG", empty)
	s.internet = fakeregistry.New(s.t)
	delete(s.env, "INPUT_ONLINE")
	return s.internet
}

const shellCommand = "FROM debian:12\nUSER app\nCMD cat x\n"

func TestActionFixPR(t *testing.T) {
	for _, event := range []string{"push", "schedule", "workflow_dispatch"} {
		t.Run(event, func(t *testing.T) {
			s := newBranchStep(t, event, map[string]string{
				"Dockerfile":     shellCommand,
				".dockmend.yaml": "pull-request: {branch: mend, labels: [x, y], assignees: [ann], reviewers: [ben], draft: true}\n",
			})
			got := s.run()
			if got.outputs["fix-pr-number"] != "1" || got.outputs["fix-pr-url"] != "https://github.com/o/r/pull/1" {
				t.Errorf("outputs %v\n%s", got.outputs, got.log)
			}
			p := s.repo.Pulls()[0]
			if p.Head != "mend" || !slices.Equal(p.Labels, []string{"x", "y"}) || !slices.Equal(p.Assignees, []string{"ann"}) || !slices.Equal(p.Reviewers, []string{"ben"}) || !p.Draft {
				t.Errorf("%+v", p)
			}
			if !strings.Contains(got.summary, "Review and merge [pull request 1](https://github.com/o/r/pull/1), which has the fixes.") {
				t.Errorf("the summary has no link:\n%s", got.summary)
			}
			if want := strings.Replace(shellCommand, "CMD cat x", `CMD ["cat", "x"]`, 1); s.repo.Read("mend")["100644 Dockerfile"] != want {
				t.Errorf("the branch has %q", s.repo.Read("mend"))
			}
			if !strings.Contains(p.Body, "| same build steps, and only the image's configuration changes: Cmd |") || !strings.Contains(p.Body, "DL3025") {
				t.Errorf("the description is\n%s", p.Body)
			}
			tip := s.repo.Tip("mend")
			if got := s.run(); got.outputs["fix-pr-number"] != "1" || s.repo.Tip("mend") != tip {
				t.Error("a second run writes")
			}
		})
	}
}

// The rows of the README's table of permissions that are about pull requests
// with fixes, audits and cooldowns: the fake refuses all else.
func TestActionFixPRPermissions(t *testing.T) {
	s := newBranchStep(t, "schedule", map[string]string{
		"Dockerfile": shellCommand, ".dockmend.yaml": "pull-request: {labels: [x], assignees: [ann], reviewers: [ben]}\n",
	})
	s.hub.Grants = map[string]string{"contents": "write", "pull-requests": "write"}
	got := s.run()
	if len(s.repo.Pulls()) != 1 || s.repo.Tip(review.StateBranch) == "" || strings.Contains(got.log, "may lack permissions") {
		t.Errorf("%s", got.log)
	}
	s = newBranchStep(t, "schedule", map[string]string{"Dockerfile": shellCommand})
	s.env["INPUT_FIX-PR"] = "off"
	s.hub.Grants = map[string]string{"contents": "write"}
	got = s.run()
	if s.repo.Tip(review.StateBranch) == "" || strings.Contains(got.log, "may lack permissions") {
		t.Errorf("%s", got.log)
	}
}

func TestActionFixPRNarrows(t *testing.T) {
	// apt-get without --no-install-recommends has an unsafe fix.
	const unsafe = "FROM debian:12\nRUN apt-get update && apt-get install -y build-essential libpq-dev && rm -rf /var/lib/apt/lists/*\nUSER app\n"
	for _, tt := range []struct {
		input, config string
		proposes      bool
	}{
		{"safe", "fix: {unsafe: true}", false}, // a configuration never widens an input
		{"unsafe", "fix: {unsafe: false}", true},
		{"unsafe", "fix: {exclude: [\"**\"]}", false},
		{"off", "", false},
		{"", "", false},
	} {
		t.Run(tt.input+" "+tt.config, func(t *testing.T) {
			s := newBranchStep(t, "push", map[string]string{"Dockerfile": unsafe, ".dockmend.yaml": tt.config + "\n"})
			s.env["INPUT_FIX-PR"], s.env["INPUT_SELECT"] = tt.input, "apt-installs-recommends"
			got := s.run()
			if n := len(s.repo.Pulls()); (n == 1) != tt.proposes {
				t.Errorf("%d pull requests\n%s", n, got.log)
			}
			if tt.proposes && !strings.Contains(s.repo.Pulls()[0].Body, "**not safe**") {
				t.Errorf("an unsafe change is not marked:\n%s", s.repo.Pulls()[0].Body)
			}
		})
	}
}

func TestActionFixPRElsewhere(t *testing.T) {
	t.Run("another branch", func(t *testing.T) {
		s := newBranchStep(t, "push", map[string]string{"Dockerfile": shellCommand})
		s.env["GITHUB_REF"] = "refs/heads/feature"
		got := s.run()
		if len(s.repo.Pulls()) != 0 || !strings.Contains(got.log, "this push is not to ") {
			t.Errorf("%s", got.log)
		}
	})
	t.Run("a pull request", func(t *testing.T) {
		s := newPullStep(t, pullBefore, pullAfter)
		s.env["INPUT_FIX-PR"] = "safe"
		if got := s.run(); !strings.Contains(got.log, "no pull request with fixes on the event pull_request") {
			t.Errorf("%s", got.log)
		}
	})
	t.Run("a token that can only read", func(t *testing.T) {
		s := newBranchStep(t, "push", map[string]string{"Dockerfile": shellCommand})
		s.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"}
		got := s.run()
		got.want(t, 0, conclusionSuccess, got.outputs["findings"])
		if !strings.Contains(got.log, "contents: write, pull-requests: write") || !strings.Contains(got.summary, "+CMD [\"cat\", \"x\"]") {
			t.Errorf("neither a permission nor a patch is named:\n%s\n%s", got.log, got.summary)
		}
	})
	t.Run("the setting is off", func(t *testing.T) {
		s := newBranchStep(t, "push", map[string]string{"Dockerfile": shellCommand})
		s.repo.NoPulls = true
		got := s.run()
		got.want(t, 0, conclusionSuccess, got.outputs["findings"])
		if got.outputs["fix-pr-url"] != "" || !strings.Contains(got.summary, "(https://github.com/Codertocat/Hello-World/compare/main...dockmend-fixes?expand=1), which the token may not do.") {
			t.Errorf("%v\n%s", got.outputs, got.summary)
		}
	})
	t.Run("slips", func(t *testing.T) {
		s := newBranchStep(t, "push", map[string]string{"Dockerfile": shellCommand})
		s.env["INPUT_FIX-PR"], s.env["INPUT_AUDIT"], s.env["INPUT_ONLINE"] = "yes", "org", "maybe"
		got := s.run()
		for _, want := range []string{"fix-pr", "audit", "online"} {
			if got.code != 2 || !strings.Contains(got.log, "input "+want) {
				t.Errorf("exit %d, no word about %s:\n%s", got.code, want, got.log)
			}
		}
	})
}

func TestActionCooldown(t *testing.T) {
	s := newBranchStep(t, "push", map[string]string{
		"Dockerfile": "FROM debian:12\nUSER app\n", ".dockmend.yaml": "pin: {mode: digest, cooldown-days: 7}\n",
	})
	s.env["INPUT_SELECT"] = "image-not-pinned-by-digest"
	n := s.online()
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	got := s.run()
	if len(s.repo.Pulls()) != 0 || !strings.Contains(got.summary, "0 of the 7 days") {
		t.Errorf("a pin on the first sight:\n%s\n%s", got.log, got.summary)
	}
	state := s.repo.Tip(review.StateBranch)
	if state == "" {
		t.Fatalf("nothing is remembered:\n%s", got.log)
	}
	s.now = s.now.AddDate(0, 0, 6)
	if s.run(); len(s.repo.Pulls()) != 0 || s.repo.Tip(review.StateBranch) != state {
		t.Error("a pin after six days, or a write for nothing")
	}

	moved := n.Push(t, fakeregistry.Index(t, v1.Config{User: "1"}, "linux/amd64"), "docker.io/library/debian:12")
	s.now = s.now.AddDate(0, 0, 2)
	if s.run(); len(s.repo.Pulls()) != 0 {
		t.Error("a new push does not restart the clock")
	}
	s.now = s.now.AddDate(0, 0, 7)
	got = s.run()
	if len(s.repo.Pulls()) != 1 || !strings.Contains(s.repo.Read("dockmend-fixes")["100644 Dockerfile"], "debian:12@"+moved) {
		t.Fatalf("no pin after the wait:\n%s", got.log)
	}
	if body := s.repo.Pulls()[0].Body; !strings.Contains(body, "| same image, now also named by its digest |") {
		t.Errorf("the description does not name the class:\n%s", body)
	}
	for _, q := range n.Requests() {
		if strings.Contains(q.Path, "/manifests/12") && q.Method != "HEAD" {
			t.Errorf("request %s", q)
		}
	}
}

// A fix that cannot wait: a repository's images are taken at once, and what waits
// is listed with its dates.
func TestActionCooldownExcept(t *testing.T) {
	s := newBranchStep(t, "push", map[string]string{
		"Dockerfile": "FROM debian:12\nFROM alpine:3\nUSER app\n", ".dockmend.yaml": "pin: {mode: digest, cooldown-days: 7, cooldown-except: [debian]}\n",
	})
	s.env["INPUT_SELECT"] = "image-not-pinned-by-digest"
	n := s.online()
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	n.Push(t, fakeregistry.Index(t, v1.Config{User: "1"}, "linux/amd64"), "docker.io/library/alpine:3")
	got := s.run()
	if len(s.repo.Pulls()) != 1 {
		t.Fatalf("no pull request:\n%s", got.log)
	}
	if content := s.repo.Read("dockmend-fixes")["100644 Dockerfile"]; !strings.Contains(content, "debian:12@sha256:") || strings.Contains(content, "alpine:3@") {
		t.Errorf("the branch has %q", content)
	}
	if body, want := s.repo.Pulls()[0].Body, "| `docker.io/library/alpine:3` | 2026-05-01 | 2026-05-08 |"; !strings.Contains(body, want) || strings.Contains(body, "debian:12` |") {
		t.Errorf("the description does not list %q:\n%s", want, body)
	}
	if !strings.Contains(got.summary, "waits until 2026-05-08") {
		t.Errorf("the summary does not say how long:\n%s", got.summary)
	}
	tip, state, body := s.repo.Tip("dockmend-fixes"), s.repo.Tip(review.StateBranch), s.repo.Pulls()[0].Body
	s.now = s.now.AddDate(0, 0, 1)
	if s.run(); s.repo.Tip("dockmend-fixes") != tip || s.repo.Tip(review.StateBranch) != state || s.repo.Pulls()[0].Body != body {
		t.Error("a day later something is written")
	}
	s.now = s.now.AddDate(0, 0, 6)
	s.run()
	if content := s.repo.Read("dockmend-fixes")["100644 Dockerfile"]; !strings.Contains(content, "alpine:3@") || strings.Contains(s.repo.Pulls()[0].Body, "Held back") {
		t.Errorf("after the wait the branch has %q\n%s", content, s.repo.Pulls()[0].Body)
	}
}

func TestActionCooldownIsOff(t *testing.T) {
	s := newBranchStep(t, "push", map[string]string{
		"Dockerfile": "FROM debian:12\nUSER app\n", ".dockmend.yaml": "pin: {mode: digest, cooldown-days: 7}\n",
	})
	s.env["INPUT_SELECT"] = "image-not-pinned-by-digest"
	s.online().Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	s.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write"}
	got := s.run()
	if !strings.Contains(got.log, "pin.cooldown-days has no effect") || !strings.Contains(got.summary, "+FROM debian:12@sha256:") {
		t.Errorf("%s\n%s", got.log, got.summary)
	}
}

// A registry that fails makes no job fail that did not ask for one by name, and
// takes nothing out of an open pull request.
func TestActionRegistryFails(t *testing.T) {
	s := newBranchStep(t, "push", map[string]string{"Dockerfile": "FROM debian:12\nUSER app\n", ".dockmend.yaml": "pin: {mode: digest}\n"})
	s.env["INPUT_SELECT"] = "image-not-pinned-by-digest"
	n := s.online()
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	s.run()
	if len(s.repo.Pulls()) != 1 {
		t.Fatal("no pull request")
	}
	s.internet = fakeregistry.New(t) // knows no image, so that docker.io answers 404 ...
	s.env["HTTPS_PROXY"] = "http://127.0.0.1:1"
	got := s.run()
	if got.code != 0 || s.repo.Pulls()[0].State != "open" || !strings.Contains(got.log, "could not check everything") || !strings.Contains(got.log, "look-up failed") {
		t.Errorf("exit %d, %s\n%s", got.code, s.repo.Pulls()[0].State, got.log)
	}
	s.env["INPUT_ONLINE"] = "true"
	if got := s.run(); got.code != 3 {
		t.Errorf("exit %d where look-ups were asked for", got.code)
	}
}

func TestActionOnlineInputs(t *testing.T) {
	s := newBranchStep(t, "push", map[string]string{"Dockerfile": "FROM debian:12\nFROM registry.example:5000/a/b:1\nUSER app\n", ".dockmend.yaml": "pin: {mode: digest}\n"})
	s.env["INPUT_SELECT"], s.env["INPUT_FIX-PR"] = "image-not-pinned-by-digest", "off"
	n := s.online()
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	s.env["INPUT_ONLINE-REGISTRIES"] = "ghcr.io, registry.example:5000"
	s.run()
	for _, q := range n.Requests() {
		if strings.Contains(q.Host, "docker.io") {
			t.Errorf("%s was asked, which the input leaves out", q.Host)
		}
		if q.Authorization != "" {
			t.Errorf("%s got the token", q.Host)
		}
	}
}

func TestActionAudit(t *testing.T) {
	s := newBranchStep(t, "schedule", map[string]string{"Dockerfile": twoFindings, "api/Dockerfile": shellCommand})
	s.env["INPUT_SELECT"], s.env["INPUT_FIX-PR"] = "latest-tag,shell-form-command", "off"
	got := s.run()
	if !strings.Contains(got.summary, "This is the first audit") || !strings.Contains(got.summary, "### By rule") {
		t.Errorf("%s\n%s", got.summary, got.log)
	}
	s.now = s.now.AddDate(0, 0, 7)
	s.commit(map[string]string{"Dockerfile": strings.Replace(twoFindings, "debian:latest", "debian:12", 1), "b/Dockerfile": "FROM alpine:latest\nUSER app\n"})
	_ = os.Remove(s.env["GITHUB_STEP_SUMMARY"]) // each step has one of its own
	got = s.run()
	for _, want := range []string{"### Since the audit of 2026-05-01", "1 new, 1 gone", "new: 🟠 warning", "b/Dockerfile", "gone: `latest-tag` in `Dockerfile`"} {
		if !strings.Contains(got.summary, want) {
			t.Errorf("the report does not say %q:\n%s\n%s", want, got.summary, got.log)
		}
	}
	if strings.Count(got.summary, "gone: ") != 1 {
		t.Errorf("%s", got.summary)
	}
	t.Run("what the day alone brought", func(t *testing.T) {
		s := newBranchStep(t, "schedule", map[string]string{"Dockerfile": "FROM python:3.11-slim\nUSER 1\n"})
		s.env["INPUT_SELECT"], s.env["INPUT_FIX-PR"] = "eol-base-image,latest-tag", "off"
		s.now = time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)
		if got := s.run(); strings.Contains(got.summary, "3.11") {
			t.Errorf("before support ends:\n%s", got.summary)
		}
		s.now = time.Date(2027, 11, 8, 0, 0, 0, 0, time.UTC)
		s.commit(map[string]string{"b/Dockerfile": "FROM alpine:latest\nUSER app\n"})
		_ = os.Remove(s.env["GITHUB_STEP_SUMMARY"])
		got := s.run()
		if n := strings.Count(got.summary, "(new because support ended)"); n != 1 || !strings.Contains(got.summary, "2 new") {
			t.Errorf("%d findings are said to be of the day:\n%s\n%s", n, got.summary, got.log)
		}
	})
	t.Run("off, and on push", func(t *testing.T) {
		for _, tt := range []struct {
			event, input string
			audits       bool
		}{{"schedule", "off", false}, {"push", "", false}, {"push", "repo", true}, {"workflow_dispatch", "", true}} {
			s := newBranchStep(t, tt.event, map[string]string{"Dockerfile": twoFindings})
			s.env["INPUT_AUDIT"], s.env["INPUT_FIX-PR"] = tt.input, "off"
			if got := s.run(); strings.Contains(got.summary, "### By rule") != tt.audits || (s.repo.Tip(review.StateBranch) != "") != tt.audits {
				t.Errorf("%+v: %s", tt, got.summary)
			}
		}
	})
	t.Run("a token that can only read", func(t *testing.T) {
		s := newBranchStep(t, "schedule", map[string]string{"Dockerfile": twoFindings})
		s.env["INPUT_FIX-PR"] = "off"
		s.hub.Grants = map[string]string{"contents": "read"}
		if got := s.run(); got.code != 0 || !strings.Contains(got.log, "this audit could not be stored") {
			t.Errorf("exit %d\n%s", got.code, got.log)
		}
	})
}

// TestActionPinsComposeFiles: the pins of compose files are in the pull request,
// each with its class, and what lies among the workflows stays as it is.
func TestActionPinsComposeFiles(t *testing.T) {
	services := "services:\n  db:\n    image: postgres:${PG:-16}\n  cache:\n    image: redis\n"
	s := newBranchStep(t, "push", map[string]string{
		"compose.yaml": services, ".github/workflows/compose.yaml": services, ".dockmend.yaml": "pin: {mode: version+digest}\n",
	})
	s.env["INPUT_SELECT"] = "compose-image-not-pinned-by-digest"
	n := s.online()
	postgres := n.Push(t, fakeregistry.Index(t, v1.Config{User: "1"}, "linux/amd64"), "docker.io/library/postgres:16")
	redis := n.Push(t, fakeregistry.Index(t, v1.Config{User: "2"}, "linux/amd64"), "docker.io/library/redis:latest", "docker.io/library/redis:8.2.1")
	got := s.run()
	if len(s.repo.Pulls()) != 1 {
		t.Fatalf("no pull request:\n%s", got.log)
	}
	files := s.repo.Read("dockmend-fixes")
	want := "services:\n  db:\n    image: postgres:${PG:-16@" + postgres + "}\n  cache:\n    image: redis:8.2.1@" + redis + "\n"
	if diff := cmp.Diff(want, files["100644 compose.yaml"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(services, files["100644 .github/workflows/compose.yaml"]); diff != "" {
		t.Error(diff)
	}
	for _, effect := range []string{"same image, now also named by its digest", "same image under another name"} {
		if body := s.repo.Pulls()[0].Body; !strings.Contains(body, effect) {
			t.Errorf("the description does not say %q:\n%s", effect, body)
		}
	}
}
