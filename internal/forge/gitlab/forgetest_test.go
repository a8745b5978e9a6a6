package gitlab

import (
	"context"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/forgetest"
	"github.com/dockmend/dockmend/internal/forge/gitlab/fakelab"
)

// TestForge runs what every platform must do on GitLab's fake.
func TestForge(t *testing.T) { forgetest.Run(t, labHost{}) }

type labHost struct{}

func (labHost) Pull(t *testing.T) forgetest.Pull {
	t.Helper()
	return newPull(t, fakelab.New(t))
}

func (labHost) Repository(t *testing.T, files map[string]string) forgetest.Repository {
	t.Helper()
	lab := fakelab.New(t)
	lab.Commit("main", "somebody", files)
	return labRepo{lab, t}
}

// labPull is merge request 1 of a lab, from the branch changes.
type labPull struct {
	*fakelab.Lab
	t    *testing.T
	open *fakelab.Request
}

func newPull(t *testing.T, lab *fakelab.Lab) *labPull {
	t.Helper()
	lab.Branch("changes", "main")
	return &labPull{lab, t, lab.Open("changes", "alice")}
}

func client(t *testing.T, lab *fakelab.Lab) *Client {
	t.Helper()
	c, err := NewClient(Server{
		URL: lab.URL, Token: "glpat-example", Project: fakelab.Project, Timeout: time.Minute, Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *labPull) Forge() forge.Forge { return client(p.t, p.Lab) }

func (p *labPull) Push(path, before, after string) {
	if p.Files("main")[path] != before {
		p.Commit("main", "somebody", map[string]string{path: before})
	}
	p.Branch("changes", "main")
	p.Commit("changes", "alice", map[string]string{path: after})
}

func (p *labPull) Event() *forge.Event {
	p.t.Helper()
	return p.event("detached")
}

func (p *labPull) Queued() *forge.Event {
	p.t.Helper()
	return p.event("merge_train")
}

// event is what a job reads from its variables.
func (p *labPull) event(kind string) *forge.Event {
	p.t.Helper()
	variables := map[string]string{
		"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_EVENT_TYPE": kind, "CI_MERGE_REQUEST_IID": "1",
		"CI_COMMIT_SHA": p.Tip("changes"), "CI_MERGE_REQUEST_DIFF_BASE_SHA": p.Tip("main"), "CI_DEFAULT_BRANCH": "main",
		"CI_PROJECT_PATH": fakelab.Project, "CI_MERGE_REQUEST_PROJECT_PATH": fakelab.Project, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": fakelab.Project,
	}
	e, err := LoadEvent(func(name string) string { return variables[name] })
	if err != nil {
		p.t.Fatal(err)
	}
	return e
}

func (p *labPull) Threads() []forgetest.Thread {
	var all []forgetest.Thread
	for _, d := range p.open.Discussions {
		x := forgetest.Thread{ID: d.ID, Body: d.Notes[0].Body + "\n", Ours: d.Notes[0].Author == fakelab.Viewer, Open: !d.Resolved}
		if d.At != nil {
			x.Path, x.First, x.Last = d.At.NewPath, int(d.At.NewLine), int(d.At.NewLine)
			if d.At.LineRange != nil {
				x.First = int(d.At.LineRange.StartRange.NewLine)
			}
		}
		for _, reply := range d.Notes[1:] {
			x.Replies = append(x.Replies, reply.Body+"\n")
		}
		all = append(all, x)
	}
	return all
}

func (p *labPull) Reviews() int { return p.Published() }

func (p *labPull) Say(person, words string) { p.Lab.Say(p.open, nil, person, words) }

func (p *labPull) Answer(id, person, words string) {
	p.Lab.Say(p.open, p.discussion(id), person, words)
}

func (p *labPull) Resolve(id, person string) {
	d := p.discussion(id)
	d.Resolved, d.ResolvedBy = true, person
}

// Hide resolves: GitLab hides no comments.
func (p *labPull) Hide(id string) { p.Resolve(id, "alice") }

func (p *labPull) discussion(id string) *fakelab.Discussion {
	p.t.Helper()
	for _, d := range p.open.Discussions {
		if d.ID == id {
			return d
		}
	}
	p.t.Fatalf("no discussion %s", id)
	return nil
}

func (p *labPull) ReadOnly() { p.Scope = "read_api" }

type labRepo struct {
	*fakelab.Lab
	t *testing.T
}

func (r labRepo) Forge() forge.Forge { return client(r.t, r.Lab) }

func (r labRepo) Merge(branch string) {
	r.t.Helper()
	for _, m := range r.Requests() {
		if m.Source == branch && m.State == "opened" {
			r.Lab.Merge(m)
			return
		}
	}
	r.t.Fatalf("no merge request from %s", branch)
}

func (r labRepo) Proposals() []string {
	var all []string
	for _, m := range r.Requests() {
		state := m.State
		switch state {
		case "opened":
			state = "open"
		case "merged":
			state = "closed"
		}
		all = append(all, state)
	}
	return all
}
