package fakehub

import (
	"crypto/sha1" //nolint:gosec // git's own hash
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// Repo is a git repository with branches and pull requests. Its exported fields
// are set between requests.
type Repo struct {
	// Default is the default branch.
	Default string
	// NoPulls refuses to open pull requests, as the setting "Allow GitHub Actions
	// to create and approve pull requests" does that is off.
	NoPulls bool
	// NoDrafts refuses drafts, as private repositories without a plan do.
	NoDrafts bool
	// Protected are branches whose rules let nobody of Actions write.
	Protected []string
	// Signed are branches whose rules take commits with a verified signature
	// alone. UserToken makes the token a person's: its REST commits have none.
	Signed    []string
	UserToken bool
	// Truncated cuts recursive listings of trees.
	Truncated bool
	// Author is who opens pull requests; empty for Viewer.
	Author string
	// Before, if set, is called before a call is done, to play somebody else who
	// does something at that very moment.
	Before func(call string)

	h *Hub
	// name is the repository's, as the request has it.
	name    string
	refs    map[string]string
	commits map[string]commit
	trees   map[string]map[string]treeEntry
	pulls   []*PullRequest
}

type commit struct {
	tree, message, author string
	parents               []string
	signed                bool
}

type treeEntry struct{ mode, sha string }

// PullRequest is one of a Repo.
type PullRequest struct {
	Number                       int
	Head, Base, Title, Body      string
	HeadSHA, State, Author       string
	Draft, Merged                bool
	Labels, Assignees, Reviewers []string
	Comments                     []Said
	// Fork is the repository of its head where that is another one.
	Fork string
}

// Said is a comment below a pull request.
type Said struct{ Author, Body string }

// NewRepo gives the hub a repository with one commit.
func (h *Hub) NewRepo(files map[string]string) *Repo {
	r := &Repo{Default: "main", h: h, refs: map[string]string{}, commits: map[string]commit{}, trees: map[string]map[string]treeEntry{}}
	h.Repo = r
	r.Commit("main", "somebody", files)
	return r
}

// Commit commits files to a branch as a person's git would; one that is empty is
// deleted. The branch begins at the default one's tip. A path may have a mode,
// as "100755 run.sh".
func (r *Repo) Commit(branch, author string, files map[string]string) (sha string) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	tip, ok := r.refs[branch]
	if !ok {
		tip = r.refs[r.Default]
	}
	tree := maps.Clone(r.trees[r.commits[tip].tree])
	if tree == nil {
		tree = map[string]treeEntry{}
	}
	for path, content := range files {
		mode := "100644"
		if m, rest, ok := strings.Cut(path, " "); ok {
			mode, path = m, rest
		}
		if content == "" {
			delete(tree, path)
			continue
		}
		tree[path] = treeEntry{mode, r.blob(content)}
	}
	c := commit{tree: r.tree(tree), message: "work", author: author}
	if tip != "" {
		c.parents = []string{tip}
	}
	sha = r.commit(c)
	r.move(branch, sha)
	return sha
}

// Merge merges a branch into the default one.
func (r *Repo) Merge(branch string) { r.MergeInto(r.Default, branch) }

// MergeInto merges a branch that stands on another one's tip into that.
func (r *Repo) MergeInto(base, branch string) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	c := r.commits[r.refs[branch]]
	c.parents, c.message = []string{r.refs[base], r.refs[branch]}, "merge"
	r.move(base, r.commit(c))
}

// Move lets a branch point elsewhere, or deletes it where sha is empty.
func (r *Repo) Move(branch, sha string) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	r.move(branch, sha)
}

// Tip is a branch's commit, empty for none.
func (r *Repo) Tip(branch string) string {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	return r.refs[branch]
}

// Message is a commit's message, Parents its parents.
func (r *Repo) Message(sha string) string   { return r.commits[sha].message }
func (r *Repo) Parents(sha string) []string { return r.commits[sha].parents } //nolint:revive // see Message

// Branches are all of them.
func (r *Repo) Branches() []string {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	return slices.Sorted(maps.Keys(r.refs))
}

// Read is a branch's files, by "mode path".
func (r *Repo) Read(branch string) map[string]string {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	out := map[string]string{}
	for path, e := range r.trees[r.commits[r.refs[branch]].tree] {
		out[e.mode+" "+path] = r.h.Blobs[e.sha]
	}
	return out
}

// Pulls are all pull requests, oldest first.
func (r *Repo) Pulls() []*PullRequest {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	return slices.Clone(r.pulls)
}

func (r *Repo) blob(content string) string {
	sha := blobName(content)
	r.h.Blobs[sha] = content
	return sha
}

// tree keeps a tree whole, whatever its folders; its name is not git's.
func (r *Repo) tree(files map[string]treeEntry) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&b, "%s %s %s\n", files[path].mode, files[path].sha, path)
	}
	sum := sha1.Sum([]byte(b.String())) //nolint:gosec // git's own
	sha := hex.EncodeToString(sum[:])
	r.trees[sha] = files
	return sha
}

func (r *Repo) commit(c commit) string {
	sum := sha1.Sum(fmt.Appendf(nil, "%v %d", c, r.h.next())) //nolint:gosec // git's own
	sha := hex.EncodeToString(sum[:])
	r.commits[sha] = c
	return sha
}

// move moves a branch, with what GitHub does then: a pull request whose head has
// nothing ahead of its base any more is closed for good, one whose head the base
// took in is merged, and one whose branch is gone is closed.
func (r *Repo) move(branch, sha string) {
	if sha == "" {
		delete(r.refs, branch)
	} else {
		r.refs[branch] = sha
	}
	for _, p := range r.pulls {
		switch {
		case p.State != "open":
		case sha == "" && p.Base == branch:
			r.baseGone(p)
		case p.Head == branch && (sha == "" || r.within(sha, r.refs[p.Base])):
			p.State = "closed"
		case p.Head == branch:
			p.HeadSHA = sha
		case p.Base == branch && r.within(p.HeadSHA, sha):
			p.State, p.Merged = "closed", true
		}
	}
}

// baseGone is what GitHub does to a pull request whose base is deleted: it goes
// into where that branch was merged, or is closed.
func (r *Repo) baseGone(p *PullRequest) {
	i := slices.IndexFunc(r.pulls, func(x *PullRequest) bool { return x.Head == p.Base && x.Merged })
	if i < 0 {
		p.State = "closed"
		return
	}
	p.Base = r.pulls[i].Base
}

// within reports whether a commit is another one or below it.
func (r *Repo) within(sha, of string) bool {
	if sha == of {
		return true
	}
	return slices.ContainsFunc(r.commits[of].parents, func(parent string) bool { return r.within(sha, parent) })
}

// serveRepo answers what is about git and pull requests; ok is false for others.
func (h *Hub) serveRepo(call string, in *openapi3filter.RequestValidationInput, body []byte) (status int, answer any, ok bool) {
	r := h.Repo
	if r == nil {
		return 0, nil, false
	}
	if r.Before != nil {
		h.mu.Unlock()
		r.Before(call)
		h.mu.Lock()
	}
	p := in.PathParams
	r.name = p["owner"] + "/" + p["repo"]
	switch call {
	case "GET ":
		whole := h.like("full-repository-default-response", map[string]any{"default_branch": r.Default, "language": "Dockerfile"})
		for _, of := range []string{"source", "parent", "template_repository"} {
			delete(whole, of) // parts of the example that break its schema
		}
		return http.StatusOK, whole, true
	case "GET /contents/{path}":
		c, known := r.commits[in.Request.URL.Query().Get("ref")]
		e, there := r.trees[c.tree][p["path"]]
		if !known || !there {
			return 0, nil, false
		}
		content := h.Blobs[e.sha]
		return http.StatusOK, h.like("content-file-response-if-content-is-a-file", map[string]any{
			"path": p["path"], "size": len(content), "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(content)),
		}), true
	case "GET /git/ref/{ref}":
		status, answer = r.readRef(p["ref"])
	case "POST /git/refs":
		status, answer = r.makeRef(body)
	case "PATCH /git/refs/{ref}":
		status, answer = r.moveRef(p["ref"], body)
	case "DELETE /git/refs/{ref}":
		status, answer = r.deleteRef(p["ref"])
	case "GET /git/commits/{commit_sha}":
		if _, is := h.Snapshots[p["commit_sha"]]; is {
			return 0, nil, false
		}
		status, answer = r.readCommit(p["commit_sha"])
	case "POST /git/commits":
		status, answer = r.makeCommit(body)
	case "GET /git/trees/{tree_sha}":
		if _, _, is := h.snapshotTree(p["tree_sha"]); is {
			return 0, nil, false
		}
		status, answer = r.readTree(p["tree_sha"], in.Request.URL.Query().Has("recursive"))
	case "POST /git/trees":
		status, answer = r.makeTree(body)
	case "POST /git/blobs":
		status, answer = r.makeBlob(body)
	default:
		return h.servePulls(call, in, body)
	}
	return status, answer, true
}

func notFound() (int, any) {
	return http.StatusNotFound, map[string]string{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
}

func refused(words string) (int, any) {
	return http.StatusUnprocessableEntity, map[string]any{"message": words, "documentation_url": "https://docs.github.com/rest"}
}

func (r *Repo) refAnswer(branch string) any {
	return r.h.like("git-ref", map[string]any{
		"ref": "refs/heads/" + branch, "object": map[string]any{"sha": r.refs[branch], "type": "commit", "url": r.h.URL + "/x"},
	})
}

func (r *Repo) readRef(ref string) (int, any) {
	branch := strings.TrimPrefix(ref, "heads/")
	if r.refs[branch] == "" {
		return notFound()
	}
	return http.StatusOK, r.refAnswer(branch)
}

func (r *Repo) ruled(branch string) bool { return slices.Contains(r.Protected, branch) }

const violations = "Repository rule violations found"

// unsigned reports whether a branch's rules refuse a commit that is new to them.
func (r *Repo) unsigned(branch, sha string) bool {
	for _, tip := range r.refs {
		if r.within(sha, tip) {
			return false
		}
	}
	return slices.Contains(r.Signed, branch) && !r.commits[sha].signed
}

const unverified = violations + "\n\nCommits must have verified signatures.\n\n"

func (r *Repo) makeRef(body []byte) (int, any) {
	var want struct{ Ref, SHA string }
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	branch, ok := strings.CutPrefix(want.Ref, "refs/heads/")
	switch {
	case !ok:
		return refused("Reference name must start with 'refs/heads/'")
	case r.ruled(branch):
		return refused(violations)
	case r.refs[branch] != "":
		return refused("Reference already exists")
	case r.commits[want.SHA].tree == "":
		return refused("Object does not exist")
	case r.unsigned(branch, want.SHA):
		return refused(unverified)
	}
	r.move(branch, want.SHA)
	return http.StatusCreated, r.refAnswer(branch)
}

func (r *Repo) moveRef(ref string, body []byte) (int, any) {
	var want struct {
		SHA   string
		Force bool
	}
	branch := strings.TrimPrefix(ref, "heads/")
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	switch {
	case r.ruled(branch):
		return refused(violations)
	case r.refs[branch] == "":
		return refused("Reference does not exist")
	case r.commits[want.SHA].tree == "":
		return refused("Object does not exist")
	case !want.Force && !r.within(r.refs[branch], want.SHA):
		return refused("Update is not a fast forward")
	case r.unsigned(branch, want.SHA): // seen with both statuses
		_, answer := refused(unverified)
		return http.StatusConflict, answer
	}
	r.move(branch, want.SHA)
	return http.StatusOK, r.refAnswer(branch)
}

func (r *Repo) deleteRef(ref string) (int, any) {
	branch := strings.TrimPrefix(ref, "heads/")
	if r.refs[branch] == "" {
		return refused("Reference does not exist")
	}
	r.move(branch, "")
	return http.StatusNoContent, nil
}

func (r *Repo) commitAnswer(sha string) any {
	c := r.commits[sha]
	parents := []any{}
	for _, p := range c.parents {
		parents = append(parents, map[string]any{"sha": p, "url": r.h.URL + "/x", "html_url": r.h.URL + "/x"})
	}
	who := map[string]any{"name": c.author, "email": "x@example.com", "date": epoch}
	return r.h.like("git-commit", map[string]any{
		"author": who, "committer": who, "sha": sha, "message": c.message, "parents": parents, "tree": map[string]any{"sha": c.tree, "url": r.h.URL + "/x"},
	})
}

func (r *Repo) readCommit(sha string) (int, any) {
	if r.commits[sha].tree == "" {
		return notFound()
	}
	return http.StatusOK, r.commitAnswer(sha)
}

func (r *Repo) makeCommit(body []byte) (int, any) {
	var want struct {
		Message, Tree, Signature string
		Parents                  []string
		Author, Committer        any
	}
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	if want.Author != nil || want.Committer != nil || want.Signature != "" {
		r.h.t.Errorf("a commit with an author, a committer or a signature, so that GitHub does not sign it: %.300s", body)
	}
	if r.trees[want.Tree] == nil {
		return refused("Tree SHA does not exist")
	}
	sha := r.commit(commit{tree: want.Tree, message: want.Message, author: Viewer, parents: want.Parents, signed: !r.UserToken})
	return http.StatusCreated, r.commitAnswer(sha)
}

// append is GraphQL's createCommitOnBranch; nil where GitHub refuses.
func (r *Repo) append(input map[string]any) any {
	at := func(name string) map[string]any { inner, _ := input[name].(map[string]any); return inner }
	word := func(of map[string]any, name string) string { s, _ := of[name].(string); return s }
	branch := word(at("branch"), "branchName")
	tip := r.refs[branch]
	if tip == "" || tip != input["expectedHeadOid"] {
		return nil
	}
	files := maps.Clone(r.trees[r.commits[tip].tree])
	additions, _ := at("fileChanges")["additions"].([]any)
	for _, a := range additions {
		file, _ := a.(map[string]any)
		content, err := base64.StdEncoding.DecodeString(word(file, "contents"))
		if err != nil {
			r.h.t.Errorf("contents that are not base64: %v", err)
			return nil
		}
		files[word(file, "path")] = treeEntry{"100644", r.blob(string(content))} // whatever it was
	}
	message := word(at("message"), "headline") + "\n\n" + word(at("message"), "body")
	sha := r.commit(commit{tree: r.tree(files), message: message, author: Viewer, parents: []string{tip}, signed: true})
	r.move(branch, sha)
	return object{"commit": object{"oid": sha}}
}

func (r *Repo) readTree(sha string, recursive bool) (int, any) {
	files := r.trees[sha]
	if c, ok := r.commits[sha]; ok {
		files = r.trees[c.tree]
	}
	if files == nil {
		return notFound()
	}
	entries, below := []any{}, map[string]map[string]treeEntry{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		e := files[path]
		if folder, rest, ok := strings.Cut(path, "/"); ok && !recursive {
			if below[folder] == nil {
				below[folder] = map[string]treeEntry{}
			}
			below[folder][rest] = e
			continue
		}
		entries = append(entries, map[string]any{"path": path, "mode": e.mode, "type": "blob", "sha": e.sha, "url": r.h.URL + "/x"})
	}
	for folder, files := range below {
		entries = append(entries, map[string]any{"path": folder, "mode": "040000", "type": "tree", "sha": r.tree(files), "url": r.h.URL + "/x"})
	}
	cut := r.Truncated && recursive
	if cut {
		entries = []any{}
	}
	return http.StatusOK, map[string]any{"sha": sha, "url": r.h.URL + "/x", "tree": entries, "truncated": cut}
}

func (r *Repo) makeTree(body []byte) (int, any) {
	var want struct {
		Base string `json:"base_tree"`
		Tree []struct {
			Path, Mode, Type string
			SHA              *string
			Content          *string
		}
	}
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	files := maps.Clone(r.trees[want.Base])
	if want.Base != "" && files == nil {
		return refused("base_tree does not exist")
	}
	if files == nil {
		files = map[string]treeEntry{}
	}
	for _, e := range want.Tree {
		switch {
		case strings.HasPrefix(e.Path, ".github/workflows/"):
			return http.StatusForbidden, map[string]string{"message": "refusing to allow a GitHub App to create or update workflow"}
		case e.Content != nil:
			files[e.Path] = treeEntry{e.Mode, r.blob(*e.Content)}
		case e.SHA == nil:
			delete(files, e.Path)
		default:
			if _, ok := r.h.Blobs[*e.SHA]; !ok {
				return refused("tree.sha does not exist")
			}
			files[e.Path] = treeEntry{e.Mode, *e.SHA}
		}
	}
	return http.StatusCreated, map[string]any{"sha": r.tree(files), "url": r.h.URL + "/x", "tree": []any{}, "truncated": false}
}

func (r *Repo) makeBlob(body []byte) (int, any) {
	var want struct{ Content, Encoding string }
	err := json.Unmarshal(body, &want)
	content := []byte(want.Content)
	if err == nil && want.Encoding == "base64" {
		content, err = base64.StdEncoding.DecodeString(want.Content)
	} else if !utf8.Valid(content) {
		r.h.t.Error("a blob that is neither UTF-8 nor base64")
	}
	if err != nil {
		return refused(err.Error())
	}
	return http.StatusCreated, r.h.like("short-blob", map[string]any{"sha": r.blob(string(content)), "url": r.h.URL + "/x"})
}
