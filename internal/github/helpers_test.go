package github

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/github/fakehub"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// finding makes one on a whole line of a file.
func finding(source *lint.Source, id string, severity lint.Severity, line int) *lint.Diagnostic {
	return &lint.Diagnostic{
		Finding: lint.Finding{Span: source.Lines.Line(line), Message: id + " is wrong here", Severity: severity},
		Rule:    &lint.Meta{ID: id, Title: "the " + id + " hurts", Severity: severity}, Source: source,
		Fingerprint: fmt.Sprintf("dockmend/v1:%s-%s-%s", id, source.Path, strings.TrimSpace(string(source.Lines.Line(line).Of(source.Bytes)))),
	}
}

// mended gives a finding a proved fix.
func mended(d *lint.Diagnostic, applicability lint.Applicability, edits ...lint.FileEdit) *lint.Diagnostic {
	d.Fixes = []lint.Fix{{Title: "mend " + d.Rule.ID, Applicability: applicability, MaxEffect: lint.EffectConfig, Edits: edits}}
	d.Proof = lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd"}}
	return d
}

// proving proves everything.
func proving(*lint.Source, []text.Edit) lint.Proof {
	return lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd", "User"}}
}

// patchOf is the diff of a file as the API gives it: without a header.
func patchOf(before, after string) string {
	diff := string(text.UnifiedDiff("f", []byte(before), []byte(after)))
	for range 2 {
		_, diff, _ = strings.Cut(diff, "\n")
	}
	return strings.TrimSuffix(diff, "\n")
}

// entry is a changed file as the API lists it.
func entry(path, before, after string) map[string]any {
	status := "modified"
	if before == "" {
		status = "added"
	}
	patch := patchOf(before, after)
	return map[string]any{"filename": path, "status": status, "sha": files.BlobHash([]byte(after), 40), "changes": strings.Count(patch, "\n+"), "patch": patch}
}

// placeIn is the place of a checkout's file that is the head's.
func placeIn(before, after string) *Place {
	e := entry("f", before, after)
	status, sha, patch := e["status"].(string), e["sha"].(string), e["patch"].(string)
	d := &Diff{files: map[string]*gh.CommitFile{"f": {Status: &status, SHA: &sha, Patch: &patch}}}
	return d.Place(context.Background(), "f", []byte(after))
}

// commit does what GitHub's button does with a suggestion: it replaces the lines
// of the comment by what stands in the block.
func commit(t *testing.T, file string, first, last int, comment string) string {
	t.Helper()
	content, ok := suggested(comment)
	if !ok {
		t.Fatalf("the comment has no suggestion:\n%s", comment)
	}
	lines := strings.SplitAfter(file, "\n")
	return strings.Join(lines[:first-1], "") + content + strings.Join(lines[last:], "")
}

// suggested reads the first suggestion block of a comment as CommonMark does:
// the fence is closed by the first line of at least as many back-ticks.
func suggested(comment string) (content string, ok bool) {
	lines := strings.SplitAfter(comment, "\n")
	for i, line := range lines {
		fence := len(line) - len(strings.TrimLeft(line, "`"))
		if fence < 3 || strings.TrimSpace(line[fence:]) != "suggestion" {
			continue
		}
		for j := i + 1; j < len(lines); j++ {
			trimmed := strings.TrimSpace(lines[j])
			if len(trimmed) >= fence && strings.Trim(trimmed, "`") == "" {
				return strings.Join(lines[i+1:j], ""), true
			}
		}
	}
	return "", false
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
	source := lint.NewSource(p.path, []byte(checkout))
	var all []*lint.Diagnostic
	for i, line := range strings.Split(checkout, "\n") {
		_, name, ok := strings.Cut(line, "bad ")
		if !ok {
			continue
		}
		d := finding(source, name, lint.Warning, i+1)
		if fixed, ok := p.fixes[line]; ok {
			mended(d, lint.Safe, lint.Replace(d.Span, fixed))
		}
		all = append(all, d)
	}
	return all
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
func (p *pull) begin(c *Client) (*Plan, *Threads, error) {
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
	places := map[string]*Place{}
	for _, d := range findings {
		places[p.path] = diff.Place(p.t.Context(), p.path, d.Source.Bytes)
	}
	return NewPlan(Request{
		Findings: findings, Standing: Marks(findings), Complete: !p.incomplete, Places: places, Threads: threads.All,
		Category: p.category, Paths: p.paths, Threshold: p.threshold, Review: !p.noReview, Annotate: p.annotate, Alerts: p.alerts, Prove: proving,
	}), threads, nil
}

func (p *pull) event() *Event { return &Event{Name: "pull_request", Number: 7, Head: p.hub.Head} }

func (p *pull) run() (*Plan, []string) {
	p.t.Helper()
	c := p.client()
	plan, threads, err := p.begin(c)
	if err != nil {
		p.t.Fatal(err)
	}
	return plan, c.Apply(p.t.Context(), plan, p.event(), threads)
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
	var rules []string
	for line := range strings.Lines(t.Comments[0].Body) {
		if _, rest, ok := strings.Cut(line, "<sub>[`"); ok {
			name, _, _ := strings.Cut(rest, "`")
			rules = append(rules, name)
		}
	}
	return fmt.Sprintf("%s:%d-%d %s", t.Path, t.First, t.Last, strings.Join(rules, "+"))
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// channels words a plan's placements.
func channels(p *Plan) []string {
	var all []string
	for _, x := range p.Placements {
		all = append(all, x.Finding.Rule.ID+" "+[...]string{"thread", "comment", "file", "alert", "annotation", "summary"}[x.Channel])
	}
	return all
}

// lost are the findings of a plan that stand nowhere or twice.
func (p *pull) lost(plan *Plan) (problems []string) {
	live := map[string]int{}
	for _, t := range p.hub.Threads() {
		if t.Resolved || t.Comments[0].Minimized != "" || !bytes.HasPrefix([]byte(t.Comments[0].Body), []byte(markerHead)) {
			continue
		}
		marks, _ := readMarkers(t.Comments[0].Body, p.category)
		for _, m := range marks {
			live[m]++
		}
	}
	for _, x := range plan.Placements {
		n := live[mark(x.Finding)]
		switch shown := x.Channel <= InFile; {
		case n > 1:
			problems = append(problems, fmt.Sprintf("%s is posted %d times", x.Finding.Rule.ID, n))
		case shown && n == 0:
			problems = append(problems, fmt.Sprintf("%s is lost", x.Finding.Rule.ID))
		}
	}
	return problems
}
