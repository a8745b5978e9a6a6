package fakelab

import (
	"crypto/sha1" //nolint:gosec // names of commits
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

// File is a file of a commit.
type File struct{ Mode, Content string }

// commit is one of the repository.
type commit struct {
	id, message, author string
	parents             []string
	files               map[string]File
}

type repository struct {
	commits  map[string]*commit
	branches map[string]string
}

func newRepository() repository {
	r := repository{commits: map[string]*commit{}, branches: map[string]string{}}
	r.branches["main"] = r.commit("begin", "somebody", nil, map[string]File{}).id
	return r
}

func (r *repository) commit(message, author string, parents []string, there map[string]File) *commit {
	sum := sha1.Sum(fmt.Appendf(nil, "%d %s %s %v", len(r.commits), message, author, parents)) //nolint:gosec // see the import
	c := &commit{id: hex.EncodeToString(sum[:]), message: message, author: author, parents: parents, files: there}
	r.commits[c.id] = c
	return c
}

// Commit writes files on a branch; an empty content deletes one.
func (l *Lab) Commit(branch, person string, changed map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tip := l.commits[l.branches[branch]]
	there := maps.Clone(tip.files)
	for name, content := range changed {
		mode := there[name].Mode
		if mode == "" {
			mode = "100644"
		}
		if content == "" {
			delete(there, name)
			continue
		}
		there[name] = File{mode, content}
	}
	l.branches[branch] = l.commit("change", person, []string{tip.id}, there).id
}

// Branch makes a branch from another one, or moves it there.
func (l *Lab) Branch(branch, from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.branches[branch] = l.branches[from]
}

// Tip is the last commit of a branch; empty for none.
func (l *Lab) Tip(branch string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.branches[branch]
}

// Files are those of a branch; nil for none.
func (l *Lab) Files(branch string) map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	tip := l.commits[l.branches[branch]]
	if tip == nil {
		return nil
	}
	there := map[string]string{}
	for name, f := range tip.files {
		there[name] = f.Content
	}
	return there
}

// resolve finds the commit of a branch or a hash.
func (r *repository) resolve(ref string) *commit {
	if c := r.commits[ref]; c != nil {
		return c
	}
	return r.commits[r.branches[ref]]
}

// ancestors are a commit and those before it, the nearest first.
func (r *repository) ancestors(id string) []string {
	queue := []string{id}
	for i := 0; i < len(queue); i++ {
		for _, p := range r.commits[queue[i]].parents {
			if !slices.Contains(queue, p) {
				queue = append(queue, p)
			}
		}
	}
	return queue
}

func (r *repository) mergeBase(a, b string) string {
	of := r.ancestors(a)
	for _, id := range r.ancestors(b) {
		if slices.Contains(of, id) {
			return id
		}
	}
	return ""
}

// diff is what changed between two commits, with hunks as GitLab gives them.
func (r *repository) diff(from, to *commit) []*gitlab.Diff {
	names := slices.Sorted(maps.Keys(from.files))
	for name := range to.files {
		if _, known := from.files[name]; !known {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	all := []*gitlab.Diff{}
	for _, name := range names {
		was, had := from.files[name]
		is, has := to.files[name]
		if was == is {
			continue
		}
		all = append(all, &gitlab.Diff{
			Diff: reviewtest.PatchOf(was.Content, is.Content), NewPath: name, OldPath: name, AMode: was.Mode, BMode: is.Mode,
			NewFile: !had, DeletedFile: !has,
		})
	}
	return all
}

func (c *commit) plain() *gitlab.Commit {
	return &gitlab.Commit{ID: c.id, ShortID: c.id[:8], Message: c.message, AuthorName: c.author, ParentIDs: c.parents}
}

func getProject(*Lab, *call) answer {
	return ok(&gitlab.Project{ID: ProjectID, PathWithNamespace: Project, DefaultBranch: "main", WebURL: "https://lab.example/" + Project})
}

func getBranch(l *Lab, c *call) answer {
	name := c.PathValue("branch")
	tip := l.commits[l.branches[name]]
	if tip == nil {
		return missing()
	}
	return ok(&gitlab.Branch{Name: name, Commit: tip.plain()})
}

func deleteBranch(l *Lab, c *call) answer {
	if l.branches[c.PathValue("branch")] == "" {
		return missing()
	}
	delete(l.branches, c.PathValue("branch"))
	return answer{status: http.StatusNoContent}
}

func commitDiff(l *Lab, c *call) answer {
	tip := l.commits[c.PathValue("sha")]
	if tip == nil {
		return missing()
	}
	before := &commit{files: map[string]File{}}
	if len(tip.parents) > 0 {
		before = l.commits[tip.parents[0]]
	}
	return page(c, l.diff(before, tip))
}

func compareCommits(l *Lab, c *call) answer {
	from, to := l.resolve(c.URL.Query().Get("from")), l.resolve(c.URL.Query().Get("to"))
	if from == nil || to == nil {
		return missing()
	}
	return ok(&gitlab.Compare{Commit: to.plain(), Commits: []*gitlab.Commit{}, Diffs: l.diff(l.commits[l.mergeBase(from.id, to.id)], to)})
}

func listTree(l *Lab, c *call) answer {
	tip := l.resolve(c.URL.Query().Get("ref"))
	if tip == nil {
		return missing()
	}
	if c.URL.Query().Get("recursive") == "true" {
		return listAll(l, c, tip)
	}
	folder := c.URL.Query().Get("path")
	if folder == "" {
		folder = "."
	}
	nodes := []*gitlab.TreeNode{}
	for _, name := range slices.Sorted(maps.Keys(tip.files)) {
		if path.Dir(name) == folder {
			f := tip.files[name]
			nodes = append(nodes, &gitlab.TreeNode{
				ID: files.BlobHash([]byte(f.Content), 40), Name: path.Base(name), Type: "blob", Path: name, Mode: f.Mode,
			})
		}
	}
	if len(nodes) == 0 {
		return missing() // 404 invalid revision or path
	}
	return page(c, nodes)
}

func rawFile(l *Lab, c *call) answer {
	tip := l.resolve(c.URL.Query().Get("ref"))
	if tip == nil {
		return missing()
	}
	f, has := tip.files[c.PathValue("file")]
	if !has {
		return missing()
	}
	return answer{status: http.StatusOK, raw: []byte(f.Content)}
}

// lastChange is the last commit that changed a file.
func (r *repository) lastChange(from, name string) string {
	for _, id := range r.ancestors(from) {
		c := r.commits[id]
		if len(c.parents) == 0 || r.commits[c.parents[0]].files[name] != c.files[name] {
			return id
		}
	}
	return ""
}

func getFile(l *Lab, c *call) answer {
	tip := l.resolve(c.URL.Query().Get("ref"))
	if tip == nil {
		return missing()
	}
	name := c.PathValue("file")
	f, has := tip.files[name]
	if !has {
		return missing()
	}
	return ok(&gitlab.File{
		FileName: path.Base(name), FilePath: name, Size: int64(len(f.Content)), Encoding: "base64", Ref: tip.id, CommitID: tip.id,
		Content: base64.StdEncoding.EncodeToString([]byte(f.Content)), BlobID: files.BlobHash([]byte(f.Content), 40),
		LastCommitID: l.lastChange(tip.id, name),
	})
}

// createCommit makes a commit on a branch: on its tip, or on another commit or branch, which
// makes the branch, or moves it where force says so.
func createCommit(l *Lab, c *call) answer {
	var o gitlab.CreateCommitOptions
	c.into(&o)
	bad := func(words string) answer { return refuse(http.StatusBadRequest, words) }
	from := l.commits[l.branches[*o.Branch]]
	there := from != nil
	force := o.Force != nil && *o.Force
	switch {
	case o.StartSHA != nil:
		from = l.commits[*o.StartSHA]
	case o.StartBranch != nil:
		from = l.commits[l.branches[*o.StartBranch]]
	}
	if from == nil {
		return bad("You can only create or edit files when you are on a branch")
	}
	if there && (o.StartSHA != nil || o.StartBranch != nil) && !force {
		return bad(fmt.Sprintf("A branch called '%s' already exists. Switch to that branch in order to make changes", *o.Branch))
	}
	changed := maps.Clone(from.files)
	for _, action := range o.Actions {
		name, content := *action.FilePath, ""
		was, has := changed[name]
		if action.Content != nil {
			content = *action.Content
		}
		if action.Encoding != nil && *action.Encoding == "base64" {
			src, err := base64.StdEncoding.DecodeString(content)
			if err != nil {
				return bad("invalid base64")
			}
			content = string(src)
		}
		switch *action.Action {
		case gitlab.FileCreate:
			if has {
				return bad("A file with this name already exists")
			}
			changed[name] = File{"100644", content}
		case gitlab.FileUpdate:
			if !has {
				return bad("A file with this name doesn't exist")
			}
			if action.LastCommitID != nil && l.lastChange(from.id, name) != *action.LastCommitID {
				return bad("The file has changed since you started editing it: " + name)
			}
			changed[name] = File{was.Mode, content}
		default:
			return bad("no such action here")
		}
	}
	now := l.commit(*o.CommitMessage, Viewer, []string{from.id}, changed)
	l.branches[*o.Branch] = now.id
	return made(now.plain())
}

func currentUser(*Lab, *call) answer {
	return ok(&gitlab.User{ID: userID(Viewer), Username: Viewer, Name: Viewer, State: "active"})
}

func listUsers(_ *Lab, c *call) answer {
	name := c.URL.Query().Get("username")
	if strings.HasPrefix(name, "nobody") {
		return ok([]*gitlab.User{})
	}
	return ok([]*gitlab.User{{ID: userID(name), Username: name, Name: name, State: "active"}})
}
