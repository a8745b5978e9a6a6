package github

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	// callTime bounds one request, its answer included.
	callTime = 30 * time.Second
	// maxAnswer bounds an answer in bytes: a page of 100 files with patches
	// stays far below.
	maxAnswer = 50 << 20
	// maxFile bounds a file that is read through the API.
	maxFile = 10 << 20
	// maxCalls bounds the requests of one run; a token of a job has 1,000 in an
	// hour for all jobs of its repository. Each 100 changed files allow one more.
	maxCalls = 100
	// readTries is how often a request that only reads is made.
	readTries = 3
	// longestWait bounds how long a run waits because GitHub asks it to.
	longestWait = time.Minute
)

// errBudget ends a run's requests.
var errBudget = fmt.Errorf("the run has made its %d calls of GitHub's API", maxCalls)

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
	calls, room *atomic.Int64
	wait        func(context.Context, time.Duration) error
}

// platform is what plans have to know of GitHub.
func platform() review.Platform {
	return review.Platform{
		Name: "GitHub", Annotations: 10,
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
		calls: &atomic.Int64{}, room: &atomic.Int64{}, wait: s.Wait,
	}
	if c.wait == nil {
		c.wait = wait
	}
	c.room.Store(maxCalls)
	transport := &transport{host: base.Host, token: s.Token, client: c, next: http.DefaultTransport}
	c.api = github.NewClient(&http.Client{Timeout: cmp.Or(s.Timeout, callTime), Transport: transport})
	base.Path = strings.TrimSuffix(base.Path, "/") + "/"
	c.api.BaseURL, c.api.UserAgent = base, "dockmend"
	return c, nil
}

// Calls is how many requests were made.
func (c *Client) Calls() int { return int(c.calls.Load()) }

// left is how many more requests the run may make.
func (c *Client) left() int { return int(c.room.Load() - c.calls.Load()) }

// allow gives the run n more requests.
func (c *Client) allow(n int) { c.room.Add(int64(n)) }

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// transport counts requests, bounds answers, and gives the token to the API's
// host alone: a redirect to another one goes without it.
type transport struct {
	host, token string
	client      *Client
	next        http.RoundTripper
}

// RoundTrip repeats what only reads where the server or its limit asks for it.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Del("Authorization")
	if t.token != "" && r.URL.Host == t.host {
		r.Header.Set("Authorization", "Bearer "+t.token)
	}
	for try := 1; ; try++ {
		if t.client.left() <= 0 {
			return nil, errBudget
		}
		t.client.calls.Add(1)
		answer, err := t.next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		pause, again := retryable(answer)
		if r.Method != http.MethodGet || !again || try == readTries {
			answer.Body = &boundedBody{ReadCloser: answer.Body, left: maxAnswer}
			return answer, nil
		}
		_ = answer.Body.Close() // nothing of it is wanted
		if err := t.client.wait(r.Context(), pause); err != nil {
			return nil, err
		}
	}
}

// retryable reports whether an answer asks to come again, and after how long. A
// pause that is too long for a job is none.
func retryable(answer *http.Response) (pause time.Duration, ok bool) {
	switch answer.StatusCode {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return time.Second, true
	case http.StatusForbidden, http.StatusTooManyRequests:
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		pause = time.Duration(max(seconds, 1)) * time.Second
		return pause, err == nil && seconds >= 0 && pause <= longestWait
	}
	return 0, false
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
		return nil, fmt.Errorf("%s at %s: %w", path, review.Short(sha), fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read %s at %s: %w", path, review.Short(sha), explain(err))
	case file == nil || file.GetType() != "file":
		return nil, fmt.Errorf("%s at %s is not a regular file", path, review.Short(sha))
	case file.GetSize() > maxFile:
		return nil, fmt.Errorf("%s at %s has %d bytes, more than %d", path, review.Short(sha), file.GetSize(), maxFile)
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
	switch {
	case errors.Is(err, errBudget):
		return errBudget
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

var _ forge.Forge = (*Client)(nil)
