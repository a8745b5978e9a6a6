package github_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/remote"
)

func newAccount(t *testing.T, hub *fakehub.Hub) (*github.Account, *fakehub.Clock) {
	t.Helper()
	return impatientAccount(t, hub, 0)
}

// impatientAccount waits so long for an answer.
func impatientAccount(t *testing.T, hub *fakehub.Hub, timeout time.Duration) (*github.Account, *fakehub.Clock) {
	t.Helper()
	c := fakehub.NewClock(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	a, err := github.NewAccount(github.Server{
		URL: hub.URL, Token: "x", GraphQL: hub.URL + "/graphql", Now: c.Now, Wait: c.Wait, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func orgHub(t *testing.T) *fakehub.Hub {
	t.Helper()
	hub := fakehub.New(t)
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{
		"web": {
			Files:  map[string]string{"Dockerfile": "FROM a\n", "a/b/c": "deep", "a/x": "x", "120000 link": "a/x", "160000 lib": fakehub.CommitName("lib"), "latin": "caf\xe9"},
			Commit: fakehub.CommitName("web"), Topics: []string{"docker"},
		},
		"old":   {Archived: true, Commit: fakehub.CommitName("old")},
		"fork":  {Fork: true, Commit: fakehub.CommitName("fork")},
		"empty": {},
		"gone":  {Gone: true},
	}}
	return hub
}

func TestAccountList(t *testing.T) {
	hub := orgHub(t)
	for i := range 230 { // three pages, five queries
		hub.Org.Repos[fmt.Sprintf("r%03d", i)] = &fakehub.OrgRepo{Commit: fakehub.CommitName(fmt.Sprint(i))}
	}
	a, _ := newAccount(t, hub)
	all, err := a.List(t.Context(), forge.Selection{Org: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Heads(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	byName := map[string]forge.Repository{}
	for _, r := range all {
		byName[strings.TrimPrefix(r.Name, "acme/")] = r
	}
	if len(byName) != 235 || byName["r229"].Commit != fakehub.CommitName("229") || byName["web"].URL != "https://github.com/acme/web" {
		t.Errorf("%d repositories, r229 %+v, web %+v", len(byName), byName["r229"], byName["web"])
	}
	for name, want := range map[string]string{"old": forge.SkipArchived, "fork": forge.SkipFork, "empty": forge.SkipEmpty, "web": ""} {
		if got := byName[name]; got.Skip != want || got.Err != nil {
			t.Errorf("%s: skip %q, want %q; %v", name, got.Skip, want, got.Err)
		}
	}
	if !errors.Is(byName["gone"].Err, forge.ErrGone) {
		t.Errorf("gone: %v", byName["gone"].Err)
	}
	if got := a.Requests(); got != 3+5 {
		t.Errorf("%d requests, want 8", got)
	}
	some, err := a.List(t.Context(), forge.Selection{Org: "acme", Topic: "docker"})
	if err != nil || len(some) != 1 {
		t.Errorf("by topic: %v, %v", some, err)
	}
	if _, err := a.List(t.Context(), forge.Selection{Org: "nobody"}); err == nil {
		t.Error("an organisation that is not there is no error")
	}
	for _, bad := range []string{"", "a/b", "a b", "a\"", "../x"} {
		if _, err := a.List(t.Context(), forge.Selection{Org: bad}); err == nil {
			t.Errorf("%q is taken for an organisation", bad)
		}
		if _, err := a.List(t.Context(), forge.Selection{Names: []string{bad}}); err == nil && bad != "a/b" {
			t.Errorf("%q is taken for a repository", bad)
		}
	}
}

func read(t *testing.T, a *github.Account) (map[string]remote.Entry, map[string][]byte, error) {
	t.Helper()
	r := forge.Repository{Name: "acme/web", Commit: fakehub.CommitName("web")}
	entries, err := a.Tree(t.Context(), r)
	if err != nil {
		return nil, nil, err
	}
	byPath, files := map[string]remote.Entry{}, []remote.Entry{}
	for _, e := range entries {
		byPath[e.Path] = e
		if e.Kind == remote.File && e.Path == "latin" {
			files = append([]remote.Entry{e}, files...)
		} else if e.Kind != remote.Submodule {
			files = append(files, e)
		}
	}
	blobs, err := a.Blobs(t.Context(), r, files)
	return byPath, blobs, err
}

func TestAccountTree(t *testing.T) {
	for _, most := range []int{0, 3, 5} { // cut, and walked
		hub := orgHub(t)
		hub.Org.Repos["web"].Most = most
		if most == 3 { // the root itself is longer
			a, _ := newAccount(t, hub)
			if _, _, err := read(t, a); err == nil {
				t.Error("a folder whose list is cut is no error")
			}
			continue
		}
		a, _ := newAccount(t, hub)
		tree, blobs, err := read(t, a)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"Dockerfile": "FROM a\n", "a/b/c": "deep", "a/x": "x", "link": "a/x", "latin": "caf\xe9"}
		for name, content := range want {
			if got := string(blobs[tree[name].Hash]); got != content {
				t.Errorf("most %d: %s is %q, want %q", most, name, got, content)
			}
		}
		if tree["link"].Kind != remote.Link || tree["lib"].Kind != remote.Submodule || len(tree) != 6 {
			t.Errorf("most %d: %+v", most, tree)
		}
	}
}

// Nothing is lost to any fault of any call, as long as it ends.
func TestAccountFaults(t *testing.T) {
	calls := []string{"GET /orgs/{org}/repos", "graphql Heads", "GET /git/trees/{tree_sha}", "graphql Blobs", "GET /git/blobs/{file_sha}"}
	faults := []fakehub.Fault{
		{Kind: fakehub.Refused, Status: http.StatusBadGateway, Times: 3},
		{Kind: fakehub.Refused, Status: http.StatusForbidden, RetryAfter: 90, Message: "secondary rate limit", Times: 2},
		{Kind: fakehub.Refused, Status: http.StatusTooManyRequests, Times: 2},
		{Kind: fakehub.Refused, Status: http.StatusForbidden, Message: "You have exceeded a secondary rate limit", Times: 2},
		{Kind: fakehub.Lost, Times: 2},
		{Kind: fakehub.Cut, Times: 2},
		{Kind: fakehub.Hangs, Times: 1},
	}
	for _, call := range calls {
		for _, fault := range faults {
			hub := orgHub(t)
			fault.Call = call
			hub.Faults = []*fakehub.Fault{&fault}
			timeout := time.Duration(0)
			if fault.Kind == fakehub.Hangs {
				timeout = 2 * time.Second
			}
			a, _ := impatientAccount(t, hub, timeout)
			all, err := a.List(t.Context(), forge.Selection{Org: "acme"})
			if err == nil {
				err = a.Heads(t.Context(), all)
			}
			if err != nil {
				t.Errorf("%s: %v", &fault, err)
				continue
			}
			if _, blobs, err := read(t, a); err != nil || len(blobs) != 5 {
				t.Errorf("%s: %d blobs, %v", &fault, len(blobs), err)
			}
		}
	}
}

func TestAccountGivesUp(t *testing.T) {
	hub := orgHub(t)
	hub.Faults = []*fakehub.Fault{{Call: "GET /git/trees/{tree_sha}", Kind: fakehub.Refused, Status: http.StatusForbidden, Message: "Resource not accessible by personal access token"}}
	a, clock := newAccount(t, hub)
	before := clock.Now()
	var refused *forge.NoPermission
	if _, _, err := read(t, a); !errors.As(err, &refused) {
		t.Errorf("a token without permission: %v", err)
	}
	if waited := clock.Now().Sub(before); waited > time.Second {
		t.Errorf("waited %v for a permission", waited)
	}
	hub.Heal()
	hub.Faults = []*fakehub.Fault{{Call: "GET /git/trees/{tree_sha}", Kind: fakehub.Refused, Status: http.StatusTooManyRequests}}
	var limited *forge.Limited
	if _, _, err := read(t, a); !errors.As(err, &limited) {
		t.Errorf("a limit without an end: %v", err)
	}
}

// The limits are kept: of many requests GitHub refuses hardly any.
func TestAccountKeepsLimits(t *testing.T) {
	hub := orgHub(t)
	a, clock := newAccount(t, hub)
	hub.Org.Limits = &fakehub.Limits{Hourly: 50, Minutely: 900, Now: clock.Now}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 15 {
				if _, err := a.Tree(t.Context(), forge.Repository{Name: "acme/web", Commit: fakehub.CommitName("web")}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	start := clock.Now()
	wg.Wait()
	if spent := clock.Now().Sub(start); spent < 2*time.Hour || spent > 4*time.Hour {
		t.Errorf("120 requests of 50 an hour took %v", spent)
	}
	// Those that were on their way when the last one was counted.
	if hub.Org.Limits.Refused > 2*8 {
		t.Errorf("%d requests were refused", hub.Org.Limits.Refused)
	}
	budget, err := a.Budget(t.Context())
	if err != nil || budget.Most != 50 {
		t.Errorf("budget %+v, %v", budget, err)
	}
}

func TestAccountReadFile(t *testing.T) {
	hub := fakehub.New(t)
	hub.Files["v1:policy/dockmend.yaml"] = "rules: {}\n"
	a, _ := newAccount(t, hub)
	src, err := a.ReadFile(t.Context(), "acme/policies", "policy/dockmend.yaml", "v1")
	if err != nil || string(src) != "rules: {}\n" {
		t.Errorf("%q, %v", src, err)
	}
	if _, err := a.ReadFile(t.Context(), "acme/policies", "nowhere", "v1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
