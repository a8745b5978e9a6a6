package gitlab_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/gitlab"
	"github.com/dockmend/dockmend/internal/forge/gitlab/fakelab"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/remote"
)

// aGroup is a lab with a group of all that a project may be.
func aGroup(t *testing.T) *fakelab.Lab {
	t.Helper()
	lab := fakelab.New(t)
	lab.Scope = "read_api"
	commit := strings.Repeat("a", 40)
	lab.Group = &fakelab.Group{Path: "acme/web", Projects: map[string]*fakelab.GroupProject{
		"app": {Commit: commit, Topics: []string{"docker"}, Files: map[string]string{
			"Dockerfile": "FROM alpine\n", "deep/er/Dockerfile": "FROM debian\n", "120000 link": "Dockerfile", "160000 lib": strings.Repeat("b", 40),
			"latin": "caf\xe9\n", "large.yml": strings.Repeat("x", limits.FileBytes+1),
		}},
		"below/api": {Commit: strings.Repeat("c", 40), Files: map[string]string{"a": "b"}},
		"fork":      {Commit: commit, Fork: true}, "old": {Commit: commit, Archived: true}, "none": {}, "off": {Commit: commit, Disabled: true},
		"gone": {Commit: commit, Gone: true},
	}}
	return lab
}

func accountOf(t *testing.T, lab *fakelab.Lab) *gitlab.Account {
	t.Helper()
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	a, err := gitlab.NewAccount(gitlab.Server{
		URL: lab.URL, Token: "x", Now: func() time.Time { return now },
		Wait: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestGroup(t *testing.T) {
	lab := aGroup(t)
	a := accountOf(t, lab)
	all, err := a.List(t.Context(), forge.Selection{Group: "acme/web"})
	if err == nil {
		err = a.Heads(t.Context(), all)
	}
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range all {
		got[r.Name] = r.Branch + " " + r.Commit[:min(len(r.Commit), 4)] + " " + r.Skip
		if errors.Is(r.Err, forge.ErrGone) {
			got[r.Name] = "gone"
		}
	}
	want := map[string]string{
		"acme/web/app": "main aaaa ", "acme/web/below/api": "main cccc ", "acme/web/fork": "main  fork", "acme/web/old": "main  archived",
		"acme/web/none": "  empty", "acme/web/off": "main  disabled", "acme/web/gone": "gone",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	all, err = a.List(t.Context(), forge.Selection{Group: "acme/web", Topic: "docker", Forks: true, Archived: true})
	if err != nil || len(all) != 1 {
		t.Errorf("by topic: %v, %v", all, err)
	}
	for _, name := range []string{"nobody", "", "../x", "a b", "x?y"} {
		if _, err := a.List(t.Context(), forge.Selection{Group: name}); err == nil {
			t.Errorf("the group %q is taken", name)
		}
	}
}

func TestGroupFiles(t *testing.T) {
	lab := aGroup(t)
	lab.Group.Projects["app"].Files["huge.yaml"] = strings.Repeat("y", 21<<20)
	a := accountOf(t, lab)
	r := forge.Repository{Name: "acme/web/app", Commit: strings.Repeat("a", 40)}
	entries, err := a.Tree(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]remote.Kind{}
	for _, e := range entries {
		kinds[e.Path] = e.Kind
	}
	if len(kinds) != 7 || kinds["link"] != remote.Link || kinds["lib"] != remote.Submodule || kinds["deep/er/Dockerfile"] != remote.File {
		t.Errorf("%v", kinds)
	}
	tree := remote.New(entries, func(wanted []remote.Entry) (map[string][]byte, error) { return a.Blobs(t.Context(), r, wanted) }, nil)
	for name, want := range map[string]string{"link": "FROM alpine\n", "deep/er/Dockerfile": "FROM debian\n", "latin": "caf\xe9\n"} {
		if got, err := tree.Read(name, limits.FileBytes); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"large.yml", "huge.yaml", "huge.yaml"} {
		if _, err := tree.Read(name, limits.FileBytes); !errors.Is(err, files.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if tree.Err() != nil {
		t.Error(tree.Err())
	}
	src, err := a.ReadFile(t.Context(), r.Name, "deep/er/Dockerfile", r.Commit)
	_, missing := a.ReadFile(t.Context(), r.Name, "no", r.Commit)
	if string(src) != "FROM debian\n" || err != nil || !errors.Is(missing, fs.ErrNotExist) {
		t.Errorf("%q, %v; %v", src, err, missing)
	}
}

// A list of many pages is read to its end, and one of more than is read is an error.
func TestGroupPages(t *testing.T) {
	lab := aGroup(t)
	a := accountOf(t, lab)
	app := lab.Group.Projects["app"]
	for i := range 450 {
		app.Files[fmt.Sprintf("d%d/f%d", i%7, i)] = fmt.Sprint(i)
		lab.Group.Projects[fmt.Sprint("p", i)] = &fakelab.GroupProject{}
	}
	all, err := a.List(t.Context(), forge.Selection{Group: "acme/web"})
	if err != nil || len(all) != 457 {
		t.Errorf("%d projects, %v", len(all), err)
	}
	r := forge.Repository{Name: "acme/web/app", Commit: app.Commit}
	entries, err := a.Tree(t.Context(), r)
	if err != nil || len(entries) != 456 {
		t.Errorf("%d files, %v", len(entries), err)
	}
	found, err := a.Blobs(t.Context(), r, slices.DeleteFunc(entries, func(e remote.Entry) bool { return !strings.HasPrefix(e.Path, "d") }))
	if err != nil || len(found) != 451 {
		t.Errorf("%d files were read, %v", len(found), err)
	}
	app.Files, lab.Group.Endless = map[string]string{"a": "b"}, true
	if _, err := a.Tree(t.Context(), r); !errors.Is(err, forge.ErrTooLarge) {
		t.Errorf("too many files: %v", err)
	}
}

// Faults that pass change nothing; those that last are errors that say why.
func TestGroupFaults(t *testing.T) {
	calls := []string{
		"GET groups/{group}/projects", "GET projects/{id}/repository/branches/{branch}", "GET projects/{id}/repository/tree", "POST graphql",
		"GET projects/{id}/repository/blobs/{sha}/raw",
	}
	look := func(lab *fakelab.Lab) error {
		a := accountOf(t, lab)
		all, err := a.List(t.Context(), forge.Selection{Group: "acme/web", Topic: "docker"})
		if err == nil {
			err = a.Heads(t.Context(), all)
		}
		if err != nil {
			return err
		}
		r := all[0]
		if r.Err != nil {
			return r.Err
		}
		entries, err := a.Tree(t.Context(), r)
		if err != nil {
			return err
		}
		latin := slices.IndexFunc(entries, func(e remote.Entry) bool { return e.Path == "latin" })
		found, err := a.Blobs(t.Context(), r, entries[latin:latin+1])
		if err == nil && string(found[entries[latin].Hash]) != "caf\xe9\n" {
			t.Errorf("it read %q", found)
		}
		return err
	}
	for _, call := range calls {
		for _, f := range []fakelab.Fault{
			{Kind: fakelab.Refused, Status: http.StatusBadGateway, Times: 3}, {Kind: fakelab.Refused, Status: http.StatusTooManyRequests, Times: 3},
			{Kind: fakelab.Lost, Times: 1}, {Kind: fakelab.Cut, Times: 2}, {Kind: fakelab.Broken, Times: 2}, {Kind: fakelab.BrokenLate, Times: 1},
		} {
			f.Call = call
			lab := aGroup(t)
			lab.Fail(&f)
			if err := look(lab); err != nil {
				t.Errorf("%s, kind %d, status %d: %v", call, f.Kind, f.Status, err)
			}
		}
		for _, status := range []int{http.StatusTooManyRequests, http.StatusForbidden, http.StatusServiceUnavailable} {
			lab := aGroup(t)
			lab.Fail(&fakelab.Fault{Call: call, Kind: fakelab.Refused, Status: status})
			err := look(lab)
			_, limited := errors.AsType[*forge.Limited](err)
			_, refused := errors.AsType[*forge.NoPermission](err)
			// What GraphQL fails with alone, the other call is asked for.
			isQuery := call == "POST graphql" && status == http.StatusServiceUnavailable
			fits := (err != nil || isQuery) && limited == (status == http.StatusTooManyRequests) && refused == (status == http.StatusForbidden)
			if !fits {
				t.Errorf("%s, %d: %v", call, status, err)
			}
		}
	}
}

// Within a limit nothing is refused, though the account learns of it from answers alone.
func TestGroupLimits(t *testing.T) {
	lab := aGroup(t)
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for i := range 200 {
		lab.Group.Projects[fmt.Sprint("p", i)] = &fakelab.GroupProject{Commit: strings.Repeat("d", 40)}
	}
	lab.Group.Limits = &fakelab.Limits{Minutely: 60, Now: func() time.Time { return now }}
	waited := time.Duration(0)
	a, err := gitlab.NewAccount(gitlab.Server{
		URL: lab.URL, Token: "x", Now: func() time.Time { return now },
		Wait: func(_ context.Context, d time.Duration) error { now, waited = now.Add(d), waited+d; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	all, err := a.List(t.Context(), forge.Selection{Group: "acme/web"})
	if err == nil {
		err = a.Heads(t.Context(), all)
	}
	if err != nil || lab.Group.Limits.Refused > 0 || waited < 3*time.Minute {
		t.Errorf("%v; %d were refused, waited %v", err, lab.Group.Limits.Refused, waited)
	}
}
