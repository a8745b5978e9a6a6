package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-github/v62/github"
)

const (
	// callTime bounds one request, its answer included.
	callTime = 30 * time.Second
	// maxAnswer bounds an answer in bytes: a page of 100 files with patches
	// stays far below.
	maxAnswer = 50 << 20
	// maxFile bounds a file that is read through the API.
	maxFile = 10 << 20
)

// Server says where the API is and who asks.
type Server struct {
	// URL is GITHUB_API_URL, for GitHub Enterprise Server too.
	URL string
	// Token may be empty: public repositories can be read without one.
	Token string
	// Repository is "owner/name".
	Repository string
}

// Client asks GitHub's API about one repository. It is safe for concurrent use.
type Client struct {
	api         *github.Client
	owner, name string
	calls       *atomic.Int64
}

// NewClient makes a client; no request is made yet.
func NewClient(s Server) (*Client, error) {
	owner, name, ok := strings.Cut(s.Repository, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return nil, fmt.Errorf("GITHUB_REPOSITORY %q: want owner/name", s.Repository)
	}
	base, err := url.Parse(s.URL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("GITHUB_API_URL %q is no address", s.URL)
	}
	calls := &atomic.Int64{}
	transport := &transport{host: base.Host, token: s.Token, calls: calls, next: http.DefaultTransport}
	api := github.NewClient(&http.Client{Timeout: callTime, Transport: transport})
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	api.BaseURL, api.UserAgent = base, "dockmend"
	return &Client{api: api, owner: owner, name: name, calls: calls}, nil
}

// Calls is how many requests were made.
func (c *Client) Calls() int { return int(c.calls.Load()) }

// transport counts requests, bounds answers, and gives the token to the API's
// host alone: a redirect to another one goes without it.
type transport struct {
	host, token string
	calls       *atomic.Int64
	next        http.RoundTripper
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.calls.Add(1)
	r = r.Clone(r.Context())
	r.Header.Del("Authorization")
	if t.token != "" && r.URL.Host == t.host {
		r.Header.Set("Authorization", "Bearer "+t.token)
	}
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &boundedBody{ReadCloser: answer.Body, left: maxAnswer}
	return answer, nil
}

// boundedBody fails, rather than ends, after so many bytes.
type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// ReadFile reads a file of a commit. The error wraps fs.ErrNotExist if the
// commit has no such file.
func (c *Client) ReadFile(ctx context.Context, path, sha string) ([]byte, error) {
	file, _, answer, err := c.api.Repositories.GetContents(ctx, c.owner, c.name, path, &github.RepositoryContentGetOptions{Ref: sha})
	switch {
	case answer != nil && answer.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s at %s: %w", path, short(sha), fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read %s at %s: %w", path, short(sha), explain(err))
	case file == nil || file.GetType() != "file":
		return nil, fmt.Errorf("%s at %s is no regular file", path, short(sha))
	case file.GetSize() > maxFile:
		return nil, fmt.Errorf("%s at %s has %d bytes, more than %d", path, short(sha), file.GetSize(), maxFile)
	}
	content, err := file.GetContent()
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", path, short(sha), err)
	}
	return []byte(content), nil
}

// readBlob reads a blob by its hash.
func (c *Client) readBlob(ctx context.Context, sha string) ([]byte, error) {
	content, _, err := c.api.Git.GetBlobRaw(ctx, c.owner, c.name, sha)
	if err != nil {
		return nil, fmt.Errorf("read blob %s: %w", short(sha), explain(err))
	}
	return content, nil
}

// Exists tells whether the repository can be read at all, so that a file that
// is not there and a token that may not look can be told apart: GitHub answers
// 404 to both.
func (c *Client) Exists(ctx context.Context, sha string) error {
	if _, _, err := c.api.Git.GetCommit(ctx, c.owner, c.name, sha); err != nil {
		return fmt.Errorf("read commit %s: %w", short(sha), explain(err))
	}
	return nil
}

// explain words a refusal with the permission that would have been needed.
func explain(err error) error {
	var refused *github.ErrorResponse
	var limited *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	switch {
	case errors.As(err, &limited), errors.As(err, &abuse):
		return errors.New("GitHub's rate limit is used up")
	case !errors.As(err, &refused):
		return err
	}
	switch code := refused.Response.StatusCode; code {
	case http.StatusUnauthorized:
		return errors.New("GitHub does not accept the token (401); see the input github-token")
	case http.StatusForbidden, http.StatusNotFound:
		return fmt.Errorf("GitHub refused (%d); the job may lack permissions: contents: read, pull-requests: read", code)
	case http.StatusTooManyRequests:
		return errors.New("GitHub's rate limit is used up (429)")
	default:
		return fmt.Errorf("GitHub answered %d: %s", code, refused.Message)
	}
}

func short(sha string) string { return sha[:min(len(sha), 12)] }
