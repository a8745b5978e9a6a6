package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

// entry is a changed file as the API lists it.
func entry(path, before, after string) map[string]any {
	status := "modified"
	if before == "" {
		status = "added"
	}
	patch := reviewtest.PatchOf(before, after)
	return map[string]any{"filename": path, "status": status, "sha": files.BlobHash([]byte(after), 40), "changes": strings.Count(patch, "\n+"), "patch": patch}
}

// pull is a pull request with one file, and a run on it.
type pull struct {
	t                    *testing.T
	hub                  *fakehub.Hub
	path, before, after  string
	checkout             string // the head's if empty
	category             string
	paths                []string
	threshold            lint.Severity
	annotate             bool
	alerts               bool
	timeout              time.Duration
	slept                time.Duration
	fixes                map[string]string // a line's replacement, by the line
	incomplete, noReview bool
}

func newPull(t *testing.T, before, after string) *pull {
	t.Helper()
	return newPullAt(t, fakehub.New(t), before, after)
}

func newPullAt(t *testing.T, hub *fakehub.Hub, before, after string) *pull {
	t.Helper()
	p := &pull{t: t, hub: hub, path: "Dockerfile", category: "dockmend", threshold: lint.Warning, annotate: true, fixes: map[string]string{}, timeout: time.Minute}
	p.hub.Head = head
	p.change(before, after)
	return p
}

// change sets what the pull request makes of the file.
func (p *pull) change(before, after string) {
	p.before, p.after = before, after
	p.hub.Blobs[files.BlobHash([]byte(after), 40)] = after
	p.hub.Changed = slices.DeleteFunc(p.hub.Changed, func(e map[string]any) bool { return e["filename"] == p.path })
	p.hub.Changed = append(p.hub.Changed, entry(p.path, before, after))
}

// findings are one for each line of the file that has "bad" in it, named by the
// word after it.
func (p *pull) findings() []*lint.Diagnostic {
	checkout := p.after
	if p.checkout != "" {
		checkout = p.checkout
	}
	return reviewtest.BadLines(p.path, checkout, p.fixes)
}

func (p *pull) client() *Client {
	c, err := NewClient(Server{URL: p.hub.URL, Token: "ghs_example", Repository: "o/r", Timeout: p.timeout, Wait: func(_ context.Context, d time.Duration) error {
		p.slept += d
		return nil
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// begin makes a plan, run applies one.
func (p *pull) begin(c *Client) (*review.Plan, *review.Threads, error) {
	p.t.Helper()
	threads, err := c.ListOwn(p.t.Context(), 7, p.category)
	if err != nil {
		return nil, nil, err
	}
	diff, err := c.Diff(p.t.Context(), p.event())
	if err != nil {
		return nil, nil, err
	}
	findings := p.findings()
	places := map[string]*review.Place{}
	for _, d := range findings {
		places[p.path] = diff.Place(p.t.Context(), p.path, d.Source.Bytes)
	}
	return review.NewPlan(review.Request{
		Platform: platform(),
		Findings: findings, Standing: review.Marks(findings), Complete: !p.incomplete, Places: places, Threads: threads.All,
		Category: p.category, Paths: p.paths, Threshold: p.threshold, Review: !p.noReview, Annotate: p.annotate, Alerts: p.alerts, Prove: reviewtest.Proving,
	}), threads, nil
}

func (p *pull) event() *forge.Event {
	return &forge.Event{Name: "pull_request", Number: 7, Head: p.hub.Head}
}

func (p *pull) run() *review.Plan {
	p.t.Helper()
	c := p.client()
	plan, threads, err := p.begin(c)
	if err != nil {
		p.t.Fatal(err)
	}
	c.Apply(p.t.Context(), plan, p.event(), threads)
	return plan
}

// standing words the live threads: "path:lines rules", in their order.
func (p *pull) standing() []string {
	var all []string
	for _, t := range p.hub.Threads() {
		if t.Resolved || t.Comments[0].Minimized != "" || t.Comments[0].Author != fakehub.Viewer {
			continue
		}
		all = append(all, thread(t))
	}
	return all
}

func thread(t *fakehub.Thread) string {
	return fmt.Sprintf("%s:%d-%d %s", t.Path, t.First, t.Last, strings.Join(reviewtest.RulesOf(t.Comments[0].Body), "+"))
}

// channelsOf words a plan's placements.
func channelsOf(p *review.Plan) []string {
	var all []string
	for _, x := range p.Placements {
		all = append(all, x.Finding.Rule.ID+" "+[...]string{"thread", "comment", "file", "alert", "annotation", "summary"}[x.Channel])
	}
	return all
}

// lost are the findings of a plan that stand nowhere or twice.
func (p *pull) lost(plan *review.Plan) (problems []string) {
	live := map[string]int{}
	for _, t := range p.hub.Threads() {
		if t.Resolved || t.Comments[0].Minimized != "" {
			continue
		}
		for _, comment := range t.Comments {
			marks, _ := review.ReadMarkers(comment.Body, p.category)
			for _, m := range marks {
				live[m]++
			}
		}
	}
	for _, x := range plan.Placements {
		n := live[strings.TrimPrefix(x.Finding.Fingerprint, "dockmend/v1:")]
		switch shown := x.Channel <= review.InFile; {
		case n > 1:
			problems = append(problems, fmt.Sprintf("%s is posted %d times", x.Finding.Rule.ID, n))
		case shown && n == 0:
			problems = append(problems, fmt.Sprintf("%s is lost", x.Finding.Rule.ID))
		}
	}
	return problems
}

// marker is the first line of a comment of ours for a finding.
func marker(category, mark string) string {
	return "<!-- dockmend:v1 " + category + " " + strings.ReplaceAll(url.QueryEscape(mark), "-", "%2D") + " -->\n"
}
