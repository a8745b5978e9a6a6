package action_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// pullFixStep is a step on the pull request 1, from feature into main.
type pullFixStep struct {
	*step
	repo *fakehub.Repo
	main map[string]string
}

func newPullFixStep(t *testing.T, mode string, main, head map[string]string) *pullFixStep {
	t.Helper()
	s := &pullFixStep{step: newStep(t, "pull_request"), main: main}
	s.env["GITHUB_REF"] = "refs/pull/1/merge"
	s.env["INPUT_UPLOAD-SARIF"], s.env["INPUT_FIX-PR"], s.env["INPUT_FIX-IN-PULL-REQUEST"] = "false", "safe", mode
	s.env["INPUT_SELECT"] = "latest-tag,shell-form-command,legacy-key-value-format"
	s.repo = s.hub.NewRepo(main)
	for name, content := range main {
		s.write(name, content)
	}
	s.push("ann", head)
	s.repo.Open("feature", "main", "a feature")
	return s
}

// push commits to the pull request's branch, and checks it out.
func (s *pullFixStep) push(author string, files map[string]string) {
	s.t.Helper()
	if author != "" {
		s.repo.Commit("feature", author, files)
	}
	for name, content := range files {
		s.pull(name, s.main[name], content)
	}
	s.event("synchronize", "Codertocat/Hello-World")
}

// checkOut is what a run on the branch's tip has.
func (s *pullFixStep) checkOut() {
	s.t.Helper()
	files := map[string]string{}
	for name, content := range s.repo.Read("feature") {
		_, path, _ := strings.Cut(name, " ")
		if s.main[path] != content {
			files[path] = content
		}
	}
	s.push("", files)
}

func (s *pullFixStep) event(action, head string) {
	s.t.Helper()
	s.hub.Head = s.repo.Tip("feature")
	side := func(sha, repository string) map[string]any {
		return map[string]any{"sha": sha, "repo": map[string]any{"full_name": repository}}
	}
	payload, err := json.Marshal(map[string]any{"action": action, "pull_request": map[string]any{
		"number": 1, "changed_files": len(s.hub.Changed),
		"base": side(s.repo.Tip("main"), "Codertocat/Hello-World"), "head": side(s.repo.Tip("feature"), head),
	}})
	name := filepath.Join(s.t.TempDir(), "event.json")
	if err == nil {
		err = os.WriteFile(name, payload, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.env["GITHUB_EVENT_PATH"] = name
	s.hub.Snapshots = map[string]fakehub.Snapshot{
		s.env["GITHUB_SHA"]: {Parents: []string{s.repo.Tip("main"), s.repo.Tip("feature")}, Files: s.workspace},
	}
}

func (s *pullFixStep) head(path string) string { return s.repo.Read("feature")["100644 "+path] }

const (
	// Two old findings that have fixes, of which a change below reaches neither.
	fixBefore = "FROM debian:12 AS a\nENV A b\nUSER app\nCMD cat x\n\nFROM debian:12\nUSER app\nCMD [\"x\"]\n"
	// The same text is new in the other stage; and what has no fix.
	fixAfter  = "FROM debian:12 AS a\nENV A b\nUSER app\nCMD cat x\n\nFROM debian:latest\nUSER app\nENV A b\nCMD cat x\n"
	fixMended = "FROM debian:12 AS a\nENV A b\nUSER app\nCMD cat x\n\nFROM debian:latest\nUSER app\nENV A=b\nCMD [\"cat\", \"x\"]\n"
)

func TestActionFixCommit(t *testing.T) {
	s := newPullFixStep(t, "commit", map[string]string{"Dockerfile": fixBefore, "old/Dockerfile": shellCommand}, map[string]string{"Dockerfile": fixAfter})
	got := s.run()
	if s.head("Dockerfile") != fixMended || got.outputs["fix-commit"] != s.repo.Tip("feature") {
		t.Fatalf("the branch has\n%s\n%v\n%s", s.head("Dockerfile"), got.outputs, got.log)
	}
	if s.head("old/Dockerfile") != shellCommand {
		t.Error("a file is mended that the pull request does not change")
	}
	// What the commit mends is neither commented nor annotated; the rest is.
	if threads := s.hub.Threads(); len(threads) != 1 || threads[0].First != 6 || len(got.annotations()) != 0 {
		t.Errorf("%d threads, annotations %v", len(threads), got.annotations())
	}
	if want := "fixed by commit " + s.repo.Tip("feature")[:12]; !strings.Contains(got.summary, "2 findings "+want) {
		t.Errorf("the summary does not say %q:\n%s", want, got.summary)
	}
	got.want(t, 1, conclusionFailure, "3") // it judges what it saw

	tip := s.repo.Tip("feature")
	s.checkOut() // an app's token starts a run of our own commit
	got = s.run()
	got.want(t, 1, conclusionFailure, "1")
	if s.repo.Tip("feature") != tip || got.outputs["fix-commit"] != "" || len(s.hub.Threads()) != 1 {
		t.Errorf("a second run writes:\n%s", got.log)
	}

	s.push("ann", map[string]string{"Dockerfile": fixAfter})
	tip = s.repo.Tip("feature")
	if got := s.run(); s.repo.Tip("feature") != tip || !strings.Contains(got.log, "was reverted") || len(s.hub.Threads()) != 3 {
		t.Errorf("what was taken back is done again, or has no place, with %d threads:\n%s", len(s.hub.Threads()), got.log)
	}
}

// The row of the README's table of permissions: the fake refuses all else.
func TestActionFixCommitPermissions(t *testing.T) {
	files := map[string]string{"Dockerfile": fixBefore}
	s := newPullFixStep(t, "commit", files, map[string]string{"Dockerfile": fixAfter})
	s.env["INPUT_REVIEW"] = "false"
	s.hub.Grants = map[string]string{"contents": "write", "pull-requests": "read"}
	if got := s.run(); s.head("Dockerfile") != fixMended || strings.Contains(got.log, "may lack permissions") {
		t.Errorf("%s", got.log)
	}

	s = newPullFixStep(t, "commit", files, map[string]string{"Dockerfile": fixAfter})
	s.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write"}
	got := s.run()
	got.want(t, 1, conclusionFailure, "3")
	if s.head("Dockerfile") != fixAfter || !strings.Contains(got.log, "the job may lack permissions: contents: write") || len(s.hub.Threads()) != 3 {
		t.Errorf("%d threads: what could not be committed has lost its place:\n%s", len(s.hub.Threads()), got.log)
	}
}

func TestActionFixPull(t *testing.T) {
	s := newPullFixStep(t, "pull-request", map[string]string{"Dockerfile": fixBefore}, map[string]string{"Dockerfile": fixAfter})
	got := s.run()
	if len(s.repo.Pulls()) != 2 || got.outputs["fix-pr-number"] != "2" || got.outputs["fix-commit"] != "" {
		t.Fatalf("%v\n%s", got.outputs, got.log)
	}
	if p := s.repo.Pulls()[1]; p.Base != "feature" || s.repo.Read(p.Head)["100644 Dockerfile"] != fixMended || s.head("Dockerfile") != fixAfter {
		t.Errorf("%+v has %q", p, s.repo.Read(p.Head))
	}
	if len(s.hub.Threads()) != 3 {
		t.Errorf("%d threads", len(s.hub.Threads()))
	}
	calls := len(s.hub.Calls())
	s.run()
	for _, call := range s.hub.Calls()[calls:] {
		if method, path, _ := strings.Cut(call, " "); method != "GET" && path != "/graphql" {
			t.Errorf("a second run writes: %s", call)
		}
	}

	// The event of its end.
	s.repo.Close(1)
	s.event("closed", "Codertocat/Hello-World")
	got = s.run()
	if p := s.repo.Pulls()[1]; got.code != 0 || p.State != "closed" || s.repo.Tip(p.Head) != "" {
		t.Errorf("exit %d, %+v\n%s", got.code, p, got.log)
	}
}

func TestActionFixInPullElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		with  func(*pullFixStep)
		words string
	}{
		"a fork":      {func(s *pullFixStep) { s.event("opened", "stranger/Hello-World") }, "it comes from a fork"},
		"no token":    {func(s *pullFixStep) { s.env["INPUT_GITHUB-TOKEN"] = "" }, "there is no token"},
		"no diff":     {func(s *pullFixStep) { s.hub.Deny["/pulls/1/files"] = 403 }, "no fixes for this pull request: "},
		"switched":    {func(s *pullFixStep) { s.env["INPUT_FIX-IN-PULL-REQUEST"] = "off" }, "no pull request with fixes on the event pull_request"},
		"all known":   {func(s *pullFixStep) { s.env["INPUT_IGNORE"] = "all" }, ""},
		"closed":      {func(s *pullFixStep) { s.event("closed", "Codertocat/Hello-World") }, "nothing was checked"},
		"the target":  {func(s *pullFixStep) { s.env["GITHUB_EVENT_NAME"] = "pull_request_target" }, "on the event pull_request_target"},
		"moved since": {func(s *pullFixStep) { s.repo.Commit("feature", "ben", map[string]string{"x": "y\n"}) }, "this run checked"},
	} {
		for _, mode := range []string{"commit", "pull-request"} {
			t.Run(mode+" "+name, func(t *testing.T) {
				s := newPullFixStep(t, mode, map[string]string{"Dockerfile": fixBefore}, map[string]string{"Dockerfile": fixAfter})
				tt.with(s)
				tip := s.repo.Tip("feature")
				got := s.run()
				if s.repo.Tip("feature") != tip || len(s.repo.Pulls()) != 1 || !slices.Equal(s.repo.Branches(), []string{"feature", "main"}) {
					t.Errorf("something was written:\n%s", got.log)
				}
				if !strings.Contains(got.log, tt.words) || got.code > 1 {
					t.Errorf("exit %d, the log does not say %q:\n%s", got.code, tt.words, got.log)
				}
			})
		}
	}
	t.Run("slips", func(t *testing.T) {
		for _, env := range []map[string]string{{"INPUT_FIX-IN-PULL-REQUEST": "yes"}, {"INPUT_FIX-PR": "off"}} {
			s := newPullFixStep(t, "commit", map[string]string{"Dockerfile": fixBefore}, map[string]string{"Dockerfile": fixAfter})
			maps.Copy(s.env, env)
			if got := s.run(); got.code != 2 || !strings.Contains(got.log, "input fix-in-pull-request") {
				t.Errorf("exit %d\n%s", got.code, got.log)
			}
		}
	})
}

// A pull request does not decide what is mended in it, and what the baseline
// knows is not new.
func TestActionFixInPullPolicy(t *testing.T) {
	for name, tt := range map[string]struct {
		main, head map[string]string
		env        map[string]string
		mended     bool
	}{
		"the base leaves it alone": {map[string]string{".dockmend.yaml": "fix: {exclude: [\"**\"]}\n"}, map[string]string{".dockmend.yaml": "fail-on: error\n"}, nil, false},
		"the head would":           {map[string]string{".dockmend.yaml": "fail-on: error\n"}, map[string]string{".dockmend.yaml": "fix: {exclude: [\"**\"]}\n"}, nil, true},
		"the whole file":           {nil, nil, map[string]string{"INPUT_ONLY-CHANGED": "false"}, false}, // the old ones too, so it is another text
	} {
		t.Run(name, func(t *testing.T) {
			main, head := map[string]string{"Dockerfile": fixBefore}, map[string]string{"Dockerfile": fixAfter}
			maps.Copy(main, tt.main)
			maps.Copy(head, tt.head)
			s := newPullFixStep(t, "commit", main, head)
			maps.Copy(s.env, tt.env)
			if got := s.run(); (s.head("Dockerfile") == fixMended) != tt.mended {
				t.Errorf("the branch has\n%s\n%s", s.head("Dockerfile"), got.log)
			}
			if name == "the whole file" && strings.Contains(s.head("Dockerfile"), "ENV A b") {
				t.Errorf("the branch has\n%s", s.head("Dockerfile"))
			}
		})
	}
	t.Run("the baseline", func(t *testing.T) {
		s := newPullFixStep(t, "commit", map[string]string{"Dockerfile": fixBefore}, map[string]string{"Dockerfile": fixAfter})
		first := s.run() // without one: all of the report's fingerprints
		report, err := os.ReadFile(filepath.Join(s.dir, first.outputs["report-file"]))
		if err != nil {
			t.Fatal(err)
		}
		var all struct {
			Findings []struct{ Fingerprint, Rule, File string }
		}
		if err := json.Unmarshal(report, &all); err != nil {
			t.Fatal(err)
		}
		known, err := json.Marshal(map[string]any{"version": 1, "findings": all.Findings})
		if err != nil {
			t.Fatal(err)
		}
		s = newPullFixStep(t, "commit", map[string]string{"Dockerfile": fixBefore, "known.json": string(known)}, map[string]string{"Dockerfile": fixAfter})
		s.env["INPUT_BASELINE"] = "known.json"
		tip := s.repo.Tip("feature")
		if got := s.run(); s.repo.Tip("feature") != tip {
			t.Errorf("what the baseline knows is mended:\n%s", got.log)
		}
	})
}
