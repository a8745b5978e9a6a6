package github

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// newSigned is a repository whose rules ask for signed commits, and a person's
// token, for which REST signs none.
func newSigned(t *testing.T, hub *fakehub.Hub, files map[string]string) *repo {
	t.Helper()
	r := newRepo(t, hub, files)
	r.Signed, r.UserToken = []string{fixupBranch}, true
	return r
}

func TestFixupSigned(t *testing.T) {
	t.Run("a life", func(t *testing.T) {
		r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm, "100755 run/Dockerfile": shellForm, "b/Dockerfile": "\ufeffFROM a\r\nCMD x y\r\n"})
		out, writes := r.run()
		r.pulls("open")
		if out.Number != 1 || !slices.Contains(writes, "POST /graphql") {
			t.Errorf("%+v, writes %q", out, writes)
		}
		r.noted(out, "executable bit: run/Dockerfile")
		if got, want := r.ahead(), []string{"100644 Dockerfile", "100644 b/Dockerfile"}; !slices.Equal(got, want) {
			t.Errorf("the branch changes %q, want %q", got, want)
		}
		if content := r.Read(fixupBranch)["100644 b/Dockerfile"]; content != "\ufeffFROM a\r\nCMD [\"x\", \"y\"]\r\n" {
			t.Errorf("the branch has %q", content)
		}
		if got, want := r.Branches(), []string{fixupBranch, "main"}; !slices.Equal(got, want) {
			t.Errorf("branches %q, want %q", got, want)
		}
		out, writes = r.run()
		if len(writes) != 0 || out.Number != 1 {
			t.Errorf("a second run writes %q and gives %+v", writes, out)
		}

		// Were the branch reset to its base on the way, GitHub had closed it.
		r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
		r.run()
		r.pulls("open")
		if r.Parents(r.Tip(fixupBranch))[0] != r.Tip("main") {
			t.Error("the branch is not made anew on its base")
		}

		r.Commit("main", "somebody", map[string]string{"Dockerfile": execForm, "b/Dockerfile": execForm, "100755 run/Dockerfile": execForm})
		r.run()
		r.pulls("closed")
		if got := r.Branches(); !slices.Equal(got, []string{"main"}) {
			t.Errorf("branches %q are left", got)
		}
	})
	t.Run("the job's token, for which GitHub signs by itself", func(t *testing.T) {
		r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm, "100755 run/Dockerfile": shellForm})
		r.UserToken = false
		_, writes := r.run()
		if slices.Contains(writes, "POST /graphql") || len(r.ahead()) != 2 {
			t.Errorf("writes %q, the branch changes %q", writes, r.ahead())
		}
	})
	t.Run("nothing but what is executable", func(t *testing.T) {
		r := newSigned(t, fakehub.New(t), map[string]string{"100755 Dockerfile": shellForm})
		out, _ := r.run()
		r.pulls()
		r.noted(out, "executable bit: Dockerfile")
		if got := r.Branches(); !slices.Equal(got, []string{"main"}) {
			t.Errorf("branches %q", got)
		}
	})
	t.Run("a scratch branch that a run left behind", func(t *testing.T) {
		r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.Move(fixupBranch+"-scratch", r.Tip("main"))
		r.run()
		r.pulls("open")
		if got := r.Branches(); !slices.Equal(got, []string{fixupBranch, "main"}) {
			t.Errorf("branches %q", got)
		}
	})
	t.Run("a scratch branch that is somebody's", func(t *testing.T) {
		r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		mine := r.Commit(fixupBranch+"-scratch", "ann", map[string]string{"notes.txt": "mine\n"})
		out, _ := r.run()
		r.pulls()
		r.noted(out, "did not create it")
		if r.Tip(fixupBranch+"-scratch") != mine {
			t.Error("somebody's branch is gone")
		}
	})
	t.Run("its rules take nothing at all", func(t *testing.T) {
		r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.Protected = []string{fixupBranch}
		out, _ := r.run()
		r.pulls()
		r.noted(out, "repository rule violations")
	})
}

func TestFixupSignedTwoAtOnce(t *testing.T) {
	for _, at := range []string{"POST /git/trees", "POST /git/refs", "GET /pulls", "DELETE /git/refs/{ref}", "POST /pulls"} {
		t.Run(at, func(t *testing.T) {
			r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
			done := false
			r.Before = func(call string) {
				if call == at && !done {
					done = true
					r.client().Propose(context.Background(), r.fixup())
				}
			}
			r.run()
			r.run()
			r.pulls("open")
			if got, want := r.Branches(), []string{fixupBranch, "main"}; !slices.Equal(got, want) || len(r.ahead()) != 1 {
				t.Errorf("branches %q, the branch changes %q", got, r.ahead())
			}
			if _, writes := r.run(); len(writes) != 0 {
				t.Errorf("a third run writes %q", writes)
			}
		})
	}
}

// Whatever goes wrong on the way, the next run ends with one pull request and
// without a scratch branch.
func TestFixupSignedFaults(t *testing.T) {
	for _, call := range []string{"graphql Commit", "POST /git/refs", "DELETE /git/refs/{ref}"} {
		for _, kind := range []fakehub.Fault{
			{Kind: fakehub.Refused, Status: 403}, {Kind: fakehub.Refused, Status: 500}, {Kind: fakehub.Lost}, {Kind: fakehub.Cut}, {Kind: fakehub.Hangs}, {Kind: fakehub.HangsLate},
		} {
			fault := kind
			fault.Call, fault.Times = call, 1
			t.Run(fault.String(), func(t *testing.T) {
				t.Parallel()
				r := newSigned(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
				r.timeout = 500 * time.Millisecond
				r.hub.Faults = []*fakehub.Fault{&fault}
				r.run()
				r.timeout = 5 * time.Second
				r.run()
				r.pulls("open")
				if got := r.ahead(); !slices.Equal(got, []string{"100644 Dockerfile"}) {
					t.Errorf("the branch changes %q", got)
				}
				r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
				r.run() // takes a scratch branch that was left, and drops it
				if got := r.Branches(); !slices.Equal(got, []string{fixupBranch, "main"}) {
					t.Errorf("branches %q", got)
				}
				if _, writes := r.run(); len(writes) != 0 {
					t.Errorf("a last run writes %q", writes)
				}
			})
		}
	}
}
