package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	// listPages is how many pages of a group are read.
	listPages = limits.AuditRepositories / perPage
	// blobsAtOnce is how many files one query asks for. Each path costs a point of the
	// 250 that GitLab allows a query.
	blobsAtOnce = 100
	// listing is what a token needs for all calls of an account.
	listing = "scope read_api, role Reporter"
)

// groupForm is the path of a group or a project.
var groupForm = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.-]*(/[A-Za-z0-9_.][A-Za-z0-9_.-]*)*$`)

// Account is GitLab as one token sees it, with all projects. It is a forge.Host.
type Account struct {
	api     *gitlab.Client
	http    *http.Client
	pace    *pace
	graphQL string
}

// NewAccount makes an account; no request is made yet. The server's Project does not count.
func NewAccount(s Server) (*Account, error) {
	base, err := url.Parse(s.URL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("CI_API_V4_URL %q is not a URL", s.URL)
	}
	a := &Account{pace: newPace(s, base.Host), graphQL: strings.TrimSuffix(strings.TrimSuffix(s.URL, "/"), "/v4") + "/graphql"}
	a.http = &http.Client{Transport: a.pace}
	a.api, err = gitlab.NewClient(
		"", gitlab.WithBaseURL(s.URL), gitlab.WithoutRetries(), gitlab.WithCustomLimiter(unlimited{}), gitlab.WithUserAgent(agent),
		gitlab.WithURLWarningLogger(slog.New(slog.DiscardHandler)), gitlab.WithHTTPClient(a.http),
	)
	return a, err
}

// Name implements forge.Host.
func (a *Account) Name() string { return platform().Name }

// Requests implements forge.Host.
func (a *Account) Requests() int { return a.pace.count() }

// reason words an error. One of this side, as of a limit, is its own word.
func reason(err error) error {
	if limited, ok := errors.AsType[*forge.Limited](err); ok {
		return limited
	}
	return explainFor(err, listing)
}

// List implements forge.Host: a group's projects with those of the groups below it, and
// without those that others share with it.
func (a *Account) List(ctx context.Context, s forge.Selection) ([]forge.Repository, error) {
	if !groupForm.MatchString(s.Group) {
		return nil, fmt.Errorf("%q is not the path of a group on GitLab; write it as group or group/below", s.Group)
	}
	options := &gitlab.ListGroupProjectsOptions{
		ListOptions: gitlab.ListOptions{PerPage: perPage, Page: 1}, IncludeSubGroups: new(true), WithShared: new(false),
		OrderBy: new("id"), Sort: new("asc"),
	}
	if s.Topic != "" {
		options.Topic = &s.Topic
	}
	var all []forge.Repository
	for range listPages {
		found, answer, err := a.api.Groups.ListGroupProjects(s.Group, options, gitlab.WithContext(ctx))
		switch {
		case isMissing(err):
			return nil, fmt.Errorf("list the projects of %s: GitLab knows no such group for this token", s.Group)
		case err != nil:
			return nil, fmt.Errorf("list the projects of %s: %w", s.Group, reason(err))
		}
		for _, p := range found {
			if !groupForm.MatchString(p.PathWithNamespace) {
				return nil, fmt.Errorf("list the projects of %s: GitLab names a project %.80q", s.Group, p.PathWithNamespace)
			}
			all = append(all, forge.Repository{Name: p.PathWithNamespace, URL: p.WebURL, Branch: p.DefaultBranch, Skip: skipOf(p, s)})
		}
		if answer.NextPage == 0 {
			return all, nil
		}
		options.Page = answer.NextPage
	}
	return nil, fmt.Errorf("%s has more than %d projects", s.Group, listPages*perPage)
}

func skipOf(p *gitlab.Project, s forge.Selection) string {
	switch {
	case p.Archived && !s.Archived:
		return forge.SkipArchived
	case p.RepositoryAccessLevel == gitlab.DisabledAccessControl:
		return forge.SkipDisabled
	case p.ForkedFromProject != nil && !s.Forks:
		return forge.SkipFork
	case p.EmptyRepo || p.DefaultBranch == "":
		return forge.SkipEmpty
	}
	return ""
}

// Heads implements forge.Host, one request a project: GitLab has no call for many.
func (a *Account) Heads(ctx context.Context, all []forge.Repository) error {
	for i := range all {
		r := &all[i]
		if r.Skip != "" || r.Err != nil {
			continue
		}
		b, _, err := a.api.Branches.GetBranch(r.Name, r.Branch, gitlab.WithContext(ctx))
		limited, isLimited := errors.AsType[*forge.Limited](err)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case isLimited:
			return limited
		case isMissing(err):
			r.Err = forge.ErrGone
		case err != nil:
			r.Err = reason(err)
		case b.Commit == nil || !review.IsCommit(b.Commit.ID):
			r.Err = fmt.Errorf("GitLab names no commit of %s", r.Name)
		default:
			r.Commit = b.Commit.ID
		}
	}
	return nil
}

// Tree implements forge.Host. GitLab's list has no sizes.
func (a *Account) Tree(ctx context.Context, r forge.Repository) ([]remote.Entry, error) {
	options := &gitlab.ListTreeOptions{
		ListOptions: gitlab.ListOptions{PerPage: perPage, Page: 1}, Ref: &r.Commit, Recursive: new(true),
	}
	var all []remote.Entry
	failed := func(err error) error { return fmt.Errorf("list the files of %s: %w", r.Name, err) }
	for range limits.TreeRequests {
		nodes, answer, err := a.api.Repositories.ListTree(r.Name, options, gitlab.WithContext(ctx))
		switch {
		case isMissing(err) && options.Page == 1: // a commit without files has no tree for GitLab
			return nil, failed(forge.ErrGone)
		case err != nil:
			return nil, failed(reason(err))
		}
		for _, n := range nodes {
			if n.Type == "tree" {
				continue
			}
			if n.Path == "" || !review.IsCommit(n.ID) {
				return nil, failed(fmt.Errorf("GitLab's list cannot be parsed: %.80q", n.Path))
			}
			all = append(all, remote.Entry{Path: n.Path, Hash: n.ID, Kind: kindOf(n), Size: -1})
		}
		if answer.NextPage == 0 {
			return all, nil
		}
		options.Page = answer.NextPage
	}
	return nil, failed(fmt.Errorf("%w: its list takes more than %d requests", forge.ErrTooLarge, limits.TreeRequests))
}

func kindOf(n *gitlab.TreeNode) remote.Kind {
	switch {
	case n.Type == "commit":
		return remote.Submodule
	case n.Mode == "120000":
		return remote.Link
	}
	return remote.File
}

// blobsQuery asks for files of a commit by their paths.
const blobsQuery = `query Blobs($project: ID!, $ref: String!, $paths: [String!]!) {
  project(fullPath: $project) { repository { blobs(ref: $ref, paths: $paths) { nodes { oid size rawBlob } } } }
}`

// blob is a file as GraphQL has it. A size is a string, since it may have more digits than
// numbers of JSON keep.
type blob struct {
	OID     string
	Size    json.Number
	RawBlob *string
}

// Blobs implements forge.Host: many files in each query; one by one those that are no text in
// UTF-8, or longer than GraphQL gives.
func (a *Account) Blobs(ctx context.Context, r forge.Repository, wanted []remote.Entry) (map[string][]byte, error) {
	found := make(map[string][]byte, len(wanted))
	sizes := map[string]int64{}
	for batch := range slices.Chunk(wanted, blobsAtOnce) {
		if err := a.batch(ctx, r, batch, found, sizes); err != nil {
			return nil, fmt.Errorf("read %d files of %s: %w", len(batch), r.Name, err)
		}
	}
	// Only the first was asked for by somebody; the others are read if they are, too.
	first := wanted[0]
	if _, ok := found[first.Hash]; ok {
		return found, nil
	}
	if sizes[first.Hash] > limits.FileBytes {
		return nil, fmt.Errorf("read %s of %s: %w", first.Path, r.Name, remote.ErrLarge)
	}
	content, _, err := a.api.Repositories.RawBlobContent(r.Name, first.Hash, gitlab.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", first.Path, r.Name, reason(err))
	}
	found[first.Hash] = content
	return found, nil
}

// batch asks for files; a batch that fails is halved, since GraphQL has little time for each
// and gives 20 MB at most. What fails alone is left to others.
func (a *Account) batch(
	ctx context.Context, r forge.Repository, batch []remote.Entry, found map[string][]byte, sizes map[string]int64,
) error {
	paths := make([]string, len(batch))
	for i, e := range batch {
		paths[i] = e.Path
	}
	var answer struct {
		Project *struct {
			Repository *struct{ Blobs struct{ Nodes []blob } }
		}
	}
	err := a.query(ctx, blobsQuery, map[string]any{"project": r.Name, "ref": r.Commit, "paths": paths}, &answer)
	_, isLimited := errors.AsType[*forge.Limited](err)
	_, isRefused := errors.AsType[*forge.NoPermission](err)
	switch {
	case ctx.Err() != nil || isLimited || isRefused:
		return err
	case err != nil && len(batch) == 1:
		return nil
	case err != nil:
		half := len(batch) / 2
		return errors.Join(a.batch(ctx, r, batch[:half], found, sizes), a.batch(ctx, r, batch[half:], found, sizes))
	case answer.Project == nil || answer.Project.Repository == nil:
		return forge.ErrGone
	}
	for _, b := range answer.Project.Repository.Blobs.Nodes {
		if size, err := b.Size.Int64(); err == nil {
			sizes[b.OID] = size
		}
		if b.RawBlob != nil && files.BlobHash([]byte(*b.RawBlob), len(b.OID)) == b.OID {
			found[b.OID] = []byte(*b.RawBlob)
		}
	}
	return nil
}

// query asks GraphQL.
func (a *Account) query(ctx context.Context, document string, variables map[string]any, out any) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.graphQL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", agent)
	reply, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = reply.Body.Close() }() // it was only read from
	switch reply.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return &forge.NoPermission{Forge: platform().Name, Answer: fmt.Sprint(reply.StatusCode), Needs: listing}
	default:
		return fmt.Errorf("GitLab answered %d", reply.StatusCode)
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil {
		return fmt.Errorf("GitLab's answer cannot be read: %w", err)
	}
	if len(answer.Errors) > 0 {
		return fmt.Errorf("GitLab answered: %.200s", answer.Errors[0].Message)
	}
	return json.Unmarshal(answer.Data, out)
}

// Budget implements forge.Host. GitLab counts by the minute and tells with each answer, so
// that there is nothing to ask for beforehand.
func (a *Account) Budget(context.Context) (forge.Budget, error) { return forge.Budget{}, nil }

// ReadFile implements forge.Host.
func (a *Account) ReadFile(ctx context.Context, repository, path, commit string) ([]byte, error) {
	at := fmt.Sprintf("%s of %s at %s", path, repository, commit)
	content, _, err := a.api.RepositoryFiles.GetRawFile(repository, path, &gitlab.GetRawFileOptions{Ref: &commit}, gitlab.WithContext(ctx))
	switch {
	case isMissing(err):
		return nil, fmt.Errorf("%s: %w", at, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", at, reason(err))
	}
	return content, nil
}

var _ forge.Host = (*Account)(nil)
