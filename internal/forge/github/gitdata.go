package github

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

// contentsWrite is the permission for branches and commits.
const contentsWrite = "contents: write"

// call does one request about the repository; path begins after its name.
func (c *Client) call(ctx context.Context, method, path string, body, out any) error {
	request, err := c.api.NewRequest(method, strings.TrimSuffix(fmt.Sprintf("repos/%s/%s/%s", c.owner, c.name, path), "/"), body)
	if err != nil {
		return err
	}
	_, err = c.api.Do(ctx, request, out)
	return err
}

// repeat does a call that may be done twice: once more where it is not known
// whether it was done, or where GitHub asks to come later.
func (c *Client) repeat(ctx context.Context, method, path string, body, out any) error {
	err := c.call(ctx, method, path, body, out)
	if kind, pause := failureOf(err); kind == unclear || kind == limited {
		if waited := c.wait(ctx, pause); waited != nil {
			return err
		}
		err = c.call(ctx, method, path, body, out)
	}
	return err
}

// isMissing reports whether GitHub answered 404.
func isMissing(err error) bool {
	var answer *github.ErrorResponse
	return errors.As(err, &answer) && answer.Response.StatusCode == http.StatusNotFound
}

// refusalWords are all that GitHub says of a refusal, in lower case.
func refusalWords(err error) string {
	var answer *github.ErrorResponse
	if !errors.As(err, &answer) {
		return ""
	}
	words := answer.Message
	for _, e := range answer.Errors {
		words += " " + e.Message + " " + e.Field
	}
	return strings.ToLower(words)
}

// gitObject is what answers about git's objects have.
type gitObject struct {
	SHA string `json:"sha"`
}

// gitCommit is a commit.
type gitCommit struct {
	gitObject
	Message string      `json:"message"`
	Tree    gitObject   `json:"tree"`
	Parents []gitObject `json:"parents"`
	Author  struct {
		Name string `json:"name"`
	} `json:"author"`
}

func (c *gitCommit) plain() *review.Commit {
	plain := &review.Commit{SHA: c.SHA, Tree: c.Tree.SHA, Message: c.Message, Author: c.Author.Name}
	for _, p := range c.Parents {
		plain.Parents = append(plain.Parents, p.SHA)
	}
	return plain
}

// gitEntry is a file or a folder of a tree.
type gitEntry struct {
	Path string `json:"path"`
	Mode string `json:"mode"`
	Type string `json:"type"`
	SHA  string `json:"sha,omitempty"`
	// Size is that of a file in bytes, where GitHub says it.
	Size int `json:"size,omitempty"`
	// Content is sent in the place of SHA for a file of plain UTF-8.
	Content *string `json:"content,omitempty"`
}

type gitTree struct {
	gitObject
	Tree      []gitEntry `json:"tree"`
	Truncated bool       `json:"truncated"`
}

type gitRef struct {
	Object gitObject `json:"object"`
}

// tip is a branch's commit, empty for a branch that is not there.
func (c *Client) tip(ctx context.Context, branch string) (string, error) {
	var ref gitRef
	err := c.call(ctx, http.MethodGet, "git/ref/heads/"+wire.Escaped(branch), nil, &ref)
	if isMissing(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the branch %s: %w", branch, explain(err))
	}
	if !review.IsCommit(ref.Object.SHA) {
		return "", fmt.Errorf("read the branch %s: GitHub names no commit", branch)
	}
	return ref.Object.SHA, nil
}

func (c *Client) commit(ctx context.Context, sha string) (*review.Commit, error) {
	var commit gitCommit
	if err := c.call(ctx, http.MethodGet, "git/commits/"+sha, nil, &commit); err != nil {
		return nil, fmt.Errorf("read commit %s: %w", review.Short(sha), explain(err))
	}
	if !review.IsCommit(commit.SHA) || !review.IsCommit(commit.Tree.SHA) {
		return nil, fmt.Errorf("read commit %s: GitHub names no tree", review.Short(sha))
	}
	return commit.plain(), nil
}

func (c *Client) tree(ctx context.Context, sha string, recursive bool) (*gitTree, error) {
	path := "git/trees/" + sha
	if recursive {
		path += "?recursive=1"
	}
	var tree gitTree
	if err := c.call(ctx, http.MethodGet, path, nil, &tree); err != nil {
		return nil, fmt.Errorf("read tree %s: %w", review.Short(sha), explain(err))
	}
	return &tree, nil
}

// entries finds files in a tree. One that is not there is left out. GitHub cuts
// the list of a huge tree, whose folders are read one by one then.
func (c *Client) entries(ctx context.Context, tree string, paths []string) (map[string]review.Entry, error) {
	found := map[string]review.Entry{}
	if len(paths) == 0 {
		return found, nil
	}
	all, err := c.tree(ctx, tree, true)
	if err != nil {
		return nil, err
	}
	if !all.Truncated {
		for _, e := range all.Tree {
			if slices.Contains(paths, e.Path) {
				found[e.Path] = review.Entry{Mode: e.Mode, SHA: e.SHA}
			}
		}
		return found, nil
	}
	folders := map[string]map[string]gitEntry{}
	for _, path := range paths {
		at, name := tree, ""
		for rest, more := path, true; more; {
			name, rest, more = strings.Cut(rest, "/")
			if folders[at] == nil {
				folder, err := c.tree(ctx, at, false)
				if err != nil {
					return nil, err
				}
				folders[at] = map[string]gitEntry{}
				for _, e := range folder.Tree {
					folders[at][e.Path] = e
				}
			}
			e, ok := folders[at][name]
			if !ok || (more && e.Type != "tree") {
				break
			}
			if at = e.SHA; !more {
				found[path] = review.Entry{Mode: e.Mode, SHA: e.SHA}
			}
		}
	}
	return found, nil
}

func (c *Client) makeBlob(ctx context.Context, content []byte) (string, error) {
	var blob gitObject
	body := map[string]string{"content": base64.StdEncoding.EncodeToString(content), "encoding": "base64"}
	err := c.repeat(ctx, http.MethodPost, "git/blobs", body, &blob)
	return blob.SHA, err
}

func (c *Client) makeTree(ctx context.Context, base string, entries []gitEntry) (string, error) {
	body := map[string]any{"tree": entries}
	if base != "" {
		body["base_tree"] = base
	}
	var tree gitObject
	err := c.repeat(ctx, http.MethodPost, "git/trees", body, &tree)
	return tree.SHA, err
}

// makeCommit makes a commit without an author, which GitHub signs then.
func (c *Client) makeCommit(ctx context.Context, message, tree string, parents []string) (string, error) {
	body := map[string]any{"message": message, "tree": tree, "parents": parents}
	var commit gitObject
	err := c.repeat(ctx, http.MethodPost, "git/commits", body, &commit)
	return commit.SHA, err
}

func (c *Client) makeRef(ctx context.Context, branch, sha string) error {
	return c.repeat(ctx, http.MethodPost, "git/refs", map[string]string{"ref": "refs/heads/" + branch, "sha": sha}, nil)
}

func (c *Client) moveRef(ctx context.Context, branch, sha string, force bool) error {
	return c.repeat(ctx, http.MethodPatch, "git/refs/heads/"+wire.Escaped(branch), map[string]any{"sha": sha, "force": force}, nil)
}

func (c *Client) deleteRef(ctx context.Context, branch string) error {
	return c.repeat(ctx, http.MethodDelete, "git/refs/heads/"+wire.Escaped(branch), nil, nil)
}

// pullRequest is one, as far as it matters here.
type pullRequest struct {
	Number   int     `json:"number"`
	State    string  `json:"state"`
	Title    string  `json:"title"`
	Body     string  `json:"body"`
	URL      string  `json:"html_url"`
	MergedAt *string `json:"merged_at"`
	Head     struct {
		Ref  string `json:"ref"`
		SHA  string `json:"sha"`
		Repo struct {
			FullName string `json:"full_name"`
		} `json:"repo"`
	} `json:"head"`
	User struct {
		Login string `json:"login"`
	} `json:"user"`
}

// pullsOf are the pull requests from a branch of this repository into another
// one, or into any if base is empty, the newest first.
func (c *Client) pullsOf(ctx context.Context, branch, base string) ([]*review.PullRequest, error) {
	query := url.Values{"state": {"all"}, "head": {c.owner + ":" + branch}, "per_page": {"100"}}
	if base != "" {
		query.Set("base", base)
	}
	var pulls []*pullRequest
	if err := c.call(ctx, http.MethodGet, "pulls?"+query.Encode(), nil, &pulls); err != nil {
		return nil, fmt.Errorf("list the pull requests from %s: %w", branch, explain(err))
	}
	var own []*review.PullRequest
	for _, p := range pulls { // GitHub leaves out a filter that it does not understand
		if p != nil && p.Head.Ref == branch && p.Number > 0 {
			own = append(own, p.plain())
		}
	}
	return own, nil
}

func (p *pullRequest) plain() *review.PullRequest {
	return &review.PullRequest{
		Number: p.Number, State: p.State, Body: p.Body, URL: p.URL, Merged: p.MergedAt != nil,
		Branch: p.Head.Ref, SHA: p.Head.SHA, Author: p.User.Login,
	}
}
