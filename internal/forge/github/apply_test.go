package github

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/forge/posting"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

const (
	head2 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	head3 = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// A pull request's life, as a reviewer sees its threads.
func TestScenario(t *testing.T) {
	p := newPull(t, "FROM a\n", "FROM a\nRUN bad one\nRUN bad two\nRUN bad three\nRUN bad four\n")
	p.fixes["RUN bad two"] = "RUN good"
	stranger := p.hub.Say(nil, "mallory", marker("dockmend", "one-Dockerfile-RUN bad one")+"pasted")

	p.run() // opened
	reviewtest.Equal(t, "opened", p.standing(), "Dockerfile:2-2 one", "Dockerfile:3-3 two", "Dockerfile:4-4 three", "Dockerfile:5-5 four")
	if n := len(p.hub.Reviews()); n != 1 {
		t.Errorf("%d reviews, want 1", n)
	}
	threads := p.hub.Threads()
	if got := reviewtest.Press(t, p.after, threads[2].First, threads[2].Last, threads[2].Comments[0].Body); got != strings.Replace(p.after, "RUN bad two", "RUN good", 1) {
		t.Errorf("the suggestion makes %q", got)
	}

	p.run() // run again
	if n := len(p.hub.Reviews()); n != 1 {
		t.Errorf("%d reviews after the same run again, want 1", n)
	}

	// A push mends one, moves the others and brings a new one; somebody answers
	// one, resolves another and hides a third.
	byRule := func(rule string) *fakehub.Thread {
		for _, thread := range p.hub.Threads() {
			if strings.Contains(thread.Comments[0].Body, "[`"+rule+"`]") {
				return thread
			}
		}
		t.Fatalf("no thread of %s", rule)
		return nil
	}
	p.hub.Say(byRule("one"), "alice", "why?")
	byRule("three").Resolved, byRule("three").ResolvedBy = true, "alice"
	byRule("four").Comments[0].Minimized = "off-topic"
	p.hub.Head = head2
	p.change("FROM a\n", "FROM a\n# moved\n\nRUN bad one\nRUN good\nRUN bad three\nRUN bad four\nRUN bad five\n")
	plan := p.run()
	reviewtest.Equal(t, "pushed", p.standing(), "Dockerfile:2-2 one", "Dockerfile:8-8 five")
	if !byRule("two").Resolved {
		t.Error("the thread of what was mended stays open")
	}
	reviewtest.Equal(t, "channels", channelsOf(plan), "one thread", "three summary", "four summary", "five comment")

	// A forced push takes the answered one away: its thread is a person's now.
	p.hub.Head = head3
	p.change("FROM a\n", "FROM a\nRUN bad five\n")
	p.run()
	reviewtest.Equal(t, "forced", p.standing(), "Dockerfile:2-2 one", "Dockerfile:8-8 five")
	if n := len(p.hub.Reviews()); n != 2 {
		t.Errorf("%d reviews, want 2", n)
	}

	// What was mended comes back: our own closing is no dismissal.
	p.hub.Head = head
	p.change("FROM a\n", "FROM a\nRUN bad five\nRUN bad two\nRUN bad one\n")
	p.run()
	reviewtest.Equal(t, "back", p.standing(), "Dockerfile:2-2 one", "Dockerfile:8-8 five", "Dockerfile:3-3 two")

	// The base moved: the checkout has lines that the head has not.
	p.checkout = "# base\n" + p.after + "RUN bad base\n"
	plan = p.run()
	reviewtest.Equal(t, "channels", channelsOf(plan), "five thread", "two thread", "one thread", "base file")
	if stranger.Resolved || len(stranger.Comments) != 1 {
		t.Error("a stranger's comment was touched")
	}
	if len(p.hub.Threads()) != 8 {
		t.Errorf("%d threads in the end, want 8", len(p.hub.Threads()))
	}
}

// Without the right to resolve a thread is minimised; that is no dismissal.
func TestCloseWithoutContents(t *testing.T) {
	p := newPull(t, "", "RUN bad one\n")
	p.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write"}
	p.run()
	p.change("", "RUN good\n")
	p.run()
	thread := p.hub.Threads()[0]
	if thread.Resolved || thread.Comments[0].Minimized != "outdated" {
		t.Errorf("the thread is resolved: %t, minimised as %q; want outdated", thread.Resolved, thread.Comments[0].Minimized)
	}
	p.change("", "RUN bad one\n")
	p.run()
	reviewtest.Equal(t, "back", p.standing(), "Dockerfile:1-1 one")
}

// Two runs at once end in one thread for each finding, whichever is first.
func TestInterleaved(t *testing.T) {
	p := newPull(t, "", "RUN bad one\nRUN bad two\n")
	first, second := p.client(), p.client()
	planA, threadsA, errA := p.begin(first)
	planB, threadsB, errB := p.begin(second)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	// The second run's whole review falls between the first's and its look back.
	done := false
	p.hub.Seen = func(_ *http.Request, body []byte) {
		if !done && strings.Contains(string(body), "query Threads") {
			done = true
			second.Apply(t.Context(), planB, p.event(), threadsB)
		}
	}
	first.Apply(t.Context(), planA, p.event(), threadsA)
	if !done {
		t.Fatal("the runs were not interleaved")
	}
	reviewtest.Equal(t, "threads", p.standing(), "Dockerfile:1-1 one", "Dockerfile:2-2 two")
	if first := p.hub.Threads()[0]; first.Comments[0].Database > p.hub.Threads()[1].Comments[0].Database {
		t.Error("the newer one stays")
	}
}

// Two runs at once end in one reply to the thread of a cause.
func TestInterleavedReplies(t *testing.T) {
	p := newPull(t, "", "RUN bad many 1\n")
	p.run()
	p.change("", "RUN bad many 1\nRUN bad many 2\n")
	first, second := p.client(), p.client()
	planA, threadsA, errA := p.begin(first)
	planB, threadsB, errB := p.begin(second)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	second.Apply(t.Context(), planB, p.event(), threadsB)
	first.Apply(t.Context(), planA, p.event(), threadsA)
	if thread := p.hub.Threads()[0]; len(thread.Comments) != 2 {
		t.Errorf("%d comments, want the first and one reply", len(thread.Comments))
	}
	if bad := p.lost(planA); len(bad) > 0 {
		t.Error(bad)
	}
}

// Two folders of a monorepo, on one pull request.
func TestTwoPaths(t *testing.T) {
	a := newPull(t, "", "RUN bad one\n")
	a.hub.Changed, a.path, a.category, a.paths = nil, "a/Dockerfile", "dockmend/a", []string{"a"}
	a.change("", "RUN bad one\n")
	b := *a
	b.path, b.category, b.paths = "b/Dockerfile", "dockmend/b", []string{"b"}
	b.change("", "RUN bad one\n")
	a.run()
	b.run()
	a.change("", "RUN good\n")
	a.run()
	b.run()
	reviewtest.Equal(t, "threads", a.standing(), "b/Dockerfile:1-1 one")
	// The same category by mistake: the path still keeps them apart.
	b.change("", "RUN good\n")
	b.category, b.paths = "dockmend/b", []string{"c"}
	b.run()
	reviewtest.Equal(t, "threads", a.standing(), "b/Dockerfile:1-1 one")
}

// One line that GitHub does not take costs its own comment alone.
func TestRefusedLine(t *testing.T) {
	var src strings.Builder
	for i := range 12 {
		fmt.Fprintf(&src, "RUN bad r%d\n", i)
	}
	p := newPull(t, "", src.String())
	c := p.client()
	plan, threads, err := p.begin(c)
	if err != nil {
		t.Fatal(err)
	}
	plan.Comments[5].First, plan.Comments[5].Last = 90, 90
	c.Apply(t.Context(), plan, p.event(), threads)
	if n := len(p.standing()); n != 11 {
		t.Errorf("%d threads, want 11 of 12", n)
	}
	if got := plan.Placements[5]; got.Channel != review.InAnnotation || !strings.Contains(got.Why, "refused its lines") {
		t.Errorf("the refused one is in channel %d because %q", got.Channel, got.Why)
	}
	if bad := p.lost(plan); len(bad) > 0 {
		t.Error(bad)
	}
	// All of them: the search for the bad ones comes to an end.
	p = newPull(t, "", src.String())
	c = p.client()
	if plan, threads, err = p.begin(c); err != nil {
		t.Fatal(err)
	}
	for _, comment := range plan.Comments {
		comment.First, comment.Last = 90, 90
	}
	c.Apply(t.Context(), plan, p.event(), threads)
	if got := len(plan.Shown(review.InAnnotation)) + len(plan.Shown(review.InSummary)); got != 12 || c.Calls() > posting.Splits+5 {
		t.Errorf("%d findings are elsewhere after %d calls, want 12 after at most %d", got, c.Calls(), posting.Splits+5)
	}
}

// A push while the run was under way: the new commit's own run comments.
func TestHeadMoved(t *testing.T) {
	p := newPull(t, "", "RUN bad one\n")
	c := p.client()
	plan, threads, err := p.begin(c)
	if err != nil {
		t.Fatal(err)
	}
	e := p.event()
	threads.Head = head2
	notes := c.Apply(t.Context(), plan, e, threads)
	if plan.Placements[0].Channel != review.InAnnotation || len(p.hub.Threads()) != 0 || len(notes) != 1 {
		t.Errorf("channel %d, %d threads, notes %q", plan.Placements[0].Channel, len(p.hub.Threads()), notes)
	}
}

// Each call meets each fault: no finding is lost, none is posted twice, and the
// pull request is right after the next run without a fault.
func TestFaultMatrix(t *testing.T) {
	calls := []string{
		"graphql Threads", "GET /pulls/{pull_number}/files", "GET /git/blobs", "POST /pulls/{pull_number}/reviews",
		"POST /pulls/{pull_number}/comments", "POST /pulls/{pull_number}/comments/{comment_id}/replies", "graphql Resolve", "graphql Minimize", "graphql Delete",
	}
	faults := []fakehub.Fault{
		{Kind: fakehub.Refused, Status: 401}, {Kind: fakehub.Refused, Status: 403}, {Kind: fakehub.Refused, Status: 404},
		{Kind: fakehub.Refused, Status: 422, Message: "Validation failed: endpoint has been spammed"},
		{Kind: fakehub.Refused, Status: 422, Message: "Pull request review thread line must be part of the diff"},
		{Kind: fakehub.Refused, Status: 403, RetryAfter: 5, Message: "You have exceeded a secondary rate limit"},
		{Kind: fakehub.Refused, Status: 429, RetryAfter: 5}, {Kind: fakehub.Refused, Status: 429, RetryAfter: 100_000},
		{Kind: fakehub.Refused, Status: 429}, {Kind: fakehub.Refused, Status: 500}, {Kind: fakehub.Refused, Status: 503},
		{Kind: fakehub.Lost}, {Kind: fakehub.Cut}, {Kind: fakehub.Hangs}, {Kind: fakehub.HangsLate},
	}
	for _, call := range calls {
		for _, fault := range faults {
			for _, times := range []int{1, 0} {
				fault := fault
				fault.Call, fault.Times = call, times
				t.Run(fmt.Sprintf("%s times %d", fault.String(), times), func(t *testing.T) {
					t.Parallel()
					underFault(t, fakehub.New(t), &fault)
				})
			}
		}
	}
}

func underFault(t *testing.T, hub *fakehub.Hub, fault *fakehub.Fault) {
	t.Helper()
	p := newPullAt(t, hub, "FROM a\n", "FROM a\nRUN bad old\nRUN bad many 1\n")
	p.run()
	// Now one is mended, two are new, one has another place, and one is on a line of the base.
	p.change("FROM a\n", "FROM a\nRUN bad one\nRUN bad two\nRUN bad many 1\nRUN bad many 2\n")
	p.checkout = p.after + "RUN bad base\n"
	if fault.Call == "graphql Minimize" {
		p.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write"}
	}
	if fault.Call == "graphql Delete" { // something to delete
		p.hub.Say(nil, fakehub.Viewer, marker(p.category, "two-Dockerfile-RUN bad two"))
		p.hub.Say(nil, fakehub.Viewer, marker(p.category, "two-Dockerfile-RUN bad two"))
	}
	p.hub.Faults = []*fakehub.Fault{fault}
	p.timeout = 300 * time.Millisecond
	c := p.client()
	plan, threads, err := p.begin(c)
	if err == nil {
		notes := c.Apply(t.Context(), plan, p.event(), threads)
		if bad := p.lost(plan); len(bad) > 0 && fault.Call != "graphql Delete" {
			t.Errorf("%v; channels %v; notes %q", bad, channelsOf(plan), notes)
		}
	}
	if p.slept > 3*time.Minute {
		t.Errorf("the run waits for %s", p.slept)
	}
	if c.Calls() > 60 {
		t.Errorf("%d calls", c.Calls())
	}
	p.hub.Heal()
	p.timeout = time.Minute
	p.run()
	plan = p.run()
	if bad := p.lost(plan); len(bad) > 0 {
		t.Errorf("after a run without the fault: %v", bad)
	}
	reviewtest.Equal(t, "channels after it", channelsOf(plan), "one thread", "two thread", "many thread", "many thread", "base thread")
	for _, thread := range p.hub.Threads() {
		if strings.Contains(thread.Comments[0].Body, "`old`") && !thread.Resolved && thread.Comments[0].Minimized == "" {
			t.Error("the thread of what was mended stays open")
		}
	}
}

// The budget ends a run's requests, and what is not posted is not lost.
func TestBudget(t *testing.T) {
	p := newPull(t, "", "RUN bad one\n")
	c := p.client()
	plan, threads, err := p.begin(c)
	if err != nil {
		t.Fatal(err)
	}
	c.allow(posting.SpareCalls - 1 - c.left())
	c.Apply(t.Context(), plan, p.event(), threads)
	if plan.Placements[0].Channel != review.InAnnotation || len(p.hub.Threads()) != 0 {
		t.Errorf("channel %d with %d threads", plan.Placements[0].Channel, len(p.hub.Threads()))
	}
	c.allow(-c.left())
	if _, err := c.readBlob(t.Context(), base); err == nil || !strings.Contains(err.Error(), "calls") {
		t.Errorf("a call beyond the budget: %v", err)
	}
}

// Many files, many pages.
func TestManyFiles(t *testing.T) {
	p := newPull(t, "", "RUN bad one\n")
	for i := len(p.hub.Changed); i < 2999; i++ {
		p.hub.Changed = append(p.hub.Changed, map[string]any{"filename": fmt.Sprint("x", i), "status": "added", "sha": base, "changes": 0})
	}
	for range 25 {
		p.hub.Say(nil, "alice", "something else")
	}
	c := p.client()
	plan, threads, err := p.begin(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Apply(t.Context(), plan, p.event(), threads)
	if len(p.standing()) != 1 || c.Calls() > maxCalls+30 {
		t.Errorf("%d threads after %d calls", len(p.standing()), c.Calls())
	}
	p.run()
	if len(p.hub.Reviews()) != 1 {
		t.Error("a thread on a later page is not found")
	}
	// GitHub lists 3,000 files and no more.
	for len(p.hub.Changed) < pullFiles {
		p.hub.Changed = append(p.hub.Changed, map[string]any{"filename": fmt.Sprint("y", len(p.hub.Changed)), "status": "added", "sha": base, "changes": 0})
	}
	for files, bad := range map[int]bool{pullFiles: false, pullFiles + 500: true} {
		if _, err := p.client().Diff(t.Context(), &forge.Event{Number: 7, Files: files}); (err != nil) != bad {
			t.Errorf("a pull request with %d files: %v", files, err)
		}
	}
}

// A thread whose marker is on another's comment, or on a later line, is not ours.
func TestOwn(t *testing.T) {
	p := newPull(t, "", "RUN good\n")
	ours := "<!-- dockmend:v1 dockmend x -->\n"
	for author, body := range map[string]string{
		"alice": ours, "github-actions": ours, "dependabot[bot]": ours, "bob": "text\n" + ours,
	} {
		p.hub.Say(nil, author, body)
	}
	p.hub.Say(nil, fakehub.Viewer, "text\n"+ours)
	p.hub.Say(nil, fakehub.Viewer, "<!-- dockmend:v1 dockmend%2Fa x -->\n")
	mine := p.hub.Say(nil, fakehub.Viewer, ours)
	for i := range 25 {
		author := fakehub.Viewer
		if i == 24 {
			author = "alice" // beyond the comments that are read
		}
		p.hub.Say(mine, author, "x")
	}
	threads, err := p.client().ListOwn(t.Context(), 7, "dockmend")
	if err != nil || len(threads.All) != 1 || threads.All[0].ID != mine.ID || !threads.All[0].Replied {
		t.Errorf("own threads %+v, %v", threads, err)
	}
}

func TestFailureOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want wire.Failure
	}{
		{nil, none}, {&wire.Exhausted{}, refused}, {context.Canceled, refused}, {context.DeadlineExceeded, unclear},
		{&graphqlError{Type: "FORBIDDEN"}, refused}, {&graphqlError{Type: "RATE_LIMITED"}, limited},
	} {
		if got, _ := failureOf(tt.err); got != tt.want {
			t.Errorf("%v is %d, want %d", tt.err, got, tt.want)
		}
	}
}

// Everything on, for one pull request: a finding has at most one place outside
// of code scanning.
func TestOnePlace(t *testing.T) {
	p := newPull(t, "FROM a\n", "FROM a\nRUN bad one\nRUN bad two\n")
	p.fixes["RUN bad two"] = "RUN good"
	p.alerts = true
	plan := p.run()
	reviewtest.Equal(t, "channels", channelsOf(plan), "one alert", "two comment")
	reviewtest.Equal(t, "threads", p.standing(), "Dockerfile:3-3 two")
	if len(plan.Shown(review.InAnnotation)) != 0 || !slices.Equal(plan.Shown(review.InSummary), []*review.Placement(nil)) {
		t.Error("a finding has a second place")
	}
}
