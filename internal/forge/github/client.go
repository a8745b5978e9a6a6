package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	// maxCalls bounds the requests of one run; a token of a job has 1,000 in an
	// hour for all jobs of its repository. Each 100 changed files allow one more.
	maxCalls = 100
	// longestWait bounds how long a run waits because GitHub asks it to.
	longestWait = wire.LongestWait
)

// Server says where the API is and who asks.
type Server struct {
	// URL is GITHUB_API_URL, for GitHub Enterprise Server too.
	URL string
	// Token may be empty: public repositories can be read without one.
	Token string
	// Repository is "owner/name".
	Repository string
	// GraphQL is GITHUB_GRAPHQL_URL; empty means URL with "/graphql".
	GraphQL string
	// Timeout bounds one request, 0 means 30 seconds.
	Timeout time.Duration
	// Wait waits, or returns the context's error; nil means by the clock.
	Wait func(ctx context.Context, d time.Duration) error
	// Now is the time, for the limits of an Account; nil means by the clock.
	Now func() time.Time
}

// Client asks GitHub's API about one repository. It is safe for concurrent use.
type Client struct {
	api         *github.Client
	owner, name string
	graphql     string
	budget      *wire.Budget
	wait        func(context.Context, time.Duration) error
}

// platform is what plans have to know of GitHub.
func platform() review.Platform {
	return review.Platform{
		Name: "GitHub", Request: "pull request", Sign: "#", StartsNoChecks: true, Annotations: 10,
		Body: 60_000, Description: 65_000, // it takes 65,536 characters
		Workflows: ".github/workflows/",
	}
}

// Platform is GitHub.
func (c *Client) Platform() review.Platform { return platform() }

// NewClient makes a client; no request is made yet.
func NewClient(s Server) (*Client, error) {
	owner, name, ok := strings.Cut(s.Repository, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return nil, fmt.Errorf("GITHUB_REPOSITORY %q: want owner/name", s.Repository)
	}
	base, err := url.Parse(s.URL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("GITHUB_API_URL %q is not a URL", s.URL)
	}
	c := &Client{
		owner: owner, name: name, graphql: cmp.Or(s.GraphQL, strings.TrimSuffix(s.URL, "/")+"/graphql"),
		budget: wire.NewBudget(platform().Name, maxCalls), wait: s.Wait,
	}
	if c.wait == nil {
		c.wait = wire.Wait
	}
	transport := &wire.Transport{Host: base.Host, Budget: c.budget, Wait: c.wait}
	if s.Token != "" {
		transport.Header, transport.Value = "Authorization", "Bearer "+s.Token
	}
	c.api = github.NewClient(&http.Client{Timeout: cmp.Or(s.Timeout, wire.CallTime), Transport: transport})
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	c.api.BaseURL, c.api.UserAgent = base, "dockmend"
	return c, nil
}

// Calls is how many requests were made.
func (c *Client) Calls() int { return c.budget.Calls() }

// left is how many more requests the run may make.
func (c *Client) left() int { return c.budget.Left() }

// allow gives the run n more requests.
func (c *Client) allow(n int) { c.budget.Allow(n) }

// ReadFile reads a file of a commit. The error wraps fs.ErrNotExist if the
// commit has no such file.
func (c *Client) ReadFile(ctx context.Context, path, sha string) ([]byte, error) {
	file, _, answer, err := c.api.Repositories.GetContents(ctx, c.owner, c.name, path, &github.RepositoryContentGetOptions{Ref: sha})
	switch {
	case answer != nil && answer.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s at %s: %w", path, review.Short(sha), fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read %s at %s: %w", path, review.Short(sha), explain(err))
	case file == nil || file.GetType() != "file":
		return nil, fmt.Errorf("%s at %s is not a regular file", path, review.Short(sha))
	case file.GetSize() > wire.MaxFile:
		return nil, fmt.Errorf("%s at %s has %d bytes, more than %d", path, review.Short(sha), file.GetSize(), wire.MaxFile)
	}
	content, err := file.GetContent()
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", path, review.Short(sha), err)
	}
	return []byte(content), nil
}

// readBlob reads a blob by its hash.
func (c *Client) readBlob(ctx context.Context, sha string) ([]byte, error) {
	content, _, err := c.api.Git.GetBlobRaw(ctx, c.owner, c.name, sha)
	if err != nil {
		return nil, fmt.Errorf("read blob %s: %w", review.Short(sha), explain(err))
	}
	return content, nil
}

// Exists reports whether the repository can be read at all, so that a file that
// is not there and a token that may not look can be told apart: GitHub answers
// 404 to both.
func (c *Client) Exists(ctx context.Context, sha string) error {
	if _, _, err := c.api.Git.GetCommit(ctx, c.owner, c.name, sha); err != nil {
		return fmt.Errorf("read commit %s: %w", review.Short(sha), explain(err))
	}
	return nil
}

// reading are the permissions that a run needs to look around.
const reading = "contents: read, pull-requests: read"

// explain words a refusal of something that only reads.
func explain(err error) error { return explainFor(err, reading) }

// explainFor words a refusal with the permission that would have been needed.
func explainFor(err error, permission string) error {
	var refused *github.ErrorResponse
	var limited *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	var query *graphqlError
	var spent *wire.Exhausted
	switch {
	case errors.As(err, &spent):
		return spent
	case errors.As(err, &limited):
		return &forge.Limited{Forge: platform().Name, Until: limited.Rate.Reset.Time}
	case errors.As(err, &abuse):
		return &forge.Limited{Forge: platform().Name}
	case errors.As(err, &query) && (query.Type == "FORBIDDEN" || query.Type == "NOT_FOUND"):
		return &forge.NoPermission{Forge: platform().Name, Answer: query.Type, Needs: permission}
	case errors.As(err, &refused):
		return explainStatus(refused.Response.StatusCode, refused.Message, permission)
	}
	return err
}

func explainStatus(code int, message, permission string) error {
	switch code {
	case http.StatusUnauthorized:
		return errors.New("GitHub does not accept the token (401); see the input github-token")
	case http.StatusForbidden, http.StatusNotFound:
		return &forge.NoPermission{Forge: platform().Name, Answer: strconv.Itoa(code), Needs: permission}
	case http.StatusTooManyRequests:
		return &forge.Limited{Forge: platform().Name, Answer: strconv.Itoa(code)}
	default:
		return fmt.Errorf("GitHub answered %d: %.200s", code, message)
	}
}

var _ forge.Workflows = (*Client)(nil)
