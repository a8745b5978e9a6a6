package github

import (
	"archive/zip"
	"bytes"
	"maps"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/forgetest"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// TestForge runs what every platform must do on GitHub's fake.
func TestForge(t *testing.T) { forgetest.Run(t, hubHost{}) }

type hubHost struct{}

func (hubHost) Pull(t *testing.T) forgetest.Pull {
	t.Helper()
	return hubPull{newPull(t, "", "")}
}

func (hubHost) Repository(t *testing.T, files map[string]string) forgetest.Repository {
	t.Helper()
	return hubRepo{newRepo(t, fakehub.New(t), files)}
}

type hubPull struct{ *pull }

func (p hubPull) Forge() forge.Forge { return p.client() }

func (p hubPull) Push(path, before, after string) {
	p.hub.Head = map[string]string{head: head2, head2: head3, head3: head}[p.hub.Head]
	p.path = path
	p.change(before, after)
}

func (p hubPull) Event() *forge.Event {
	return &forge.Event{Name: "pull_request", Repository: "o/r", Number: 7, Head: p.hub.Head, Base: base}
}

func (p hubPull) Queued() *forge.Event {
	return &forge.Event{Name: "merge_group", Repository: "o/r", Head: p.hub.Head, Base: base}
}

func (p hubPull) Threads() []forgetest.Thread {
	var all []forgetest.Thread
	for _, x := range p.hub.Threads() {
		first := x.Comments[0]
		thread := forgetest.Thread{
			ID: x.ID, Path: x.Path, First: x.First, Last: x.Last, Body: first.Body,
			Ours: first.Author == fakehub.Viewer, Open: !x.Resolved && first.Minimized == "",
		}
		for _, reply := range x.Comments[1:] {
			thread.Replies = append(thread.Replies, reply.Body)
		}
		all = append(all, thread)
	}
	return all
}

func (p hubPull) Reviews() int { return len(p.hub.Reviews()) }

func (p hubPull) Say(person, words string) { p.hub.Say(nil, person, words) }

func (p hubPull) Answer(id, person, words string) { p.hub.Say(p.thread(id), person, words) }

func (p hubPull) Resolve(id, person string) {
	x := p.thread(id)
	x.Resolved, x.ResolvedBy = true, person
}

func (p hubPull) Hide(id string) { p.thread(id).Comments[0].Minimized = "off-topic" }

func (p hubPull) thread(id string) *fakehub.Thread {
	p.t.Helper()
	for _, x := range p.hub.Threads() {
		if x.ID == id {
			return x
		}
	}
	p.t.Fatalf("no thread %s", id)
	return nil
}

func (p hubPull) ReadOnly() {
	p.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"}
}

func (p hubPull) HandOver(category string, file []byte) (*forge.Event, forge.Workflows) {
	p.t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, err := w.Create("review.json")
	if err == nil {
		_, err = f.Write(file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.hub.Artifacts[category] = packed.Bytes()
	p.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write", "actions": "read"}
	p.hub.Pulls = []map[string]any{{
		"_head": "ann:changes", "number": 7,
		"head": map[string]any{"sha": p.hub.Head, "ref": "changes", "repo": p.hub.Repository("ann/r")},
		"base": map[string]any{"sha": base, "repo": p.hub.Repository("o/r")},
	}}
	return &forge.Event{
		Name: "workflow_run", Repository: "o/r", Run: &forge.Run{ID: 1, Head: p.hub.Head, Branch: "changes", Repository: "ann/r"},
	}, p.client()
}

type hubRepo struct{ *repo }

func (r hubRepo) Forge() forge.Forge { return r.client() }

func (r hubRepo) Commit(branch, person string, files map[string]string) {
	r.Repo.Commit(branch, person, files)
}

func (r hubRepo) Files(branch string) map[string]string {
	if r.Tip(branch) == "" {
		return nil
	}
	files := map[string]string{}
	for name, content := range maps.All(r.Read(branch)) { // "MODE path"
		_, path, _ := strings.Cut(name, " ")
		files[path] = content
	}
	return files
}

func (r hubRepo) Proposals() []string {
	var all []string
	for _, p := range r.Pulls() {
		all = append(all, p.State)
	}
	return all
}
