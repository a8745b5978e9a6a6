package fakehub

import (
	"encoding/json"
	"maps"
	"os"
	"testing"
)

// saved is a repository in a file, with the commits, trees and pull requests of the
// day on which it was written.
type saved struct {
	Refs    map[string]string                `json:"refs"`
	Commits map[string]savedCommit           `json:"commits"`
	Trees   map[string]map[string]savedEntry `json:"trees"`
	Blobs   map[string]string                `json:"blobs"`
	Pulls   []*PullRequest                   `json:"pulls"`
}

type savedCommit struct {
	Tree    string   `json:"tree"`
	Message string   `json:"message"`
	Author  string   `json:"author"`
	Parents []string `json:"parents"`
	Signed  bool     `json:"signed"`
}

type savedEntry struct {
	Mode string `json:"mode"`
	SHA  string `json:"sha"`
}

// LoadRepo gives the hub the repository of a file (testdata/compat).
func (h *Hub) LoadRepo(tb testing.TB, name string) *Repo {
	tb.Helper()
	var s saved
	load(tb, name, &s)
	r := &Repo{Default: "main", h: h, refs: s.Refs, commits: map[string]commit{}, trees: map[string]map[string]treeEntry{}, pulls: s.Pulls}
	for sha, c := range s.Commits {
		r.commits[sha] = commit{tree: c.Tree, message: c.Message, author: c.Author, parents: c.Parents, signed: c.Signed}
	}
	for sha, entries := range s.Trees {
		r.trees[sha] = map[string]treeEntry{}
		for path, e := range entries {
			r.trees[sha][path] = treeEntry{e.Mode, e.SHA}
		}
	}
	maps.Copy(h.Blobs, s.Blobs)
	// New commits get other names than those of the file.
	h.state.ids += int64(len(s.Commits))
	h.Repo = r
	return r
}

// LoadThreads gives the hub the threads of a file.
func (h *Hub) LoadThreads(tb testing.TB, name string) {
	tb.Helper()
	load(tb, name, &h.state.threads)
	h.state.ids += 1000 // so that new ones are younger
}

func load(tb testing.TB, name string, into any) {
	tb.Helper()
	src, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(src, into)
	}
	if err != nil {
		tb.Fatal(err)
	}
}
