package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

// GitHub's GraphQL: threads of a review have no REST address, and a commit that
// is signed for every token has none either. It answers 200 to
// failures too; what went wrong stands in "errors", a missing permission as type
// FORBIDDEN. A test holds the documents against GitHub's schema.
const (
	queryThreads = `query Threads($owner: String!, $name: String!, $number: Int!, $after: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          isResolved
          path
          viewerCanResolve
          resolvedBy { login }
          comments(first: 20) {
            totalCount
            nodes {
              id
              fullDatabaseId
              createdAt
              body
              isMinimized
              minimizedReason
              viewerDidAuthor
              author { __typename login }
            }
          }
        }
      }
    }
  }
}`
	mutationResolve = `mutation Resolve($thread: ID!) {
  resolveReviewThread(input: {threadId: $thread}) { thread { id isResolved } }
}`
	mutationMinimize = `mutation Minimize($comment: ID!) {
  minimizeComment(input: {subjectId: $comment, classifier: OUTDATED}) { minimizedComment { isMinimized } }
}`
	mutationDelete = `mutation Delete($comment: ID!) {
  deletePullRequestReviewComment(input: {id: $comment}) { pullRequestReviewComment { id } }
}`
	mutationCommit = `mutation Commit($branch: CommittableBranch!, $head: GitObjectID!, $message: CommitMessage!, $files: FileChanges!) {
  createCommitOnBranch(input: {branch: $branch, expectedHeadOid: $head, message: $message, fileChanges: $files}) { commit { oid } }
}`
)

// threadPages bounds how many pages of 100 threads are read.
const threadPages = 20

// graphqlError is what GraphQL says of one failure.
type graphqlError struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func (e *graphqlError) Error() string { return fmt.Sprintf("%s: %.200s", e.Type, e.Message) }

// ask does a query or a mutation; what it answers goes into out.
func (c *Client) ask(ctx context.Context, document string, variables map[string]any, out any) error {
	request, err := c.api.NewRequest(http.MethodPost, c.graphql, map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	var answer struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphqlError  `json:"errors"`
	}
	if _, err := c.api.Do(ctx, request, &answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		return &answer.Errors[0]
	}
	return json.Unmarshal(answer.Data, out)
}

type threadPage struct {
	Viewer     struct{ Login string }
	Repository *struct {
		PullRequest *struct {
			HeadRefOid    string
			ReviewThreads struct {
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
				Nodes []threadNode
			}
		}
	}
}

type threadNode struct {
	ID                           string
	Path                         string
	IsResolved, ViewerCanResolve bool
	ResolvedBy                   *struct{ Login string }
	Comments                     struct {
		TotalCount int
		Nodes      []commentNode
	}
}

type commentNode struct {
	ID, Body                     string
	FullDatabaseID               json.Number `json:"fullDatabaseId"`
	CreatedAt                    time.Time
	IsMinimized, ViewerDidAuthor bool
	MinimizedReason              *string
	Author                       *struct {
		Typename string `json:"__typename"`
		Login    string
	}
}

// ListOwn lists the threads that this token's identity began with a marker of
// this category. Anybody may paste a marker, so the author is looked at first.
func (c *Client) ListOwn(ctx context.Context, number int, category string) (*review.Threads, error) {
	all := &review.Threads{}
	variables := map[string]any{"owner": c.owner, "name": c.name, "number": number}
	for range threadPages {
		page := &threadPage{}
		err := c.ask(ctx, queryThreads, variables, page)
		if kind, pause := failureOf(err); kind == unclear || kind == limited {
			if err := c.wait(ctx, pause); err != nil {
				return nil, err
			}
			page = &threadPage{}
			err = c.ask(ctx, queryThreads, variables, page)
		}
		if err != nil {
			return nil, fmt.Errorf("list the threads of pull request %d: %w", number, explainFor(err, "pull-requests: read"))
		}
		if page.Repository == nil || page.Repository.PullRequest == nil {
			return nil, fmt.Errorf("list the threads of pull request %d: GitHub knows no such pull request", number)
		}
		pull := page.Repository.PullRequest
		all.Head = pull.HeadRefOid
		for _, node := range pull.ReviewThreads.Nodes {
			if t := own(node, page.Viewer.Login, category); t != nil {
				all.All = append(all.All, t)
			}
		}
		if !pull.ReviewThreads.PageInfo.HasNextPage {
			return all, nil
		}
		variables["after"] = pull.ReviewThreads.PageInfo.EndCursor
	}
	return nil, fmt.Errorf("pull request %d has more than %d threads", number, threadPages*100)
}

// own reads a thread; nil for one that is not ours.
func own(node threadNode, viewer, category string) *review.Thread {
	if len(node.Comments.Nodes) == 0 {
		return nil
	}
	first := node.Comments.Nodes[0]
	marks, ok := review.ReadMarkers(first.Body, category)
	if !ok || !first.by(viewer) {
		return nil
	}
	t := &review.Thread{
		ID: node.ID, Root: first.ID, Path: node.Path, Marks: marks, Created: first.CreatedAt,
		Resolved: node.IsResolved, Minimized: first.IsMinimized, CanResolve: node.ViewerCanResolve,
		Replied: node.Comments.TotalCount > len(node.Comments.Nodes),
	}
	t.Database, _ = first.FullDatabaseID.Int64() // 0 sorts first, and is no id of GitHub's
	for _, reply := range node.Comments.Nodes[1:] {
		if !reply.by(viewer) {
			t.Replied = true
		} else if marks, ok := review.ReadMarkers(reply.Body, category); ok {
			t.Add(reply.ID, marks)
		}
	}
	// A bot that resolves is not named, or without its "[bot]"; a person always is.
	t.ByPerson = t.Resolved && node.ResolvedBy != nil && !strings.EqualFold(node.ResolvedBy.Login, strings.TrimSuffix(viewer, "[bot]"))
	// We minimise as "outdated"; any other reason is somebody's judgement.
	if t.Minimized && first.MinimizedReason != nil && !strings.EqualFold(*first.MinimizedReason, "outdated") {
		t.ByPerson = true
	}
	return t
}

// by reports whether the token's identity wrote the comment. GraphQL leaves the
// "[bot]" out of a bot's login, which the viewer's has.
func (n commentNode) by(viewer string) bool {
	if n.ViewerDidAuthor {
		return true
	}
	name, bot := strings.CutSuffix(viewer, "[bot]")
	return bot && n.Author != nil && n.Author.Typename == "Bot" && n.Author.Login == name
}

// What an error of a call means for what to do next.
const (
	none    = wire.None
	refused = wire.Refused
	invalid = wire.Invalid
	limited = wire.Limited
	unclear = wire.Unclear
)

// failureOf classes an error, with the pause before a second try.
func failureOf(err error) (wire.Failure, time.Duration) {
	var rate *github.RateLimitError
	var abuse *github.AbuseRateLimitError
	var answer *github.ErrorResponse
	var query *graphqlError
	var spent *wire.Exhausted
	switch {
	case err == nil:
		return none, 0
	case errors.As(err, &spent), errors.Is(err, context.Canceled):
		return refused, 0
	case errors.As(err, &rate):
		if pause := time.Until(rate.Rate.Reset.Time); pause > 0 && pause <= longestWait {
			return limited, pause
		}
		return refused, 0
	case errors.As(err, &abuse):
		if abuse.RetryAfter != nil {
			return limited, min(*abuse.RetryAfter, longestWait)
		}
		return limited, longestWait
	case errors.As(err, &query):
		if query.Type == "RATE_LIMITED" {
			return limited, longestWait
		}
		return refused, 0
	case !errors.As(err, &answer):
		return unclear, time.Second
	}
	return wire.FailureOf(answer.Response)
}
