package cli

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/gitlab/fakelab"
	"github.com/dockmend/dockmend/internal/git/gittest"
)

// gitlabJob is a job of a GitLab pipeline, in a clone of what the fake has.
type gitlabJob struct {
	*fakelab.Lab
	t       *testing.T
	history *gittest.History
	env     map[string]string
}

const (
	labBefore = "FROM alpine:3.22@sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412\nUSER 1000\nCMD [\"sh\"]\n"
	labAfter  = labBefore + labFixed
	// labFixed is the line that takes effect.
	labFixed = "CMD [\"echo\"]\n"
)

// newGitLabJob has one commit, and a merge request from the branch changes with another one.
func newGitLabJob(t *testing.T) *gitlabJob {
	t.Helper()
	j := &gitlabJob{Lab: fakelab.New(t), t: t, history: gittest.New(t, map[string]string{"Dockerfile": labBefore})}
	j.Commit("main", "somebody", map[string]string{"Dockerfile": labBefore})
	j.Branch("changes", "main")
	j.Commit("changes", "alice", map[string]string{"Dockerfile": labAfter})
	j.history.Write(map[string]string{"Dockerfile": labAfter})
	j.history.Commit()
	j.Open("changes", "alice")
	j.env = map[string]string{
		"GITLAB_CI": "true", "CI_API_V4_URL": j.URL, "GITLAB_TOKEN": "glpat-example", "CI_PROJECT_PATH": fakelab.Project,
		"CI_PROJECT_URL": "https://lab.example/" + fakelab.Project, "CI_SERVER_URL": "https://lab.example", "CI_DEFAULT_BRANCH": "main",
		"CI_COMMIT_SHA": j.Tip("changes"), "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "1",
		"CI_MERGE_REQUEST_DIFF_BASE_SHA": j.Tip("main"), "CI_MERGE_REQUEST_PROJECT_PATH": fakelab.Project,
		"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": fakelab.Project,
	}
	return j
}

// run runs the command with changed variables.
func (j *gitlabJob) run(code int, env map[string]string, args ...string) string {
	j.t.Helper()
	variables := maps.Clone(j.env)
	maps.Copy(variables, env)
	var out bytes.Buffer
	e := &Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(name string) string { return variables[name] }, Dir: j.history.Dir,
		Wait: func(context.Context, time.Duration) error { return nil },
		Now:  func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) },
	}
	if got := Main(j.t.Context(), append([]string{"dockmend", "ci"}, args...), e); got != code {
		j.t.Errorf("exit code %d, want %d:\n%s", got, code, out.String())
	}
	return out.String()
}

// local gives the fake's commits the names that the clone has for them, which the command
// compares with.
func (j *gitlabJob) local() map[string]string {
	return map[string]string{"CI_MERGE_REQUEST_DIFF_BASE_SHA": strings.TrimSpace(j.history.Git("rev-parse", "HEAD~1"))}
}

// A merge request gets a discussion on the line of what is new, with a suggestion, and one
// note with the summary; again changes nothing; fixed, the discussion is resolved.
func TestCIOnGitLab(t *testing.T) {
	j := newGitLabJob(t)
	out := j.run(exitFindings, j.local())
	m := j.Requests()[0]
	if len(m.Discussions) != 2 {
		t.Fatalf("%d discussions and notes, want 2:\n%s", len(m.Discussions), out)
	}
	thread, note := m.Discussions[0], m.Discussions[1]
	if at := thread.At; at == nil || at.NewPath != "Dockerfile" || at.NewLine != 3 || at.OldLine != 3 {
		t.Errorf("the discussion stands at %+v", thread.At)
	}
	if body := thread.Notes[0].Body; !strings.Contains(body, "```suggestion:-0+0\n```") {
		t.Errorf("no suggestion in:\n%s", body)
	}
	if body := note.Notes[0].Body; !note.Note || !strings.HasPrefix(body, "<!-- dockmend-summary:v1 dockmend -->") || !strings.Contains(body, "1 warning") {
		t.Errorf("the summary is:\n%s", body)
	}
	if _, err := os.Stat(filepath.Join(j.history.Dir, "gl-code-quality-report.json")); err != nil {
		t.Error(err)
	}
	j.run(exitFindings, j.local())
	if len(m.Discussions) != 2 || j.Published() != 1 {
		t.Errorf("the same again makes %d discussions, %d reviews", len(m.Discussions), j.Published())
	}

	j.Commit("changes", "alice", map[string]string{"Dockerfile": strings.Replace(labAfter, "CMD [\"sh\"]\n", "", 1)})
	j.history.Write(map[string]string{"Dockerfile": strings.Replace(labAfter, "CMD [\"sh\"]\n", "", 1)})
	j.history.Commit()
	env := j.local()
	env["CI_MERGE_REQUEST_DIFF_BASE_SHA"] = strings.TrimSpace(j.history.Git("rev-parse", "HEAD~2"))
	env["CI_COMMIT_SHA"] = j.Tip("changes")
	out = j.run(exitClean, env)
	if !thread.Resolved || strings.Contains(note.Notes[0].Body, "1 warning") {
		t.Errorf("resolved %t, and the summary says:\n%s\n%s", thread.Resolved, note.Notes[0].Body, out)
	}
}

// Without a token there is one line that says why; a fork has none.
func TestCIOnGitLabWithoutToken(t *testing.T) {
	j := newGitLabJob(t)
	env := j.local()
	env["GITLAB_TOKEN"] = ""
	if out := j.run(exitFindings, env); strings.Count(out, "CI_JOB_TOKEN") != 1 {
		t.Errorf("want one line:\n%s", out)
	}
	env["CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"] = "alice/fork"
	if out := j.run(exitFindings, env); strings.Count(out, "pipelines of forks") != 1 {
		t.Errorf("want one line:\n%s", out)
	}
	env["GITLAB_TOKEN"] = "glpat-example"
	j.Scope = "read_api"
	if out := j.run(exitFindings, env); !strings.Contains(out, "permissions: scope api") {
		t.Errorf("the missing scope is not named:\n%s", out)
	}
	if n := len(j.Requests()[0].Discussions); n != 0 {
		t.Errorf("%d discussions", n)
	}
}

// On the default branch, fixes are proposed, and the next run knows what this one found.
func TestCIProposesOnGitLab(t *testing.T) {
	j := newGitLabJob(t)
	j.Commit("main", "somebody", map[string]string{"Dockerfile": labAfter})
	env := map[string]string{
		"CI_MERGE_REQUEST_IID": "", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "", "CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_SHA": j.Tip("main"),
	}
	out := j.run(exitClean, env, "--fix-pr", "unsafe")
	if all := j.Requests(); len(all) != 2 || all[1].Source != "dockmend-fixes" || !strings.Contains(out, "merge request 2 proposes 1 fixed file") {
		t.Fatalf("%d merge requests:\n%s", len(all), out)
	}
	if got := j.Files("dockmend-fixes")["Dockerfile"]; strings.Contains(got, `"sh"`) {
		t.Errorf("the branch has:\n%s", got)
	}
	j.history.Write(map[string]string{"Dockerfile": labBefore})
	j.history.Commit()
	j.Commit("main", "somebody", map[string]string{"Dockerfile": labBefore})
	env["CI_COMMIT_SHA"] = j.Tip("main")
	out = j.run(exitClean, env, "--fix-pr", "unsafe")
	if !strings.Contains(out, "0 findings new, 1 gone") || j.Requests()[1].State != "closed" || j.Tip("dockmend-fixes") != "" {
		t.Errorf("the merge request is %s:\n%s", j.Requests()[1].State, out)
	}
}
