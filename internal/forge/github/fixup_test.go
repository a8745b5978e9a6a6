package github

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
)

// fixupBranch is the branch that nobody configured.
const fixupBranch = "dockmend-fixes"

const (
	shellForm = "FROM a:1\nCMD x y\n"
	execForm  = "FROM a:1\nCMD [\"x\", \"y\"]\n"
)

// repo is a repository and runs on its default branch.
type repo struct {
	t   *testing.T
	hub *fakehub.Hub
	*fakehub.Repo
	// want changes what a run proposes.
	want func(*review.Fixup)
	// timeout bounds one request.
	timeout time.Duration
}

func newRepo(t *testing.T, hub *fakehub.Hub, files map[string]string) *repo {
	t.Helper()
	return &repo{t: t, hub: hub, Repo: hub.NewRepo(files), want: func(*review.Fixup) {}, timeout: 5 * time.Second}
}

// mendedFile is a file whose commands a run rewrites.
func mendedFile(path, before string) review.FixupFile {
	f := review.FixupFile{Path: path, Before: []byte(before), After: []byte(strings.ReplaceAll(before, "CMD x y", `CMD ["x", "y"]`))}
	for i := range strings.Count(before, "CMD x y") {
		f.Changes = append(f.Changes, review.FixupChange{
			Rule: &lint.Meta{ID: "shell-form-command", Title: "a shell keeps the stop signal"}, Title: "Rewrite as a JSON array",
			Key: keyOf(fmt.Sprint(path, i, before)), Safe: true,
			Proof: lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd"}},
		})
	}
	return f
}

func keyOf(s string) string { return files.BlobHash([]byte(s), 40)[:16] }

// fixup is what a run on the default branch's checkout proposes.
func (r *repo) fixup() *review.Fixup {
	f := &review.Fixup{Platform: platform(), Category: "dockmend", SHA: r.Tip(r.Default), Complete: true, Server: "https://github.com"}
	files := r.Read(r.Default)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_, path, _ := strings.Cut(name, " ")
		if strings.Contains(files[name], "CMD x y") {
			f.Files = append(f.Files, mendedFile(path, files[name]))
		}
	}
	r.want(f)
	return f
}

func (r *repo) client() *Client {
	r.t.Helper()
	c, err := NewClient(Server{
		URL: r.hub.URL, Token: "t", Repository: "octocat/Hello-World", Timeout: r.timeout, Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// run is one run; it returns what was written, as "POST /git/refs".
func (r *repo) run() (out *review.Proposed, writes []string) {
	r.t.Helper()
	from := len(r.hub.Calls())
	out = r.client().Propose(context.Background(), r.fixup())
	for _, call := range r.hub.Calls()[from:] {
		if method, path, _ := strings.Cut(call, " "); method != http.MethodGet {
			writes = append(writes, method+" "+strings.TrimPrefix(path, "/repos/octocat/Hello-World"))
		}
	}
	return out, writes
}

func (r *repo) pulls(states ...string) {
	r.t.Helper()
	var got []string
	for _, p := range r.Pulls() {
		got = append(got, p.State)
	}
	if !slices.Equal(got, states) {
		r.t.Errorf("pull requests %v, want %v", got, states)
	}
}

func (r *repo) noted(out *review.Proposed, words string) {
	r.t.Helper()
	if !strings.Contains(strings.Join(out.Notes, "\n"), words) {
		r.t.Errorf("the notes do not say %q: %q", words, out.Notes)
	}
}

// ahead tells what the usual branch has beyond the default one.
func (r *repo) ahead() []string {
	base := r.Read(r.Default)
	var changed []string
	for name, content := range r.Read(fixupBranch) {
		if base[name] != content {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return changed
}

func TestFixupFirstRun(t *testing.T) {
	r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm, "100755 api/Dockerfile": shellForm, "README.md": "x\n"})
	r.want = func(f *review.Fixup) {
		f.Labels, f.Assignees, f.Reviewers, f.Draft = []string{"dependencies"}, []string{"ann"}, []string{"ben"}, true
	}
	out, writes := r.run()
	want := []string{
		"POST /git/trees", "POST /git/commits", "POST /git/refs", "POST /pulls",
		"POST /issues/1/labels", "POST /issues/1/assignees", "POST /pulls/1/requested_reviewers",
	}
	if !slices.Equal(writes, want) {
		t.Errorf("writes %q, want %q", writes, want)
	}
	if got, want := r.ahead(), []string{"100644 Dockerfile", "100755 api/Dockerfile"}; !slices.Equal(got, want) {
		t.Errorf("the branch changes %q, want %q", got, want)
	}
	if content := r.Read(fixupBranch)["100755 api/Dockerfile"]; content != execForm {
		t.Errorf("the branch has %q", content)
	}
	p := r.Pulls()[0]
	if p.Base != "main" || p.Head != fixupBranch || !p.Draft || !slices.Equal(p.Labels, []string{"dependencies"}) ||
		!slices.Equal(p.Assignees, []string{"ann"}) || !slices.Equal(p.Reviewers, []string{"ben"}) {
		t.Errorf("the pull request is %+v", p)
	}
	for _, words := range []string{
		"2 findings in 2 files", "### `api/Dockerfile`", "Rewrite as a JSON array", "| same build steps, and only the image's configuration changes: Cmd |", "-CMD x y\n+CMD [\"x\", \"y\"]",
		"# dockmend ignore=RULE -- reason", "rules/shell-form-command", "All changes are safe",
	} {
		if !strings.Contains(p.Body, words) {
			t.Errorf("the description does not say %q:\n%s", words, p.Body)
		}
	}
	if out.Number != 1 || out.URL != "https://github.com/o/r/pull/1" {
		t.Errorf("outputs %d %q", out.Number, out.URL)
	}
	r.noted(out, "wait for approval")

	out, writes = r.run()
	if len(writes) != 0 || out.Number != 1 {
		t.Errorf("a second run writes %q and gives %+v", writes, out)
	}
}

// A life: each step is a run, and what may happen between two.
func TestFixupLife(t *testing.T) {
	r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
	r.run()
	first := r.Tip(fixupBranch)

	r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
	out, writes := r.run()
	if !slices.Equal(writes, []string{"POST /git/trees", "POST /git/commits", "PATCH /git/refs/heads/dockmend-fixes"}) {
		t.Errorf("after its base moved: writes %q", writes)
	}
	if r.Tip(fixupBranch) == first || r.Parents(r.Tip(fixupBranch))[0] != r.Tip("main") || out.Number != 1 {
		t.Errorf("the branch is not made anew on its base: %+v", out)
	}
	r.pulls("open")

	// A person writes outside of our region, and another finding comes up.
	r.Edit(1, func(body string) string {
		return "Please look by Friday.\r\n" + strings.ReplaceAll(body, "\n", "\r\n") + "Thanks."
	})
	r.Commit("main", "somebody", map[string]string{"api/Dockerfile": shellForm})
	r.run()
	body := r.Pulls()[0].Body
	if !strings.HasPrefix(body, "Please look by Friday.\n") || !strings.HasSuffix(body, "Thanks.") || !strings.Contains(body, "2 findings in 2 files") {
		t.Errorf("the description is\n%s", body)
	}
	if _, writes := r.run(); len(writes) != 0 {
		t.Errorf("with a person's words around: writes %q", writes)
	}

	// A person commits to the branch.
	mine := r.Commit(fixupBranch, "ann", map[string]string{"notes.txt": "mine\n"})
	r.Commit("main", "somebody", map[string]string{"README.md": "newer\n"})
	out, writes = r.run()
	if !slices.Equal(writes, []string{"POST /issues/1/comments"}) || r.Tip(fixupBranch) != mine {
		t.Errorf("with somebody's commit: writes %q", writes)
	}
	r.noted(out, "dockmend did not make")
	if _, writes := r.run(); len(writes) != 0 {
		t.Errorf("it says so again: %q", writes)
	}
	if n := len(r.Pulls()[0].Comments); n != 1 {
		t.Errorf("%d comments, want one", n)
	}

	// They want it made anew.
	r.tick(1)
	r.run()
	if r.Tip(fixupBranch) == mine || r.Read(fixupBranch)["100644 notes.txt"] != "" || review.AskedAgain(r.Pulls()[0].Body) {
		t.Error("the box does not start over")
	}

	// All is fixed by hand.
	r.Commit("main", "somebody", map[string]string{"Dockerfile": execForm, "api/Dockerfile": execForm})
	out, _ = r.run()
	r.pulls("closed")
	if r.Tip(fixupBranch) != "" || out.Number != 0 {
		t.Errorf("the branch is at %q, %+v", r.Tip(fixupBranch), out)
	}
	r.noted(out, "nothing is left")
	if _, writes := r.run(); len(writes) != 0 {
		t.Errorf("nothing to do, and writes %q", writes)
	}

	// The same finding comes back: it was not a person who closed.
	r.Commit("main", "somebody", map[string]string{"Dockerfile": shellForm})
	r.run()
	r.pulls("closed", "open")

	r.Merge(fixupBranch)
	if p := r.Pulls()[1]; !p.Merged {
		t.Fatal("the fake does not merge")
	}
	if _, writes := r.run(); len(writes) != 0 {
		t.Errorf("after the merge: writes %q", writes)
	}
	r.Commit("main", "somebody", map[string]string{"b/Dockerfile": shellForm})
	r.run()
	r.pulls("closed", "closed", "open")
}

func (r *repo) tick(number int) {
	r.Edit(number, func(body string) string {
		return strings.Replace(body, "- [ ] "+review.AgainBox, "- [x] "+review.AgainBox, 1)
	})
}

func TestFixupDeclined(t *testing.T) {
	closed := map[string]func(*repo){
		"closed by a person": func(r *repo) { r.Close(1) },
		"branch deleted":     func(r *repo) { r.Move(fixupBranch, "") },
		"branch reset to its base, so that GitHub closes it for good": func(r *repo) { r.Move(fixupBranch, r.Tip("main")) },
		"branch reset to what its base stands on": func(r *repo) {
			older := r.Tip("main")
			r.Commit("main", "somebody", map[string]string{"notes.txt": "new\n"})
			r.pulls("open")
			r.Move(fixupBranch, older)
		},
	}
	for name, do := range closed {
		t.Run(name, func(t *testing.T) {
			r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
			r.run()
			do(r)
			r.pulls("closed")
			out, writes := r.run()
			if len(writes) != 0 || out.Number != 0 {
				t.Errorf("writes %q, %+v", writes, out)
			}
			r.noted(out, "closed without a merge")

			r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
			if _, writes := r.run(); len(writes) != 0 {
				t.Errorf("after its base moved: writes %q", writes)
			}
		})
	}
	t.Run("something new", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.run()
		r.Close(1)
		r.Commit("main", "somebody", map[string]string{"api/Dockerfile": shellForm})
		r.run()
		r.pulls("closed", "open")
		r.Close(2)
		if _, writes := r.run(); len(writes) != 0 {
			t.Errorf("closed again: writes %q", writes)
		}
	})
	t.Run("asked again", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.run()
		r.Close(1)
		r.tick(1)
		r.run()
		r.pulls("closed", "open")
		r.Close(2)
		if _, writes := r.run(); len(writes) != 0 {
			t.Errorf("closed once more: writes %q", writes)
		}
	})
}

func TestFixupRefused(t *testing.T) {
	t.Run("the setting is off", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.NoPulls = true
		out, _ := r.run()
		r.noted(out, "Allow GitHub Actions to create and approve pull requests")
		r.noted(out, "https://github.com/octocat/Hello-World/compare/main...dockmend-fixes?expand=1")
		r.pulls()
		tip := r.Tip(fixupBranch)

		r.Open(fixupBranch, "main", "opened by hand") // by the link
		out, writes := r.run()
		if len(writes) != 0 || out.Number != 1 {
			t.Errorf("writes %q, %+v", writes, out)
		}
		r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
		r.run()
		if r.Tip(fixupBranch) == tip || r.Pulls()[0].Body != "" {
			t.Error("the pull request that a person opened is not kept up to date, or its description is not theirs")
		}
	})
	t.Run("the setting is switched on later", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.NoPulls = true
		r.run()
		r.NoPulls = false
		out, writes := r.run()
		if !slices.Equal(writes, []string{"POST /pulls"}) || out.Number != 1 {
			t.Errorf("writes %q, %+v", writes, out)
		}
	})
	t.Run("the token can only read", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"}
		out, _ := r.run()
		r.noted(out, "contents: write, pull-requests: write")
		if len(out.Notes) != 1 || len(r.Branches()) != 1 {
			t.Errorf("%d notes, branches %v", len(out.Notes), r.Branches())
		}
		r.hub.Grants = nil
		r.run()
		r.pulls("open")
	})
	t.Run("the branch is protected", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.Protected = []string{fixupBranch}
		out, _ := r.run()
		r.noted(out, "repository rule violations")
		r.pulls()
	})
	t.Run("people who cannot review, and no drafts", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.NoDrafts = true
		r.want = func(f *review.Fixup) { f.Draft, f.Reviewers = true, []string{"stranger", "org/team"} }
		out, _ := r.run()
		r.pulls("open")
		r.noted(out, "is not a draft")
		r.noted(out, "no reviewers")
		r.noted(out, "no reviewing teams")
	})
	t.Run("the branch is somebody's", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		tip := r.Commit(fixupBranch, "ann", map[string]string{"mine.txt": "x\n"})
		out, writes := r.run()
		if len(writes) != 0 || r.Tip(fixupBranch) != tip {
			t.Errorf("writes %q", writes)
		}
		r.noted(out, "dockmend did not create")
	})
	for _, name := range []string{"main", "dockmend-state", "a..b", "a b", "-x", "x.lock", "a//b"} {
		t.Run("a branch named "+name, func(t *testing.T) {
			r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
			r.want = func(f *review.Fixup) { f.Branch = name }
			out, writes := r.run()
			if len(writes) != 0 {
				t.Errorf("writes %q", writes)
			}
			r.noted(out, "pull-request.branch")
		})
	}
}

func TestFixupScope(t *testing.T) {
	t.Run("not what the base has otherwise, nor workflows and links", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{
			"Dockerfile": shellForm, "old/Dockerfile": shellForm, ".github/workflows/Dockerfile": shellForm, "120000 link/Dockerfile": shellForm,
		})
		for _, truncated := range []bool{false, true} {
			r.Truncated = truncated
			r.want = func(f *review.Fixup) {
				for i := range f.Files {
					if f.Files[i].Path == "old/Dockerfile" {
						f.Files[i].Before = []byte("FROM b\nCMD x y\n")
					}
				}
			}
			out, _ := r.run()
			r.pulls("open")
			if got := r.ahead(); !slices.Equal(got, []string{"100644 Dockerfile"}) {
				t.Errorf("truncated %v: changed %q", truncated, got)
			}
			r.noted(out, "main and this checkout differ: old/Dockerfile")
			r.noted(out, "link/Dockerfile")
		}
	})
	t.Run("bytes that are no plain text", func(t *testing.T) {
		before := "\ufeffFROM a:1\r\n# \xe9\r\nCMD x y\r\n"
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": before})
		_, writes := r.run()
		if !slices.Contains(writes, "POST /git/blobs") || r.Read(fixupBranch)["100644 Dockerfile"] != strings.Replace(before, "CMD x y", `CMD ["x", "y"]`, 1) {
			t.Errorf("writes %q, the branch has %q", writes, r.Read(fixupBranch))
		}
	})
	t.Run("another base", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.Commit("develop", "somebody", map[string]string{"new.txt": "x\n"})
		r.want = func(f *review.Fixup) { f.Base, f.SHA = "develop", r.Tip("develop") }
		r.run()
		if p := r.Pulls()[0]; p.Base != "develop" || r.Parents(r.Tip(fixupBranch))[0] != r.Tip("develop") {
			t.Errorf("%+v", p)
		}
	})
	t.Run("a category each", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"a/b/Dockerfile": shellForm, "a-b/Dockerfile": shellForm})
		for _, category := range []string{"dockmend/a/b", "dockmend/a-b", "dockmend/a/b"} {
			r.want = func(f *review.Fixup) {
				f.Category = category
				below := strings.TrimPrefix(category, "dockmend/") + "/"
				f.Files = slices.DeleteFunc(f.Files, func(x review.FixupFile) bool { return !strings.HasPrefix(x.Path, below) })
			}
			r.run()
		}
		r.pulls("open", "open")
		if p := r.Pulls(); p[0].Head == p[1].Head || !strings.HasPrefix(p[0].Head, "dockmend-fixes-a-b-") {
			t.Errorf("branches %q and %q", p[0].Head, p[1].Head)
		}
	})
	t.Run("a run that looked at another commit takes nothing back", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.run()
		r.want = func(f *review.Fixup) { f.Files, f.SHA = nil, strings.Repeat("e", 40) } // dispatched on a branch where it is mended
		out, writes := r.run()
		if len(writes) != 0 || out.Number != 1 {
			t.Errorf("writes %q, %+v", writes, out)
		}
		r.noted(out, "this run checked eeeeeeeeeeee")
	})
	t.Run("an incomplete run takes nothing back", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.run()
		r.want = func(f *review.Fixup) { f.Files, f.Complete = nil, false }
		out, writes := r.run()
		if len(writes) != 0 || out.Number != 1 {
			t.Errorf("writes %q, %+v", writes, out)
		}
	})
}
