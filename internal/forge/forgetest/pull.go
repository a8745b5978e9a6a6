package forgetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

const (
	category = "dockmend"
	file     = "Dockerfile"
)

// change is a pull request of one file, and runs on it.
type change struct {
	Pull
	t        *testing.T
	head     string
	checkout string // the head's if empty
	fixes    map[string]string
}

func newChange(t *testing.T, host Host, before, after string) *change {
	t.Helper()
	c := &change{Pull: host.Pull(t), t: t, fixes: map[string]string{}}
	c.push(before, after)
	return c
}

func (c *change) push(before, after string) {
	c.head = after
	c.Push(file, before, after)
}

func (c *change) findings() []*lint.Diagnostic {
	if c.checkout != "" {
		return reviewtest.BadLines(file, c.checkout, c.fixes)
	}
	return reviewtest.BadLines(file, c.head, c.fixes)
}

// run is a run of the pull request's last event.
func (c *change) run() (*review.Plan, []string) {
	c.t.Helper()
	f, e := c.Forge(), c.Event()
	threads, err := f.ListOwn(c.t.Context(), e.Number, category)
	if err != nil {
		c.t.Fatal(err)
	}
	diff, err := f.Diff(c.t.Context(), e)
	if err != nil {
		c.t.Fatal(err)
	}
	r := c.request(f)
	r.Places, r.Threads, r.Review = diff.Places(c.t.Context(), r.Findings), threads.All, true
	plan := review.NewPlan(r)
	return plan, f.Apply(c.t.Context(), plan, e, threads)
}

func (c *change) request(f forge.Forge) review.Request {
	findings := c.findings()
	return review.Request{
		Platform: f.Platform(), Findings: findings, Standing: review.Marks(findings), Complete: true, Category: category,
		Threshold: lint.Warning, Annotate: f.Platform().Annotations > 0, Prove: reviewtest.Proving,
	}
}

// want holds the open threads of ours to these, each as "first-last rules".
func (c *change) want(what string, want ...string) {
	c.t.Helper()
	var got []string
	for _, x := range c.Threads() {
		if x.Ours && x.Open {
			got = append(got, fmt.Sprintf("%d-%d %s", x.First, x.Last, strings.Join(reviewtest.RulesOf(x.Body), "+")))
		}
	}
	reviewtest.Equal(c.t, what, got, want...)
}

// behind is the channel after the comments: annotations, where the platform has them.
func (c *change) behind() string {
	if c.Forge().Platform().Annotations > 0 {
		return review.InAnnotation.String()
	}
	return review.InSummary.String()
}

// thread is the one about a rule.
func (c *change) thread(rule string) Thread {
	c.t.Helper()
	all := c.Threads()
	i := slices.IndexFunc(all, func(x Thread) bool { return slices.Contains(reviewtest.RulesOf(x.Body), rule) })
	if i < 0 {
		c.t.Fatalf("no thread of %s", rule)
	}
	return all[i]
}

func channels(p *review.Plan) []string {
	var all []string
	for _, x := range p.Placements {
		all = append(all, x.Finding.Rule.ID+" "+x.Channel.String())
	}
	return all
}

func opened(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one\nRUN bad two\n")
	c.fixes["RUN bad two"] = "RUN good"
	c.run()
	c.want("opened", "2-2 one", "3-3 two")
	two := c.thread("two")
	if got := reviewtest.Press(t, c.head, two.First, two.Last, two.Body); got != "FROM a\nRUN bad one\nRUN good\n" {
		t.Errorf("the suggestion makes %q", got)
	}
	c.run()
	c.want("again", "2-2 one", "3-3 two")
	if n := c.Reviews(); n != 1 {
		t.Errorf("%d reviews after the same run again, want 1", n)
	}
}

func pushed(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one\nRUN bad two\n")
	c.Say("mallory", c.marked())
	c.run()
	c.push("FROM a\n", "FROM a\n# moved\n\nRUN bad one\nRUN bad three\n")
	c.run()
	c.want("pushed", "2-2 one", "5-5 three") // the comment stays where it was posted
	if c.thread("two").Open {
		t.Error("the thread of what was fixed stays open")
	}
	c.push("FROM a\n", "FROM a\nRUN bad two\nRUN bad one\n")
	c.run() // our own closing is no dismissal
	c.want("back", "2-2 one", "2-2 two")
	if strangers := c.Threads()[0]; strangers.Ours || !strangers.Open {
		t.Errorf("a stranger's thread was touched: %+v", strangers)
	}
}

// marked is what somebody copies from a comment of ours.
func (c *change) marked() string {
	plan := review.NewPlan(func() review.Request {
		r := c.request(c.Forge())
		diff, err := c.Forge().Diff(c.t.Context(), c.Event())
		if err != nil {
			c.t.Fatal(err)
		}
		r.Review, r.Places = true, diff.Places(c.t.Context(), r.Findings)
		return r
	}())
	return plan.Comments[0].Body
}

func answered(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one\nRUN bad two\nRUN bad three\n")
	c.run()
	c.Answer(c.thread("one").ID, "alice", "why?")
	c.Resolve(c.thread("two").ID, "alice")
	c.Hide(c.thread("three").ID)
	plan, _ := c.run()
	c.want("a person's word counts", "2-2 one")
	reviewtest.Equal(t, "channels", channels(plan),
		"one "+review.InThread.String(), "two "+review.InSummary.String(), "three "+review.InSummary.String())
	c.push("FROM a\n", "FROM a\nRUN good\n")
	c.run()
	c.want("what was answered stays open", "2-2 one")
}

// grouped: a cause is one comment; what a push adds is told there, once; it is closed when
// none is left, and a person's word counts for the places that they saw.
func grouped(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one 1\nRUN bad one 2\n")
	c.run()
	c.want("opened", "2-2 one")
	replies := func(what string, lines ...int) {
		t.Helper()
		told := c.Threads()[0].Replies
		if len(told) != len(lines) {
			t.Fatalf("%s: %d replies, want %d: %q", what, len(told), len(lines), told)
		}
		for i, line := range lines {
			if want := fmt.Sprintf("- `%s`, line %d\n", file, line); !strings.Contains(told[i], want) {
				t.Errorf("%s: reply %q does not say %q", what, told[i], want)
			}
		}
	}
	c.push("FROM a\n", "FROM a\nRUN bad one 1\nRUN bad one 2\nRUN bad one 3\n")
	plan, _ := c.run()
	reviewtest.Equal(t, "channels", channels(plan), slices.Repeat([]string{"one " + review.InThread.String()}, 3)...)
	c.want("grown", "2-2 one")
	replies("grown", 4)
	c.run()
	replies("again", 4)
	c.push("FROM a\n", "FROM a\n# moved\nRUN bad one 3\n")
	c.run()
	c.want("shrunk and moved", "2-2 one")
	replies("shrunk and moved", 4)
	c.push("FROM a\n", "FROM a\nRUN good\n")
	c.run()
	c.want("none is left")
	c.push("FROM a\n", "FROM a\nRUN bad one 3\nRUN bad one 4\n")
	c.run()
	c.want("back", "2-2 one")
	c.Resolve(c.Threads()[1].ID, "alice")
	c.push("FROM a\n", "FROM a\nRUN bad one 3\nRUN bad one 5\n")
	c.run()
	c.want("a new one after a person's word", "3-3 one")
	if n := len(c.Threads()); n != 3 {
		t.Errorf("%d threads, want 3", n)
	}
}

func rebased(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one\nRUN bad two\n")
	c.run()
	c.push("FROM b\n", "FROM b\nRUN bad two\n")
	c.run()
	c.want("forced", "3-3 two")
	// The base moved on: the checkout, a merge, has lines that the head has not.
	c.checkout = "# base\n" + c.head + "RUN bad base\n"
	plan, _ := c.run()
	reviewtest.Equal(t, "channels", channels(plan), "two "+review.InThread.String(), "base "+review.InFile.String())
}

func queued(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one\n")
	e := c.Queued()
	if e.PullRequest() || !e.Gate() {
		t.Fatalf("%+v is no event of a queue", e)
	}
	diff, err := c.Forge().Diff(t.Context(), e)
	if err != nil || !diff.Has(file) {
		t.Fatalf("the queue's change: %v, %v", diff, err)
	}
	plan := review.NewPlan(c.request(c.Forge()))
	reviewtest.Equal(t, "channels", channels(plan), "one "+c.behind())
}

func readOnly(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "", "RUN bad one\nRUN bad two\n")
	c.ReadOnly()
	plan, notes := c.run()
	reviewtest.Equal(t, "channels", channels(plan), "one "+c.behind(), "two "+c.behind())
	if len(notes) != 1 || !strings.Contains(notes[0], "permissions") {
		t.Errorf("notes %q, want one that names the permission", notes)
	}
	err := c.Forge().SaveState(t.Context(), func(s *review.State) {
		s.Remember(category, review.AuditState{Commit: c.Event().Head, Findings: []review.AuditFinding{}})
	})
	if _, ok := errors.AsType[*forge.NoPermission](err); !ok {
		t.Errorf("a write is refused with %v, want a NoPermission", err)
	}
}

func handedOver(t *testing.T, host Host) {
	t.Helper()
	c := newChange(t, host, "FROM a\n", "FROM a\nRUN bad one\n")
	d := c.findings()[0]
	d.Fingerprint = lint.Fingerprint(d.FingerprintKey(), 0)
	first := c.Event()
	left, err := review.NewHandoff(first.Subject(), category, true, &lint.Result{Diagnostics: []*lint.Diagnostic{d}})
	if err != nil {
		t.Fatal(err)
	}
	second, ok := c.Pull.(HandingOver)
	if !ok {
		t.Fatal("there is no second job")
	}
	e, f := second.HandOver(category, left)
	if err := f.FindPull(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if e.Subject() != first.Subject() {
		t.Errorf("the second job is about %+v, want %+v", e.Subject(), first.Subject())
	}
	src, err := f.ReadArtifact(t.Context(), e.Run, category)
	if err != nil {
		t.Fatal(err)
	}
	handoff, err := review.ReadHandoff(src, e.Subject(), category)
	if err != nil {
		t.Fatal(err)
	}
	if got := handoff.Findings[0].Finding(d.Rule, []byte(c.head)); got == nil || got.Fingerprint != d.Fingerprint {
		shown, _ := json.Marshal(handoff) //nolint:errchkjson // for the message
		t.Errorf("taken over as %+v from %s", got, shown)
	}
}
