package action_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
	"github.com/dockmend/dockmend/internal/review"
)

// What earlier versions left on a platform keeps its meaning: testdata/compat holds it, and
// its README.md says what it is.

const compat = "../../testdata/compat"

func compatFile(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(compat, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// newCompatPull is a step on the pull request of testdata/compat/pull.
func newCompatPull(t *testing.T) *step {
	t.Helper()
	s := newStep(t, "pull_request")
	s.env["GITHUB_REF"], s.env["INPUT_SELECT"], s.env["INPUT_FAIL-ON"] = "refs/pull/2/merge", compatPullRules, "style"
	s.env["INPUT_UPLOAD-SARIF"] = "false"
	s.hub.Head = headSHA
	err := fs.WalkDir(os.DirFS(filepath.Join(compat, "pull", "head")), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			s.pull(name, string(compatFile(t, "pull/base/"+name)), string(compatFile(t, "pull/head/"+name)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// markers are the first lines of a thread, which say what it is about.
func markers(thread *fakehub.Thread) []string {
	var all []string
	for line := range strings.Lines(thread.Comments[0].Body) {
		if !strings.HasPrefix(line, "<!-- dockmend:v1 ") {
			break
		}
		all = append(all, strings.TrimSpace(line))
	}
	return all
}

func TestCompatThreads(t *testing.T) {
	s := newCompatPull(t)
	s.hub.LoadThreads(t, filepath.Join(compat, "pull/threads.json"))
	about := func(file, rule string) *fakehub.Thread {
		i := slices.IndexFunc(s.hub.Threads(), func(x *fakehub.Thread) bool {
			return x.Path == file && strings.Contains(x.Comments[0].Body, "[`"+rule+"`]")
		})
		if i < 0 {
			t.Fatalf("there is no thread about %s in %s", rule, file)
		}
		return s.hub.Threads()[i]
	}
	before := len(s.hub.Threads())
	resolved := func() (n int) {
		for _, thread := range s.hub.Threads() {
			if thread.Resolved {
				n++
			}
		}
		return n
	}
	for _, below := range []string{".", "api", "."} {
		s.env["INPUT_PATH"] = below
		got := s.run()
		if len(s.hub.Threads()) != before || len(s.hub.Reviews()) != 0 || resolved() != 1 {
			t.Fatalf("path %s: %d threads, %d of them resolved, and %d reviews; want %d, 1, 0:\n%s",
				below, len(s.hub.Threads()), resolved(), len(s.hub.Reviews()), before, got.log)
		}
	}
	// What is fixed is resolved, but for what somebody answered; what a person
	// resolved or hid does not come back.
	head := string(compatFile(t, "pull/head/Dockerfile"))
	fixed := strings.NewReplacer("CMD serve x", `CMD ["serve", "x"]`, "debian:latest", "debian:12").Replace(head)
	s.pull("Dockerfile", string(compatFile(t, "pull/base/Dockerfile")), fixed)
	got := s.run()
	if !about("Dockerfile", "shell-form-command").Resolved || about("Dockerfile", "latest-tag").Resolved {
		t.Errorf("not what was fixed, and what nobody answered, is resolved:\n%s", got.log)
	}
	if resolved() != 2 || len(s.hub.Threads()) != before {
		t.Errorf("%d threads, %d of them resolved", len(s.hub.Threads()), resolved())
	}
}

func TestCompatReview(t *testing.T) {
	s := newCompatPull(t)
	s.env["INPUT_SELECT"] += ",copy-ignored-file"
	handoff := compatFile(t, "pull/review.json")
	s.secondJob(handoff)
	got := s.run()
	if strings.Contains(got.log, "previous run") {
		t.Errorf("the artifact is not accepted:\n%s", got.log)
	}
	posted := map[string]int{}
	for _, thread := range s.hub.Threads() {
		for _, m := range markers(thread) {
			posted[m]++
		}
	}
	var report struct {
		Findings []struct{ Rule, Fingerprint string }
	}
	if err := json.Unmarshal(handoff, &report); err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		m := "<!-- dockmend:v1 dockmend " + strings.TrimPrefix(f.Fingerprint, "dockmend/v1:") + " -->"
		if posted[m] != 1 {
			t.Errorf("the %s of the first job is posted %d times", f.Rule, posted[m])
		}
		delete(posted, m)
	}
	if len(posted) != 0 {
		t.Errorf("posted, and not what the first job found: %v", posted)
	}
}

// newCompatBranch is a step on the default branch of a saved repository.
func newCompatBranch(t *testing.T, name string) *branchStep {
	t.Helper()
	s := newBranchStep(t, "schedule", nil)
	s.env["INPUT_SELECT"], s.env["INPUT_FIX-PR"] = compatFixupRules, "unsafe"
	s.repo = s.hub.LoadRepo(t, filepath.Join(compat, name))
	if strings.Contains(name, "signed") {
		s.repo.Signed, s.repo.UserToken = []string{"dockmend-fixes"}, true
	}
	for file, content := range s.repo.Read("main") {
		_, file, _ = strings.Cut(file, " ")
		s.write(file, content)
	}
	s.checkOut()
	n := s.online()
	n.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	n.Push(t, fakeregistry.Index(t, v1.Config{User: "1"}, "linux/amd64"), "docker.io/library/alpine:3")
	return s
}

func TestCompatFixup(t *testing.T) {
	for _, name := range []string{"fixup.json", "fixup-signed.json"} {
		t.Run(name, func(t *testing.T) {
			s := newCompatBranch(t, name)
			pull, tip := s.repo.Pulls()[0], s.repo.Tip("dockmend-fixes")
			got := s.run()
			if len(s.repo.Pulls()) != 1 || len(pull.Comments) != 0 || s.repo.Tip("dockmend-fixes") != tip {
				t.Fatalf("%d pull requests with %d comments, the branch moved: %t; want what was there\n%s",
					len(s.repo.Pulls()), len(pull.Comments), s.repo.Tip("dockmend-fixes") != tip, got.log)
			}
			// The base moves: the branch is ours, so it is made anew.
			s.commit(map[string]string{"README.md": "x\n"})
			got = s.run()
			moved := s.repo.Tip("dockmend-fixes")
			if moved == tip || s.repo.Parents(moved)[0] != s.repo.Tip("main") || len(s.repo.Pulls()) != 1 || len(pull.Comments) != 0 {
				t.Fatalf("the branch is not made anew:\n%s", got.log)
			}
		})
		t.Run(name+", closed", func(t *testing.T) {
			s := newCompatBranch(t, name)
			s.repo.Pulls()[0].State = "closed"
			if got := s.run(); len(s.repo.Pulls()) != 1 {
				t.Errorf("what somebody declined is proposed again:\n%s", got.log)
			}
		})
		t.Run(name+", done", func(t *testing.T) {
			s := newCompatBranch(t, name)
			s.commit(map[string]string{
				"Dockerfile": "FROM debian:12\nUSER app\nCMD [\"serve\", \"x\"]\n", "compose.yaml": "services:\n  web:\n    build: .\n",
			})
			if got := s.run(); s.repo.Pulls()[0].State != "closed" || s.repo.Tip("dockmend-fixes") != "" {
				t.Errorf("the pull request is %s though nothing is left, the branch is at %q:\n%s",
					s.repo.Pulls()[0].State, s.repo.Tip("dockmend-fixes"), got.log)
			}
		})
	}
	t.Run("commits of others", func(t *testing.T) {
		s := newCompatBranch(t, "fixup-paused.json")
		tip := s.repo.Tip("dockmend-fixes")
		if got := s.run(); len(s.repo.Pulls()) != 1 || len(s.repo.Pulls()[0].Comments) != 1 || s.repo.Tip("dockmend-fixes") != tip {
			t.Errorf("%d comments where one says it already:\n%s", len(s.repo.Pulls()[0].Comments), got.log)
		}
	})
}

// The state branch: an audit compares itself with the one of then, and a cooldown that
// began then ends seven days later.
func TestCompatState(t *testing.T) {
	s := newCompatBranch(t, "fixup.json")
	s.env["INPUT_SELECT"] += ",add-instead-of-copy"
	before := s.repo.Read(review.StateBranch)["100644 state.json"]
	state, err := review.ParseState([]byte(before))
	if err != nil || len(state.Tags) != 2 || len(state.Audits["dockmend"].Findings) != 5 {
		t.Fatalf("read %+v, %v", state, err)
	}
	s.now = s.now.AddDate(0, 0, 8)
	s.commit(map[string]string{"compose.yaml": "services:\n  web:\n    build: .\n"})
	got := s.run()
	for _, want := range []string{"### Since the audit of 2026-05-01", "0 new, 1 gone", "gone: `compose-version-obsolete` in `compose.yaml`"} {
		if !strings.Contains(got.summary, want) {
			t.Errorf("the audit does not say %q:\n%s", want, got.summary)
		}
	}
	for tag, seen := range state.Tags {
		files := s.repo.Read("dockmend-fixes")
		if pin := path.Base(tag) + "@" + seen.Digest; !strings.Contains(files["100644 Dockerfile"]+files["100644 api/Dockerfile"], pin) {
			t.Errorf("%s is not pinned, though its cooldown ended:\n%s", tag, got.log)
		}
	}
}

// compatFixupRules are those whose fixes the pull request has. One of them was safe
// when it was made and no longer is: what "serve" starts is not known.
const compatFixupRules = "latest-tag,shell-form-command,compose-version-obsolete,image-not-pinned-by-digest"

const compatPullRules = "latest-tag,shell-form-command,add-instead-of-copy,apt-without-assume-yes,apt-installs-recommends,pip-cache-kept," +
	"compose-version-obsolete,compose-privileged-service,compose-ports-unquoted,final-user-unset"
