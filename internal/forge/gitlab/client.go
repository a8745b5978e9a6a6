// Package gitlab speaks to GitLab: merge requests and their discussions, the merge request
// with fixes, and the branch with what runs remember. What it reads is a stranger's:
// names of files, patches, notes.
package gitlab

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	// maxCalls bounds the requests of one run.
	maxCalls = 150
	// perPage is the most that GitLab gives on a page.
	perPage = 100
	// What a call needs: the scope of a token and the role that goes with it.
	reading = "scope read_api"
	writing = "scope api, role Reporter; Developer to resolve threads"
	pushing = "scope api, role Developer"
)

// Server says where the API is and who asks.
type Server struct {
	// URL is CI_API_V4_URL.
	URL string
	// Token is one of a person, a project or a group. The token of a job may not write
	// notes, so that it is none.
	Token string
	// Project is CI_PROJECT_PATH, as "group/name" with any number of groups; of a merge
	// request from a fork it is where the merge request is.
	Project string
	// Timeout bounds one request, 0 means 30 seconds.
	Timeout time.Duration
	// Wait waits, or returns the context's error; nil means by the clock.
	Wait func(ctx context.Context, d time.Duration) error
	// Now is the time; nil means the clock's. Only an Account asks.
	Now func() time.Time
}

// Client asks GitLab's API about one project. It is safe for concurrent use.
type Client struct {
	api     *gitlab.Client
	project string
	budget  *wire.Budget
	wait    func(context.Context, time.Duration) error

	mu sync.Mutex
	// me is who the token belongs to; 0 until it was asked.
	me int64
	// versions are those of merge requests that were read, by the head.
	versions map[string]*version
}

// platform is what plans have to know of GitLab. Its jobs have no annotations; all findings
// are in the code quality report.
func platform() review.Platform {
	return review.Platform{
		Name: "GitLab", Request: "merge request", Sign: "!", Body: 60_000, Description: 65_000, // it takes 1,048,576 characters
		Workflows: ".gitlab/ci/", SuggestsAbove: true,
	}
}

// Platform is GitLab.
func (c *Client) Platform() review.Platform { return platform() }

// unlimited lets every request through: the transport has the manners.
type unlimited struct{}

func (unlimited) Wait(context.Context) error { return nil }

// NewClient makes a client; no request is made yet.
func NewClient(s Server) (*Client, error) {
	base, err := url.Parse(s.URL)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("CI_API_V4_URL %q is not a URL", s.URL)
	}
	if group, name, ok := strings.Cut(s.Project, "/"); !ok || group == "" || name == "" {
		return nil, fmt.Errorf("CI_PROJECT_PATH %q: want group/name", s.Project)
	}
	c := &Client{
		project: s.Project, budget: wire.NewBudget(platform().Name, maxCalls), wait: s.Wait, versions: map[string]*version{},
	}
	if c.wait == nil {
		c.wait = wire.Wait
	}
	transport := &wire.Transport{Host: base.Host, Budget: c.budget, Wait: c.wait}
	if s.Token != "" {
		transport.Header, transport.Value = "Private-Token", s.Token
	}
	c.api, err = gitlab.NewClient(
		"", gitlab.WithBaseURL(s.URL), gitlab.WithoutRetries(), gitlab.WithCustomLimiter(unlimited{}), gitlab.WithUserAgent("dockmend"),
		gitlab.WithURLWarningLogger(slog.New(slog.DiscardHandler)),
		gitlab.WithHTTPClient(&http.Client{Timeout: cmp.Or(s.Timeout, wire.CallTime), Transport: transport}),
	)
	return c, err
}

// Calls is how many requests were made.
func (c *Client) Calls() int { return c.budget.Calls() }

// viewer is who the token belongs to.
func (c *Client) viewer(ctx context.Context) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.me > 0 {
		return c.me, nil
	}
	user, _, err := c.api.Users.CurrentUser(gitlab.WithContext(ctx))
	if err != nil {
		return 0, fmt.Errorf("ask who the token belongs to: %w", explain(err))
	}
	if user.ID <= 0 {
		return 0, errors.New("ask who the token belongs to: GitLab names nobody")
	}
	c.me = user.ID
	return c.me, nil
}

// ReadFile reads a file of a commit; the error wraps fs.ErrNotExist if there is none.
func (c *Client) ReadFile(ctx context.Context, path, commit string) ([]byte, error) {
	content, _, err := c.api.RepositoryFiles.GetRawFile(c.project, path, &gitlab.GetRawFileOptions{Ref: &commit}, gitlab.WithContext(ctx))
	switch {
	case isMissing(err):
		return nil, fmt.Errorf("%s at %s: %w", path, review.Short(commit), fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("read %s at %s: %w", path, review.Short(commit), explain(err))
	case len(content) > wire.MaxFile:
		return nil, fmt.Errorf("%s at %s has more than %d bytes", path, review.Short(commit), wire.MaxFile)
	}
	return content, nil
}

// isMissing reports whether GitLab answered 404.
func isMissing(err error) bool { return errors.Is(err, gitlab.ErrNotFound) }

// refusalWords are all that GitLab says of a refusal, in lower case.
func refusalWords(err error) string {
	if answer, ok := errors.AsType[*gitlab.ErrorResponse](err); ok {
		return strings.ToLower(answer.Message)
	}
	return ""
}

// failureOf classes an error, with the pause before a second try.
func failureOf(err error) (wire.Failure, time.Duration) {
	answer, answered := errors.AsType[*gitlab.ErrorResponse](err)
	_, spent := errors.AsType[*wire.Exhausted](err)
	switch {
	case err == nil:
		return wire.None, 0
	case spent, isMissing(err), errors.Is(err, context.Canceled):
		return wire.Refused, 0
	case !answered && isBroken(err):
		return wire.Unclear, time.Second
	case !answered:
		return wire.Refused, 0 // this side's own word
	case answer.HasStatusCode(http.StatusBadRequest), answer.HasStatusCode(http.StatusConflict):
		return wire.Invalid, 0
	}
	return wire.FailureOf(answer.Response)
}

// isBroken reports whether an answer did not come, or not whole.
func isBroken(err error) bool {
	_, unsent := errors.AsType[*url.Error](err)
	_, unread := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, kind := errors.AsType[*json.UnmarshalTypeError](err)
	ended := func(by error) bool { return errors.Is(err, by) }
	if unsent || unread {
		return true
	}
	return syntax || kind || slices.ContainsFunc([]error{io.ErrUnexpectedEOF, io.EOF, wire.ErrTooLong}, ended)
}

// explain words a refusal of something that only reads.
func explain(err error) error { return explainFor(err, reading) }

// explainFor words a refusal with what would have been needed.
func explainFor(err error, needs string) error {
	name := platform().Name
	if isMissing(err) {
		return &forge.NoPermission{Forge: name, Answer: "404", Needs: needs}
	}
	if spent, ok := errors.AsType[*wire.Exhausted](err); ok {
		return spent
	}
	answer, ok := errors.AsType[*gitlab.ErrorResponse](err)
	if !ok {
		return err
	}
	switch code := answer.Response.StatusCode; code {
	case http.StatusUnauthorized:
		return errors.New("GitLab does not accept the token (401); see the variable GITLAB_TOKEN")
	case http.StatusForbidden:
		return &forge.NoPermission{Forge: name, Answer: strconv.Itoa(code), Needs: needs}
	case http.StatusTooManyRequests:
		return &forge.Limited{Forge: name, Answer: strconv.Itoa(code)}
	default:
		return fmt.Errorf("GitLab answered %d: %.200s", code, answer.Message)
	}
}

// repeat does a call that may be done twice: once more where it is not known whether it was
// done, or where GitLab asks to come later.
func (c *Client) repeat(ctx context.Context, call func() error) error {
	err := call()
	if kind, pause := failureOf(err); kind == wire.Unclear || kind == wire.Limited {
		if waited := c.wait(ctx, pause); waited != nil {
			return err
		}
		err = call()
	}
	return err
}

var (
	_ forge.Forge     = (*Client)(nil)
	_ forge.Summaries = (*Client)(nil)
)
