package fakehub

import (
	"crypto/sha1" //nolint:gosec // git's own hash
	"fmt"
	"maps"
	"net/http"
	"slices"
)

// Snapshot is a commit.
type Snapshot struct {
	Parents []string
	// Files makes the files of the commit when they are asked for, by path.
	Files func() map[string]string
	// Truncated has the list of the files cut, as GitHub does with very long ones.
	Truncated bool
}

// treeOf is the name of a snapshot's tree.
func treeOf(commit string) string { return blobName("tree of " + commit) }

// blobName is git's name for a file's content.
func blobName(content string) string {
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content))) //nolint:gosec // git's own
}

// blob finds a content by its name; of snapshots, once a tree was listed that has it.
func (h *Hub) blob(sha string) (string, bool) {
	if content, ok := h.Blobs[sha]; ok {
		return content, true
	}
	content, ok := h.listed[sha]
	return content, ok
}

func (h *Hub) snapshotCommit(sha string) (any, bool) {
	s, ok := h.Snapshots[sha]
	if !ok {
		return nil, false
	}
	commit := h.like("git-commit-2", map[string]any{"sha": sha})
	tree, _ := commit["tree"].(map[string]any)
	tree["sha"] = treeOf(sha)
	parents, _ := commit["parents"].([]any)
	example, _ := parents[0].(map[string]any)
	all := []any{}
	for _, parent := range s.Parents {
		one := maps.Clone(example)
		one["sha"] = parent
		all = append(all, one)
	}
	commit["parents"] = all
	return commit, true
}

func (h *Hub) snapshotTree(sha string) (status int, answer any, ok bool) {
	for commit, s := range h.Snapshots {
		if treeOf(commit) != sha {
			continue
		}
		files := s.Files()
		entries := []any{}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			sha := blobName(files[name])
			h.listed[sha] = files[name]
			entries = append(entries, map[string]any{
				"path": name, "mode": "100644", "type": "blob", "sha": sha, "size": len(files[name]),
				"url": "https://api.github.com/repos/o/r/git/blobs/" + sha,
			})
		}
		return http.StatusOK, map[string]any{"sha": sha, "url": "https://api.github.com/repos/o/r/git/trees/" + sha, "tree": entries, "truncated": s.Truncated}, true
	}
	return 0, nil, false
}
