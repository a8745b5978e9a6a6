package github_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

const ourMarker = "<!-- dockmend-audit:1 -->"

// issues is a hub with a repository for issues, in which others write too.
func issues(t *testing.T) (*fakehub.Hub, *fakehub.OrgRepo, *github.Account) {
	t.Helper()
	hub := fakehub.New(t)
	repository := &fakehub.OrgRepo{Commit: fakehub.CommitName("x")}
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{"ops": repository}}
	repository.Issues = others()
	clock := fakehub.NewClock(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	account, err := github.NewAccount(github.Server{URL: hub.URL, GraphQL: hub.URL + "/graphql", Token: "x", Now: clock.Now, Wait: clock.Wait})
	if err != nil {
		t.Fatal(err)
	}
	return hub, repository, account
}

// others are issues and pull requests of which none is ours.
func others() (all []*fakehub.Issue) {
	for i := range 120 {
		all = append(all, &fakehub.Issue{Author: "somebody", Title: fmt.Sprint(i), State: "open", Pull: i%2 == 0})
	}
	all[3].Body = ourMarker + "\nforged" // by somebody else
	all[4] = &fakehub.Issue{Author: fakehub.Viewer, Body: ourMarker + "\na pull request", State: "open", Pull: true}
	return all
}

// There is one issue, which is written to where something changed, and is its reader's to
// close.
func TestKeepIssue(t *testing.T) {
	hub, repository, account := issues(t)
	keep := func(body, want string) {
		t.Helper()
		got, err := account.KeepIssue(t.Context(), "acme/ops", ourMarker, "the title", body)
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	writes := func() (n int) {
		for _, call := range hub.Calls() {
			if strings.Contains(call, "issues") && !strings.HasPrefix(call, "GET ") {
				n++
			}
		}
		return n
	}
	keep("one", "acme/ops#121 was made")
	keep("one", "acme/ops#121 is up to date")
	if writes() != 1 {
		t.Errorf("%d writes, want 1: %v", writes(), hub.Calls())
	}
	keep("two", "was updated")
	ours := repository.Issues[120]
	if ours.Body != ourMarker+"\ntwo" || len(repository.Issues) != 121 || repository.Issues[3].Body != ourMarker+"\nforged" {
		t.Errorf("%+v of %d", ours, len(repository.Issues))
	}
	ours.State = "closed"
	keep("three", "was closed by somebody")
	if ours.Body != ourMarker+"\ntwo" || ours.State != "closed" || writes() != 2 {
		t.Errorf("closed, it is written to: %+v", ours)
	}
	ours.State = "open"
	keep("three", "was updated")
	if _, err := account.KeepIssue(t.Context(), "acme/none", ourMarker, "t", "b"); err == nil {
		t.Error("a repository that is not there is no error")
	}
	for range 2000 {
		repository.Issues = append([]*fakehub.Issue{{Author: "somebody", State: "open"}}, repository.Issues...)
	}
	if _, err := account.KeepIssue(t.Context(), "acme/ops", ourMarker, "t", "b"); err == nil {
		t.Error("more issues than are looked through are no error")
	}
}

// Each fault of each call makes nothing twice.
func TestKeepIssueFaults(t *testing.T) {
	hub, repository, account := issues(t)
	for _, exists := range []bool{false, true} {
		for _, call := range []string{"graphql Viewer", "GET /issues", "POST /issues", "PATCH /issues/{issue_number}"} {
			for _, fault := range []fakehub.Fault{
				{Kind: fakehub.Lost, Times: 1}, {Kind: fakehub.Cut, Times: 1}, {Kind: fakehub.Refused, Status: http.StatusBadGateway, Times: 1},
				{Kind: fakehub.Refused, Status: http.StatusForbidden, RetryAfter: 30, Times: 2}, {Kind: fakehub.Refused, Status: http.StatusForbidden, Message: "no", Times: 1},
			} {
				repository.Issues = others()
				keep := func() error {
					_, err := account.KeepIssue(context.Background(), "acme/ops", ourMarker, "t", "new")
					return err
				}
				if exists {
					repository.Issues = append(repository.Issues, &fakehub.Issue{Author: fakehub.Viewer, State: "open", Body: ourMarker + "\nold"})
				}
				fault.Call = call
				hub.Faults = []*fakehub.Fault{&fault}
				first := keep()
				hub.Heal()
				if err := keep(); err != nil || len(repository.Issues) != 121 || repository.Issues[120].Body != ourMarker+"\nnew" {
					t.Errorf("%v, there %v: %v, then %v; %d issues", &fault, exists, first, err, len(repository.Issues)-120)
				}
			}
		}
	}
}
