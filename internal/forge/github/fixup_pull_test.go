package github

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/review"
)

const feature = "feature/x"

// newParent is a repository with the pull request 1, from feature into main, and
// runs on its head.
func newParent(t *testing.T, hub *fakehub.Hub, direct bool, files map[string]string) *repo {
	t.Helper()
	r := newRepo(t, hub, map[string]string{"Dockerfile": execForm, "README.md": "x\n"})
	r.Commit(feature, "ann", files)
	r.Open(feature, "main", "a feature")
	r.want = func(f *review.Fixup) { r.forPull(f, direct) }
	return r
}

// forPull makes f that of a run on the pull request's head.
func (r *repo) forPull(f *review.Fixup, direct bool) {
	f.Pull, f.Direct, f.SHA, f.Files = 1, direct, r.Tip(feature), nil
	files := r.Read(feature)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if _, path, _ := strings.Cut(name, " "); strings.Contains(files[name], "CMD x y") {
			f.Files = append(f.Files, mendedFile(path, files[name]))
		}
	}
}

func (r *repo) silent(what string) *review.Proposed {
	r.t.Helper()
	out, writes := r.run()
	if len(writes) != 0 {
		r.t.Errorf("%s: writes %q", what, writes)
	}
	return out
}

func TestFixupCommit(t *testing.T) {
	t.Run("a life", func(t *testing.T) {
		r := newParent(t, fakehub.New(t), true, map[string]string{"100755 Dockerfile": shellForm, ".github/workflows/Dockerfile": shellForm})
		head := r.Tip(feature)
		out, writes := r.run()
		if want := []string{"POST /git/trees", "POST /git/commits", "PATCH /git/refs/heads/feature/x"}; !slices.Equal(writes, want) {
			t.Errorf("writes %q, want %q", writes, want)
		}
		if tip := r.Tip(feature); out.Commit != tip || !slices.Equal(r.Parents(tip), []string{head}) || !slices.Equal(out.Committed, []string{"Dockerfile"}) || out.Number != 0 {
			t.Errorf("the branch is at %s on %v: %+v", tip, r.Parents(tip), out)
		}
		if content := r.Read(feature)["100755 Dockerfile"]; content != execForm {
			t.Errorf("the branch has %q", content)
		}
		r.noted(out, ".github/workflows/Dockerfile")
		r.noted(out, "no checks run for commit")
		r.silent("a run on our own commit")

		// Somebody takes it back, and that is the end of it.
		r.Commit(feature, "ann", map[string]string{"100755 Dockerfile": shellForm})
		r.noted(r.silent("taken back"), "was reverted")

		r.Commit(feature, "ann", map[string]string{"api/Dockerfile": shellForm})
		out, _ = r.run()
		if files := r.Read(feature); files["100644 api/Dockerfile"] != execForm || files["100755 Dockerfile"] != shellForm {
			t.Errorf("something new: the branch has %q, %+v", files, out)
		}
		r.silent("again")

		r.Close(1)
		r.Commit(feature, "ann", map[string]string{"b/Dockerfile": shellForm})
		r.silent("closed")
		r.pulls("closed")
	})
	// An app's token starts a run of our own commit, and a fix that never comes to
	// rest would start another one for ever.
	t.Run("no endless loop", func(t *testing.T) {
		r := newParent(t, fakehub.New(t), true, map[string]string{"Dockerfile": shellForm})
		r.run()
		r.want = func(f *review.Fixup) {
			r.forPull(f, true)
			file := mendedFile("Dockerfile", shellForm)
			file.Before, file.After = []byte(execForm), []byte("FROM a:1\nCMD x y # again\n")
			f.Files = []review.FixupFile{file}
		}
		r.noted(r.silent("a fix that turns back and forth"), "was reverted")
	})
	t.Run("as the rules ask for signed commits", func(t *testing.T) {
		r := newParent(t, fakehub.New(t), true, map[string]string{"Dockerfile": shellForm, "100755 b/Dockerfile": shellForm})
		r.Signed, r.UserToken = []string{feature}, true
		out, _ := r.run()
		if files := r.Read(feature); files["100644 Dockerfile"] != execForm || files["100755 b/Dockerfile"] != shellForm || out.Commit != r.Tip(feature) {
			t.Errorf("the branch has %q, %+v", files, out)
		}
		r.noted(out, "executable bit: b/Dockerfile")
		if got := r.Branches(); !slices.Equal(got, []string{feature, "main"}) {
			t.Errorf("branches %q", got)
		}
	})
	// The head moves at each of our calls: somebody's commit is never lost, and
	// this run's is never on top of what it did not see.
	for _, at := range []string{"GET /pulls/{pull_number}", "POST /git/trees", "POST /git/commits", "PATCH /git/refs/{ref}"} {
		t.Run("the head moves at "+at, func(t *testing.T) {
			r := newParent(t, fakehub.New(t), true, map[string]string{"Dockerfile": shellForm})
			mine, seen := "", r.Tip(feature)
			r.want = func(f *review.Fixup) { r.forPull(f, true); f.SHA = seen }
			r.Before = func(call string) {
				if call == at && mine == "" {
					mine = r.Commit(feature, "ann", map[string]string{"notes.txt": "mine\n"})
				}
			}
			out, _ := r.run()
			if r.Tip(feature) != mine || out.Commit != "" {
				t.Errorf("the branch is not at somebody's commit: %+v", out)
			}
			r.noted(out, "this run checked "+seen[:12])
		})
	}
	for _, at := range []string{"GET /pulls/{pull_number}", "POST /git/trees", "POST /git/commits", "PATCH /git/refs/{ref}"} {
		t.Run("two at once, at "+at, func(t *testing.T) {
			r := newParent(t, fakehub.New(t), true, map[string]string{"Dockerfile": shellForm})
			head, done := r.Tip(feature), false
			f := r.fixup()
			r.want = func(mine *review.Fixup) { *mine = *f }
			r.Before = func(call string) {
				if call == at && !done {
					done = true
					r.client().Propose(context.Background(), f)
				}
			}
			r.run()
			if tip := r.Tip(feature); !slices.Equal(r.Parents(tip), []string{head}) {
				t.Error("there is not one commit in the end")
			}
		})
	}
	for _, call := range []string{"GET /pulls/{pull_number}", "GET /git/ref/", "GET /git/trees/", "POST /git/trees", "POST /git/commits", "PATCH /git/refs/{ref}"} {
		for _, kind := range []fakehub.Fault{{Kind: fakehub.Refused, Status: 403}, {Kind: fakehub.Refused, Status: 502}, {Kind: fakehub.Lost}, {Kind: fakehub.Cut}, {Kind: fakehub.HangsLate}} {
			fault := kind
			fault.Call, fault.Times = call, 1
			t.Run(fault.String(), func(t *testing.T) {
				t.Parallel()
				r := newParent(t, fakehub.New(t), true, map[string]string{"Dockerfile": shellForm})
				head := r.Tip(feature)
				r.timeout = 500 * time.Millisecond
				r.hub.Faults = []*fakehub.Fault{&fault}
				r.run()
				r.timeout = 5 * time.Second
				r.run()
				if tip := r.Tip(feature); !slices.Equal(r.Parents(tip), []string{head}) || r.Read(feature)["100644 Dockerfile"] != execForm {
					t.Errorf("the branch has %q on %v", r.Read(feature), r.Parents(tip))
				}
				r.silent("a third run")
			})
		}
	}
}

// Where there may be neither a commit nor a pull request.
func TestFixupPullElsewhere(t *testing.T) {
	for _, direct := range []bool{true, false} {
		name := map[bool]string{true: "commit: ", false: "pull request: "}[direct]
		for _, tt := range []struct {
			name, words string
			with        func(*repo)
		}{
			{"a fork's", "from another repository", func(r *repo) { r.Pulls()[0].Fork = "stranger/Hello-World" }},
			{"dockmend's own", "dockmend's own", func(r *repo) { r.Pulls()[0].Head = fixupBranch + "-api-123456" }},
			{"a token that can only read", "contents: write", func(r *repo) { r.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"} }},
			{"a token that may not even look", "pull-requests: read", func(r *repo) { r.hub.Grants = map[string]string{"contents": "write"} }},
			{"a branch that is protected", "rule violations", func(r *repo) { r.Protected = []string{feature, fixupBranch + "-pr-1"} }},
			{"an older head", "this run checked", func(r *repo) {
				sha := r.Tip(feature)
				r.Commit(feature, "ann", map[string]string{"notes.txt": "mine\n"})
				r.want = func(f *review.Fixup) { r.forPull(f, direct); f.SHA = sha }
			}},
			{"a file that the head has otherwise", "and this checkout differ", func(r *repo) {
				r.want = func(f *review.Fixup) { r.forPull(f, direct); f.Files[0].Before = []byte("FROM b\nCMD x y\n") }
			}},
		} {
			t.Run(name+tt.name, func(t *testing.T) {
				r := newParent(t, fakehub.New(t), direct, map[string]string{"Dockerfile": shellForm})
				tt.with(r)
				tip := r.Tip(feature)
				out, _ := r.run()
				if r.Tip(feature) != tip || len(r.Pulls()) != 1 || len(r.Branches()) != 2 {
					t.Errorf("something was written: %+v, branches %q", out, r.Branches())
				}
				r.noted(out, tt.words)
			})
		}
	}
	t.Run("commit: from the default branch", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.Commit("release", "ann", map[string]string{"x": "y\n"})
		r.Open("main", "release", "release")
		r.want = func(f *review.Fixup) { f.Pull, f.Direct = 1, true }
		r.noted(r.silent("a commit on main"), "the default branch")
	})
}

func TestFixupPull(t *testing.T) {
	const branch = fixupBranch + "-pr-1"
	fresh := func(t *testing.T) *repo {
		t.Helper()
		return newParent(t, fakehub.New(t), false, map[string]string{"Dockerfile": shellForm})
	}
	t.Run("a life", func(t *testing.T) {
		r := fresh(t)
		out, _ := r.run()
		r.pulls("open", "open")
		p := r.Pulls()[1]
		if out.Number != 2 || p.Base != feature || p.Head != branch || p.Title != "Fix container files of #1 with dockmend" || !strings.Contains(p.Body, "new in #1") {
			t.Errorf("%+v, %+v", out, p)
		}
		if r.Read(branch)["100644 Dockerfile"] != execForm || r.Read(feature)["100644 Dockerfile"] != shellForm {
			t.Errorf("the branch has %q", r.Read(branch))
		}
		r.silent("a second run")

		r.Commit(feature, "ann", map[string]string{"notes.txt": "x\n"})
		r.run()
		if r.Parents(r.Tip(branch))[0] != r.Tip(feature) {
			t.Error("the branch is not made anew on its base")
		}
		r.silent("a run after it")

		mine := r.Commit(branch, "ann", map[string]string{"mine.txt": "x\n"})
		r.Commit(feature, "ann", map[string]string{"notes.txt": "y\n"})
		_, writes := r.run()
		if !slices.Equal(writes, []string{"POST /issues/2/comments"}) || r.Tip(branch) != mine {
			t.Errorf("with somebody's commit: writes %q", writes)
		}
		r.silent("with somebody's commit, again")
		r.tick(2)
		r.run()
		if r.Tip(branch) == mine {
			t.Error("the box does not start over")
		}

		r.Commit(feature, "ann", map[string]string{"Dockerfile": execForm}) // by hand
		out, _ = r.run()
		r.pulls("open", "closed")
		r.noted(out, "nothing is left")
		if r.Tip(branch) != "" {
			t.Error("the branch is left")
		}
		r.silent("nothing left to do")
	})
	t.Run("merged by a person", func(t *testing.T) {
		r := fresh(t)
		r.run()
		r.MergeInto(feature, branch)
		r.pulls("open", "closed")
		if !r.Pulls()[1].Merged || r.Read(feature)["100644 Dockerfile"] != execForm {
			t.Fatal("the fake does not merge")
		}
		r.silent("after the merge")
	})
	t.Run("closed by a person", func(t *testing.T) {
		r := fresh(t)
		r.run()
		r.Close(2)
		r.noted(r.silent("closed"), "closed without a merge")
		r.Commit(feature, "ann", map[string]string{"api/Dockerfile": shellForm})
		r.run()
		r.pulls("open", "closed", "open")
	})
	for name, do := range map[string]func(*repo){
		"branch deleted":           func(r *repo) { r.Move(branch, "") },
		"branch reset to its base": func(r *repo) { r.Move(branch, r.Tip(feature)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := fresh(t)
			r.run()
			do(r)
			r.pulls("open", "closed")
			r.noted(r.silent(name), "closed without a merge")
			r.tick(2)
			r.run()
			r.pulls("open", "closed", "open")
		})
	}
	t.Run("the head moves meanwhile", func(t *testing.T) {
		r := fresh(t)
		seen, moved := r.Tip(feature), false
		r.want = func(f *review.Fixup) { r.forPull(f, false); f.SHA = seen }
		r.Before = func(call string) {
			if call == "POST /git/commits" && !moved {
				moved = true
				r.Commit(feature, "ann", map[string]string{"notes.txt": "x\n"})
			}
		}
		out, _ := r.run()
		r.noted(out, "this run checked")
		r.pulls("open")
		if r.Tip(branch) != "" {
			t.Error("a branch on an older head")
		}
	})
	for name, end := range map[string]func(r *repo){
		"closed":                             func(r *repo) { r.Close(1) },
		"merged":                             func(r *repo) { r.Merge(feature) },
		"merged, and its branch deleted":     func(r *repo) { r.Merge(feature); r.Move(feature, "") },
		"closed, and its branch deleted":     func(r *repo) { r.Close(1); r.Move(feature, "") },
		"closed, when ours was merged first": func(r *repo) { r.MergeInto(feature, branch); r.Close(1) },
	} {
		t.Run("the pull request that it is for is "+name, func(t *testing.T) {
			r := fresh(t)
			r.run()
			end(r)
			r.want = func(f *review.Fixup) { f.Pull, f.Files, f.SHA = 1, nil, "" }
			r.run()
			if p := r.Pulls()[1]; p.State != "closed" || r.Tip(branch) != "" {
				t.Errorf("%s into %s, branches %q", p.State, p.Base, r.Branches())
			}
			r.silent("again")
		})
	}
	t.Run("the pull request that it is for is merged, and ours has somebody's commits", func(t *testing.T) {
		r := fresh(t)
		r.run()
		mine := r.Commit(branch, "ann", map[string]string{"mine.txt": "x\n"})
		r.Merge(feature)
		r.Move(feature, "")
		r.want = func(f *review.Fixup) { f.Pull, f.Files, f.SHA = 1, nil, "" }
		r.noted(r.silent("somebody's work"), "dockmend did not make")
		if p := r.Pulls()[1]; p.State != "open" || p.Base != "main" || r.Tip(branch) != mine {
			t.Errorf("%+v", p)
		}
	})
	t.Run("the setting is off", func(t *testing.T) {
		r := fresh(t)
		r.NoPulls = true
		out, _ := r.run()
		r.noted(out, "compare/feature%2Fx..."+branch+"?expand=1")
		r.pulls("open")
	})
	t.Run("502 for good between the commit and the pull request", func(t *testing.T) {
		r := fresh(t)
		r.hub.Faults = []*fakehub.Fault{{Call: "POST /pulls", Kind: fakehub.Refused, Status: 502}}
		r.run()
		r.pulls("open")
		r.hub.Faults = nil
		r.run()
		r.pulls("open", "open")
		r.silent("a third run")
	})
	for _, at := range []string{"GET /pulls", "POST /git/trees", "POST /git/refs", "POST /pulls"} {
		t.Run("two at once, at "+at, func(t *testing.T) {
			r := fresh(t)
			done := false
			r.Before = func(call string) {
				if call == at && !done {
					done = true
					r.client().Propose(context.Background(), r.fixup())
				}
			}
			r.run()
			r.pulls("open", "open")
			r.silent("the next run")
		})
	}
}
