package gitlab

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/gitlab/fakelab"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

// kinds are all ways in which a call goes wrong once.
func kinds() []fakelab.Fault {
	return []fakelab.Fault{
		{Kind: fakelab.Refused, Status: http.StatusUnauthorized}, {Kind: fakelab.Refused, Status: http.StatusForbidden},
		{Kind: fakelab.Refused, Status: http.StatusNotFound}, {Kind: fakelab.Refused, Status: http.StatusConflict},
		{Kind: fakelab.Refused, Status: http.StatusUnprocessableEntity}, {Kind: fakelab.Refused, Status: http.StatusTooManyRequests},
		{Kind: fakelab.Refused, Status: http.StatusInternalServerError}, {Kind: fakelab.Lost}, {Kind: fakelab.Cut},
		{Kind: fakelab.Broken}, {Kind: fakelab.BrokenLate},
	}
}

// once makes each call of these go wrong in each way, one at a time.
func once(t *testing.T, calls []string, run func(t *testing.T, fault *fakelab.Fault)) {
	t.Helper()
	for _, call := range slices.Compact(slices.Sorted(slices.Values(calls))) {
		for _, kind := range kinds() {
			kind.Call, kind.Times = call, 1
			t.Run(fmt.Sprintf("%s/%d/%d", call, kind.Kind, kind.Status), func(t *testing.T) { run(t, &kind) })
		}
	}
}

// run is a run on the merge request, whose error is that nothing could be read.
func (p *labPull) run(content string) (*review.Plan, error) {
	p.t.Helper()
	f, e := p.Forge(), p.Event()
	threads, err := f.ListOwn(p.t.Context(), e.Number, "dockmend")
	if err != nil {
		return nil, err
	}
	diff, err := f.Diff(p.t.Context(), e)
	if err != nil {
		return nil, err
	}
	findings := reviewtest.BadLines("Dockerfile", content, nil)
	plan := review.NewPlan(review.Request{
		Platform: f.Platform(), Findings: findings, Standing: review.Marks(findings), Complete: true, Category: "dockmend", Threshold: lint.Warning,
		Review: true, Places: diff.Places(p.t.Context(), findings), Threads: threads.All, Prove: reviewtest.Proving,
	})
	f.Apply(p.t.Context(), plan, e, threads)
	summaries, _ := f.(forge.Summaries)
	return plan, summaries.Summarize(p.t.Context(), e.Number, "dockmend", "what is there\n", false)
}

// standing are the rules of our open discussions, in order, and how many summaries there are.
func (p *labPull) standing() (rules []string, summaries int) {
	for _, d := range p.open.Discussions {
		if d.Notes[0].Author != fakelab.Viewer {
			continue
		}
		if d.Note {
			summaries++
		} else if !d.Resolved {
			for _, n := range d.Notes {
				rules = append(rules, reviewtest.RulesOf(n.Body)...)
			}
		}
	}
	slices.Sort(rules)
	return rules, summaries
}

const (
	faultBefore = "FROM a\n"
	faultFirst  = "FROM a\nRUN bad one\nRUN bad two\n"
	faultThen   = "FROM a\n\nRUN bad two\nRUN bad three\n"
)

// Whatever goes wrong with one call, in that run no finding is said to be in a comment that
// is not there, and the next run ends with each finding once and what is gone resolved.
func TestFaults(t *testing.T) {
	life := func(t *testing.T, fault *fakelab.Fault, discussions bool) *labPull {
		t.Helper()
		p := newPull(t, fakelab.New(t))
		p.NoDrafts = discussions
		p.Push("Dockerfile", faultBefore, faultFirst)
		if fault != nil {
			p.Fail(fault)
		}
		plan, _ := p.run(faultFirst)
		p.shown(plan)
		if fault != nil {
			p.Fail()
		}
		_, _ = p.run(faultFirst)
		if rules, summaries := p.standing(); !slices.Equal(rules, []string{"one", "two"}) || summaries != 1 {
			t.Errorf("after the next run: %q, %d summaries", rules, summaries)
		}
		p.Push("Dockerfile", faultBefore, faultThen)
		if fault != nil {
			again := *fault
			again.Times = 1
			p.Fail(&again)
		}
		plan, _ = p.run(faultThen)
		p.shown(plan)
		p.Fail()
		_, _ = p.run(faultThen)
		if rules, summaries := p.standing(); !slices.Equal(rules, []string{"three", "two"}) || summaries != 1 {
			t.Errorf("after a push and the next run: %q, %d summaries", rules, summaries)
		}
		if n := p.open.Drafts(); n != 0 {
			t.Errorf("%d drafts are left", n)
		}
		return p
	}
	for _, discussions := range []bool{false, true} {
		calls := life(t, nil, discussions).Calls()
		once(t, calls, func(t *testing.T, fault *fakelab.Fault) {
			t.Helper()
			life(t, fault, discussions)
		})
	}
}

// shown holds what a plan says of comments to those that are there.
func (p *labPull) shown(plan *review.Plan) {
	p.t.Helper()
	if plan == nil {
		return
	}
	rules, _ := p.standing()
	for _, x := range plan.Placements {
		if x.Channel <= review.InFile && !slices.Contains(rules, x.Finding.Rule.ID) {
			p.t.Errorf("%s is said to be %s, and is not", x.Finding.Rule.ID, x.Channel)
		}
	}
	for i := range rules {
		if i > 0 && rules[i] == rules[i-1] {
			p.t.Errorf("%s is posted twice", rules[i])
		}
	}
}

// Whatever goes wrong with one call, there is one merge request with the fixes in the end.
func TestProposeFaults(t *testing.T) {
	life := func(t *testing.T, fault *fakelab.Fault) *fakelab.Lab {
		t.Helper()
		lab := fakelab.New(t)
		lab.Commit("main", "somebody", map[string]string{"Dockerfile": "CMD x\n"})
		propose := func() {
			client(t, lab).Propose(t.Context(), &review.Fixup{
				Platform: platform(), Category: "dockmend", SHA: lab.Tip("main"), Complete: true, Server: "https://lab.example",
				Files: []review.FixupFile{{
					Path: "Dockerfile", Before: []byte("CMD x\n"), After: []byte("CMD [\"x\"]\n"),
					Changes: []review.FixupChange{{Rule: &lint.Meta{ID: "shell-form-command"}, Title: "rewrite", Key: "0123456789abcdef", Safe: true}},
				}},
			})
		}
		if fault != nil {
			lab.Fail(fault)
		}
		propose()
		lab.Fail()
		propose()
		if all := lab.Requests(); len(all) != 1 || all[0].State != "opened" || lab.Files("dockmend-fixes")["Dockerfile"] != "CMD [\"x\"]\n" {
			t.Errorf("%d merge requests, and the branch has %q", len(all), lab.Files("dockmend-fixes"))
		}
		return lab
	}
	once(t, life(t, nil).Calls(), func(t *testing.T, fault *fakelab.Fault) {
		t.Helper()
		life(t, fault)
	})
}

// Whatever goes wrong with one call, what the next run remembers is there once it is saved.
func TestStateFaults(t *testing.T) {
	life := func(t *testing.T, fault *fakelab.Fault) *fakelab.Lab {
		t.Helper()
		lab := fakelab.New(t)
		lab.Commit("main", "somebody", map[string]string{"state.json": "theirs"})
		save := func(name string) error {
			return client(t, lab).SaveState(t.Context(), func(s *review.State) {
				s.Remember(name, review.AuditState{Commit: strings.Repeat("a", 40), Findings: []review.AuditFinding{}})
			})
		}
		if fault != nil {
			lab.Fail(fault)
		}
		first := save("one")
		lab.Fail()
		if err := save("two"); err != nil {
			t.Fatal(err)
		}
		state, err := client(t, lab).LoadState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := state.Audits["one"]; !ok && first == nil {
			t.Error("what was saved is lost")
		}
		if _, ok := state.Audits["two"]; !ok || lab.Files(review.StateBranch)["state.json"] != "theirs" {
			t.Errorf("the branch has %q", lab.Files(review.StateBranch))
		}
		return lab
	}
	once(t, life(t, nil).Calls(), func(t *testing.T, fault *fakelab.Fault) {
		t.Helper()
		life(t, fault)
	})
}

// A person's own draft is not published with ours, and ours of a stopped run is used.
func TestDrafts(t *testing.T) {
	p := newPull(t, fakelab.New(t))
	p.Push("Dockerfile", faultBefore, faultFirst)
	p.Draft(p.open, "not ready")
	p.Fail(&fakelab.Fault{
		Call: "PUT projects/{id}/merge_requests/{iid}/draft_notes/{note}/publish", Kind: fakelab.Refused, Status: 500, After: 1,
	})
	_, _ = p.run(faultFirst)
	p.Fail()
	_, _ = p.run(faultFirst)
	if rules, _ := p.standing(); !slices.Equal(rules, []string{"one", "two"}) || p.open.Drafts() != 1 || p.Published() != 0 {
		t.Errorf("%q stand, %d drafts are left", rules, p.open.Drafts())
	}
}

// GitLab makes the diff of a push some time later.
func TestLateVersion(t *testing.T) {
	p := newPull(t, fakelab.New(t))
	p.Push("Dockerfile", faultBefore, faultFirst)
	p.Late = 2
	if _, err := p.run(faultFirst); err != nil {
		t.Fatal(err)
	}
	p.Push("Dockerfile", faultBefore, faultThen)
	p.Late = versionTries
	if _, err := p.run(faultThen); err == nil || !strings.Contains(err.Error(), "has no diff") {
		t.Errorf("%v, want that there is no diff", err)
	}
}
