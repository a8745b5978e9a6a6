package github

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/review"
)

// Whatever goes wrong with one call, the next run ends with one pull request,
// and nothing of anybody else's is lost.
func TestFixupFaults(t *testing.T) {
	calls := []string{
		"GET ", "GET /git/ref/", "GET /git/commits/", "GET /git/trees/", "GET /pulls", "POST /git/trees", "POST /git/commits", "POST /git/refs",
		"POST /pulls", "POST /issues/{issue_number}/labels",
	}
	kinds := []fakehub.Fault{
		{Kind: fakehub.Refused, Status: 403}, {Kind: fakehub.Refused, Status: 429, RetryAfter: 2}, {Kind: fakehub.Refused, Status: 500},
		{Kind: fakehub.Lost}, {Kind: fakehub.Cut}, {Kind: fakehub.Hangs}, {Kind: fakehub.HangsLate},
	}
	for _, call := range calls {
		for _, kind := range kinds {
			fault := kind
			fault.Call, fault.Times = call, 1
			if call == "GET " {
				fault.Call = "GET /git" // the repository itself has no path to name
			}
			t.Run(fault.String(), func(t *testing.T) {
				t.Parallel()
				r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
				r.timeout = 500 * time.Millisecond
				r.want = func(f *review.Fixup) { f.Labels = []string{"dependencies"} }
				r.hub.Faults = []*fakehub.Fault{&fault}
				r.run()
				r.timeout = 5 * time.Second
				r.run()
				r.pulls("open")
				if got := r.ahead(); !slices.Equal(got, []string{"100644 Dockerfile"}) {
					t.Errorf("the branch changes %q", got)
				}
				if _, writes := r.run(); len(writes) != 0 {
					t.Errorf("a third run writes %q", writes)
				}
			})
		}
	}
	t.Run("502 for good between the commit and the pull request", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.hub.Faults = []*fakehub.Fault{{Call: "POST /pulls", Kind: fakehub.Refused, Status: 502}}
		out, _ := r.run()
		r.noted(out, "expand=1")
		r.pulls()
		r.hub.Faults = nil
		out, writes := r.run()
		if !slices.Equal(writes, []string{"POST /pulls"}) || out.Number != 1 {
			t.Errorf("the next run writes %q", writes)
		}
	})
	t.Run("nothing is left before the next run comes", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.hub.Faults = []*fakehub.Fault{{Call: "POST /pulls", Kind: fakehub.Refused, Status: 502}}
		r.run()
		r.hub.Faults = nil
		r.Commit("main", "somebody", map[string]string{"Dockerfile": execForm})
		r.run()
		r.pulls()
		if got := r.Branches(); !slices.Equal(got, []string{"main"}) {
			t.Errorf("branches %q are left", got)
		}
	})
}

// Two runs at once: the other one does all of its work at each of our calls.
func TestFixupTwoAtOnce(t *testing.T) {
	for _, at := range []string{"GET /pulls", "POST /git/trees", "POST /git/commits", "POST /git/refs", "POST /pulls"} {
		t.Run(at, func(t *testing.T) {
			r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
			done := false
			r.Before = func(call string) {
				if call == at && !done {
					done = true
					r.client().Propose(context.Background(), r.fixup())
				}
			}
			out, _ := r.run()
			r.pulls("open")
			if out.Number != 1 || len(r.ahead()) != 1 {
				t.Errorf("%+v", out)
			}
			if _, writes := r.run(); len(writes) != 0 {
				t.Errorf("the next run writes %q", writes)
			}
		})
	}
	t.Run("a person pushes meanwhile", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		r.run()
		r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
		mine := ""
		r.Before = func(call string) {
			if call == "POST /git/commits" && mine == "" {
				mine = r.Commit(fixupBranch, "ann", map[string]string{"notes.txt": "mine\n"})
			}
		}
		out, _ := r.run()
		if r.Tip(fixupBranch) != mine {
			t.Error("somebody's commit is lost")
		}
		r.noted(out, "in the meantime")
	})
	t.Run("the base moves meanwhile", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		moved := false
		r.Before = func(call string) {
			if call == "POST /git/commits" && !moved {
				moved = true
				r.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
			}
		}
		r.run()
		r.pulls("open")
		if r.Parents(r.Tip(fixupBranch))[0] != r.Tip("main") {
			t.Error("the branch stands on an old base")
		}
	})
	t.Run("the base moves all the time", func(t *testing.T) {
		r := newRepo(t, fakehub.New(t), map[string]string{"Dockerfile": shellForm})
		n := 0
		r.Before = func(call string) {
			if call == "POST /git/commits" {
				n++
				r.Commit("main", "somebody", map[string]string{"README.md": fmt.Sprintln(n)})
			}
		}
		out, _ := r.run()
		r.noted(out, "changed during this run")
	})
}
