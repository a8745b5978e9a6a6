package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
)

const (
	// issuePages is how many pages of issues are looked through for ours.
	issuePages = 20
	// issueTries is how often it is looked for again after a lost answer.
	issueTries = 3
	// IssueBody is how many characters an issue takes, with some to spare: GitHub takes 65,536.
	IssueBody = 60_000
)

// issue is one as GitHub lists it; pull requests are listed too.
type issue struct {
	Number  int    `json:"number"`
	State   string `json:"state"`
	Title   string `json:"title"`
	Body    string `json:"body"`
	HTMLURL string `json:"html_url"`
	User    struct {
		Login string `json:"login"`
	} `json:"user"`
	PullRequest *struct{} `json:"pull_request"`
}

// errUnclear is the error of a call that may have been done.
var errUnclear = errors.New("GitHub did not answer")

// KeepIssue keeps one issue of a repository up to date: the oldest that the token's owner
// wrote and whose body begins with the marker. One that somebody closed stays closed and
// as it is. It returns what became of it, in words.
func (a *Account) KeepIssue(ctx context.Context, repository, marker, title, body string) (words string, err error) {
	if !nameForm.MatchString(repository) {
		return "", fmt.Errorf("%q is not a repository; write it as owner/name", repository)
	}
	body = marker + "\n" + body
	made := 0
	for range issueTries {
		found, err := a.ownIssue(ctx, repository, marker)
		if err != nil {
			return "", err
		}
		if found == nil {
			var now issue
			err = a.write(ctx, http.MethodPost, "/repos/"+repository+"/issues", map[string]string{"title": title, "body": body}, &now)
			made = now.Number
		} else {
			words, err = a.renew(ctx, repository, found, made, title, body)
			if err == nil {
				return words, nil
			}
		}
		if err != nil && !errors.Is(err, errUnclear) {
			return "", fmt.Errorf("write the issue: %w", err)
		}
		// It is looked for again: whether it was written is not known, or another run
		// made one at the same time.
	}
	return "", fmt.Errorf("write the issue: %w", errUnclear)
}

// renew changes the issue that was found; made is the number of one that this run made.
func (a *Account) renew(ctx context.Context, repository string, found *issue, made int, title, body string) (string, error) {
	at := fmt.Sprintf("issue %s#%d", repository, found.Number)
	path := "/repos/" + repository + "/issues/"
	switch {
	case made == found.Number:
		return at + " was made", nil
	case made > 0: // another run was earlier
		closed := map[string]string{"state": "closed", "state_reason": "not_planned"}
		if err := a.write(ctx, http.MethodPatch, path+strconv.Itoa(made), closed, nil); err != nil {
			return "", err
		}
	}
	isSame := found.Title == title && strings.ReplaceAll(found.Body, "\r\n", "\n") == body
	switch {
	case found.State != "open":
		return at + " was closed by somebody, so that it is not written to; open it to have it kept up to date", nil
	case isSame:
		return at + " is up to date", nil
	}
	now := map[string]string{"title": title, "body": body}
	if err := a.write(ctx, http.MethodPatch, path+strconv.Itoa(found.Number), now, nil); err != nil {
		return "", err
	}
	return at + " was updated", nil
}

// ownIssue finds the oldest issue of ours; nil for none.
func (a *Account) ownIssue(ctx context.Context, repository, marker string) (*issue, error) {
	var who struct{ Viewer struct{ Login string } }
	if err := a.query(ctx, "query Viewer {\n  viewer { login }\n}", &who); err != nil {
		return nil, fmt.Errorf("ask who the token belongs to: %w", err)
	}
	for page := 1; page <= issuePages; page++ {
		var all []issue
		found, err := a.get(ctx, fmt.Sprintf(
			"/repos/%s/issues?state=all&sort=created&direction=asc&per_page=%d&page=%d", repository, pageSize, page,
		), &all)
		if err == nil && !found {
			err = forge.ErrGone
		}
		if err != nil {
			return nil, fmt.Errorf("list the issues of %s: %w", repository, err)
		}
		for i := range all {
			x := &all[i]
			if x.PullRequest == nil && strings.EqualFold(x.User.Login, who.Viewer.Login) && strings.HasPrefix(x.Body, marker) {
				return x, nil
			}
		}
		if len(all) < pageSize {
			return nil, nil
		}
	}
	return nil, fmt.Errorf("%s has more than %d issues; take a repository with fewer", repository, issuePages*pageSize)
}

// write makes a request that changes something: again only where GitHub refused it for now.
func (a *Account) write(ctx context.Context, method, path string, body map[string]string, out any) error {
	src, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for limits := range limitTries {
		if err := a.pace.turn(ctx, rest); err != nil {
			return err
		}
		r, err := a.pace.once(ctx, method, a.base+path, src, plainJSON)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil, wire.IsDown(r.status):
			return errUnclear
		}
		if pause, limited := a.pace.note(rest, r, limits); limited {
			a.pace.hold(pause)
			continue
		}
		switch {
		case r.status == http.StatusForbidden, r.status == http.StatusNotFound:
			return &forge.NoPermission{Forge: platform().Name, Answer: strconv.Itoa(r.status), Needs: "issues: write"}
		case r.status >= http.StatusBadRequest:
			return refusal(r)
		case out == nil:
			return nil
		}
		if json.Unmarshal(r.body, out) != nil {
			return errUnclear
		}
		return nil
	}
	return &forge.Limited{Forge: platform().Name, Answer: "limits", Until: a.pace.now()}
}
