package github

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
)

const (
	// pageSize is the most repositories that GitHub lists at once, listPages how many
	// pages are read.
	pageSize  = 100
	listPages = 1000
	// headsAtOnce is how many repositories one query asks about.
	headsAtOnce = 50
	plainJSON   = "application/vnd.github+json"
	rawContent  = "application/vnd.github.raw+json"
)

// nameForm is that of a repository; it is safe in a path and in GraphQL.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]*/[A-Za-z0-9._-]+$`)

// Account is GitHub as one token sees it, with all repositories. It is a forge.Host.
type Account struct {
	pace         *pace
	base, graphq string
}

// NewAccount makes an account; no request is made yet. The server's Repository does not
// count.
func NewAccount(s Server) (*Account, error) {
	base, err := url.Parse(s.URL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("GITHUB_API_URL %q is not a URL", s.URL)
	}
	root := strings.TrimSuffix(s.URL, "/")
	graphq := s.GraphQL
	if graphq == "" {
		// GitHub Enterprise Server has its GraphQL next to the API's version 3.
		graphq = strings.TrimSuffix(root, "/v3") + "/graphql"
	}
	return &Account{pace: newPace(s, base.Host), base: root, graphq: graphq}, nil
}

// Name implements forge.Host.
func (a *Account) Name() string { return platform().Name }

// Requests implements forge.Host.
func (a *Account) Requests() int { return a.pace.count() }

// get reads JSON; found is false for what is not there.
func (a *Account) get(ctx context.Context, path string, out any) (found bool, err error) {
	r, err := a.pace.do(ctx, rest, http.MethodGet, a.base+path, nil, plainJSON)
	switch {
	case err != nil:
		return false, err
	case r.status == http.StatusNotFound, r.status == http.StatusConflict: // an empty repository is a conflict
		return false, nil
	case r.status != http.StatusOK:
		return false, refusal(r)
	}
	if err := json.Unmarshal(r.body, out); err != nil {
		return false, fmt.Errorf("GitHub's answer cannot be read: %w", err)
	}
	return true, nil
}

// refusal words an answer that is no success.
func refusal(r *reply) error {
	var said struct{ Message string }
	_ = json.Unmarshal(r.body, &said) // what is no JSON says nothing
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return &forge.NoPermission{Forge: platform().Name, Answer: fmt.Sprint(r.status), Needs: "contents: read, metadata: read"}
	}
	return fmt.Errorf("GitHub answered %d: %.200s", r.status, said.Message)
}

// query asks GraphQL. What it answers besides errors counts: one of several repositories may
// be missing.
func (a *Account) query(ctx context.Context, document string, out any) error {
	body, err := json.Marshal(map[string]any{"query": document})
	if err != nil {
		return err
	}
	r, err := a.pace.do(ctx, graphQL, http.MethodPost, a.graphq, body, plainJSON)
	if err != nil {
		return err
	}
	if r.status != http.StatusOK {
		return refusal(r)
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	if err := json.Unmarshal(r.body, &answer); err != nil {
		return fmt.Errorf("GitHub's answer cannot be read: %w", err)
	}
	for i := range answer.Errors {
		if e := &answer.Errors[i]; e.Type != "NOT_FOUND" || len(answer.Data) == 0 || string(answer.Data) == "null" {
			if e.Type == "FORBIDDEN" {
				return explain(e)
			}
			return e
		}
	}
	return json.Unmarshal(answer.Data, out)
}

// listed is a repository as a list has it.
type listed struct {
	FullName      string `json:"full_name"`
	HTMLURL       string `json:"html_url"`
	DefaultBranch string `json:"default_branch"`
	Archived      bool
	Disabled      bool
	Fork          bool
	Topics        []string
}

// List implements forge.Host.
func (a *Account) List(ctx context.Context, s forge.Selection) ([]forge.Repository, error) {
	if len(s.Names) > 0 {
		all := make([]forge.Repository, len(s.Names))
		for i, name := range s.Names {
			if !nameForm.MatchString(name) {
				return nil, fmt.Errorf("%q is not a repository; write it as owner/name", name)
			}
			all[i] = forge.Repository{Name: name}
		}
		return all, nil
	}
	if s.Org == "" || !nameForm.MatchString(s.Org+"/x") {
		return nil, fmt.Errorf("%q is not the name of an organisation on GitHub", s.Org)
	}
	var all []forge.Repository
	of := "/orgs/" + s.Org + "/repos"
	for page := 1; page <= listPages; page++ {
		var repositories []listed
		found, err := a.get(ctx, fmt.Sprintf("%s?per_page=%d&page=%d", of, pageSize, page), &repositories)
		if err == nil && !found && page == 1 && strings.HasPrefix(of, "/orgs/") { // a person has repositories too
			of = "/users/" + s.Org + "/repos"
			found, err = a.get(ctx, fmt.Sprintf("%s?per_page=%d&page=%d", of, pageSize, page), &repositories)
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("list the repositories of %s: %w", s.Org, err)
		case !found:
			return nil, fmt.Errorf("list the repositories of %s: GitHub knows no such organisation for this token", s.Org)
		}
		for _, r := range repositories {
			if s.Topic == "" || slices.Contains(r.Topics, s.Topic) {
				all = append(all, r.repository(s))
			}
		}
		if len(repositories) < pageSize {
			return all, nil
		}
	}
	return nil, fmt.Errorf("%s has more than %d repositories", s.Org, listPages*pageSize)
}

func (r listed) repository(s forge.Selection) forge.Repository {
	skip := skipOf(r.Archived && !s.Archived, r.Disabled, r.Fork && !s.Forks)
	return forge.Repository{Name: r.FullName, URL: r.HTMLURL, Branch: r.DefaultBranch, Skip: skip}
}

func skipOf(archived, disabled, fork bool) string {
	switch {
	case archived:
		return forge.SkipArchived
	case disabled:
		return forge.SkipDisabled
	case fork:
		return forge.SkipFork
	}
	return ""
}

// headNode is a repository as GraphQL has it.
type headNode struct {
	NameWithOwner string
	URL           string
	IsDisabled    bool
	IsEmpty       bool
	Object        *struct{ Oid string }
}

// Heads implements forge.Host: many repositories in one query.
func (a *Account) Heads(ctx context.Context, all []forge.Repository) error {
	for batch := range slices.Chunk(all, headsAtOnce) {
		var query strings.Builder
		query.WriteString("query Heads {\n")
		asked := 0
		for i, r := range batch {
			if r.Skip != "" || r.Err != nil {
				continue
			}
			owner, name, _ := strings.Cut(r.Name, "/") // letters, digits and "._-" alone
			asked++
			fmt.Fprintf(
				&query, "  r%d: repository(owner: \"%s\", name: \"%s\") { nameWithOwner url isDisabled isEmpty object(expression: \"HEAD\") { oid } }\n",
				i, owner, name,
			)
		}
		query.WriteString("}")
		if asked == 0 {
			continue
		}
		var answer map[string]*headNode
		if err := a.query(ctx, query.String(), &answer); err != nil {
			return fmt.Errorf("read the default branches of %d repositories: %w", asked, err)
		}
		for i := range batch {
			if r := &batch[i]; r.Skip == "" && r.Err == nil {
				completed(r, answer[fmt.Sprintf("r%d", i)])
			}
		}
	}
	return nil
}

func completed(r *forge.Repository, h *headNode) {
	switch {
	case h == nil:
		r.Err = forge.ErrGone
		return
	case h.IsDisabled:
		r.Skip = forge.SkipDisabled
	case h.IsEmpty || h.Object == nil:
		r.Skip = forge.SkipEmpty
	case !isHash(h.Object.Oid):
		r.Err = fmt.Errorf("GitHub names no commit of %s", r.Name)
	default:
		r.Commit = h.Object.Oid
	}
	r.URL = cmp.Or(r.URL, h.URL)
}

func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// Budget implements forge.Host: the smaller of what is left for REST and GraphQL. The
// question costs nothing.
func (a *Account) Budget(ctx context.Context) (forge.Budget, error) {
	var answer struct {
		Resources map[string]struct{ Limit, Remaining, Reset int }
	}
	found, err := a.get(ctx, "/rate_limit", &answer)
	if err != nil || !found { // GitHub Enterprise Server without limits answers 404
		return forge.Budget{}, err
	}
	core, graph := answer.Resources["core"], answer.Resources["graphql"]
	if graph.Limit > 0 && graph.Remaining < core.Remaining {
		core = graph
	}
	return forge.Budget{Left: core.Remaining, Most: core.Limit, Until: time.Unix(int64(core.Reset), 0)}, nil
}

// ReadFile implements forge.Host.
func (a *Account) ReadFile(ctx context.Context, repository, path, commit string) ([]byte, error) {
	if !nameForm.MatchString(repository) {
		return nil, fmt.Errorf("%q is not a repository; write it as owner/name", repository)
	}
	var file struct {
		Type, Encoding, Content string
		Size                    int
	}
	escaped := (&url.URL{Path: path}).EscapedPath()
	found, err := a.get(ctx, "/repos/"+repository+"/contents/"+escaped+"?ref="+url.QueryEscape(commit), &file)
	at := fmt.Sprintf("%s of %s at %s", path, repository, commit)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", at, err)
	case !found:
		return nil, fmt.Errorf("%s: %w", at, fs.ErrNotExist)
	case file.Type != "file" || file.Encoding != "base64":
		return nil, fmt.Errorf("%s is not a file of less than 1 MB", at)
	}
	src, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file.Content, "\n", ""))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", at, err)
	}
	return src, nil
}

var _ forge.Host = (*Account)(nil)
