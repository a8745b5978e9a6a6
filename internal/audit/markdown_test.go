package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/run"
)

// acme is an organisation in which several repositories have the same trouble.
func acme(t *testing.T) *fakehub.Hub {
	t.Helper()
	hub := fakehub.New(t)
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{
		"old": {Archived: true, Commit: fakehub.CommitName("old")},
		"lib": {Commit: fakehub.CommitName("lib"), Files: map[string]string{"README.md": "no images\n"}},
	}}
	for i := range 4 {
		hub.Org.Repos[fmt.Sprint("api", i)] = &fakehub.OrgRepo{Commit: fakehub.CommitName(fmt.Sprint("api", i)), Files: map[string]string{
			"Dockerfile": "FROM python:3.8\nRUN pip install flask\nCMD python app.py\n",
		}}
		hub.Org.Repos[fmt.Sprint("config", i)] = &fakehub.OrgRepo{Commit: fakehub.CommitName(fmt.Sprint("config", i)), Files: map[string]string{
			".dockmend.yaml": "rulez: {}\n",
		}}
	}
	return hub
}

// The overview begins with what was found and what to do, and says nothing that has no news.
func TestMarkdown(t *testing.T) {
	a := newAuditor(t, acme(t))
	got := written(t, a.must(), "markdown")
	name := filepath.Join("testdata", "acme.md")
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("UPDATE_SCRIPTS=1 writes it (-want +got)\n%s", diff)
	}
	for _, none := range []string{"(no owner)", "By owner", " new |"} {
		if strings.Contains(got, none) {
			t.Errorf("it says %q", none)
		}
	}
}

// What goes on is said: what is waited for, what is counted, and in the end the verdict.
func TestProgressOfMany(t *testing.T) {
	for _, x := range []struct {
		name       string
		isTerminal bool
		failOn     string
		want       []string
		not        []string
	}{
		{"log", false, "", []string{
			"reading the list of repositories: organisation acme\n", "10 repositories; about 25 requests",
			"GitHub takes no more requests for now; going on at 01:00:", "acme/config0 was not audited: ", "10 repositories looked at, 4 of which failed, with ",
			"not complete, 4 repositories could not be looked at, or not all of it: ",
		}, []string{"\r", " 0 ", "as they were"}},
		{"terminal", true, "", []string{"\r10 of 10 repositories", "\r\x1b[K"}, []string{" 0 "}},
	} {
		hub := acme(t)
		clock := fakehub.NewClock(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		hub.Org.Limits = &fakehub.Limits{Hourly: 6, Now: clock.Now}
		var errs bytes.Buffer
		c := &audit.Command{
			Env: &run.Env{Dir: t.TempDir(), Now: clock.Now, Getenv: func(name string) string {
				return map[string]string{"GITHUB_TOKEN": "x", "GITHUB_API_URL": hub.URL, "GITHUB_GRAPHQL_URL": hub.URL + "/graphql"}[name]
			}},
			Wait: clock.Wait, Stdout: &bytes.Buffer{}, Stderr: &errs, ErrTerminal: x.isTerminal, Selection: forge.Selection{Org: "acme"}, Jobs: 1, Run: run.Defaults(),
		}
		c.Run.ShellCheck, c.Run.Rules.AsOf = "off", day
		if verdict, err := c.Audit(context.Background()); err != nil || verdict != run.NotCompleted {
			t.Fatal(verdict, err)
		}
		for _, want := range x.want {
			if !strings.Contains(errs.String(), want) {
				t.Errorf("%s: it does not say %q:\n%q", x.name, want, errs.String())
			}
		}
		for _, not := range x.not {
			if strings.Contains(errs.String(), not) {
				t.Errorf("%s: it says %q:\n%q", x.name, not, errs.String())
			}
		}
	}
}

// The overview of an audit is one issue, the same for each audit of the same repositories.
func TestIssueOfMany(t *testing.T) {
	hub := acme(t)
	ops := &fakehub.OrgRepo{Commit: fakehub.CommitName("ops"), Files: map[string]string{"README.md": "ops\n"}}
	hub.Org.Repos["ops"] = ops
	clock := fakehub.NewClock(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	state := t.TempDir()
	audited := func(want string) {
		t.Helper()
		var errs bytes.Buffer
		c := &audit.Command{
			Env: &run.Env{Dir: t.TempDir(), Version: "1", Now: clock.Now, Getenv: func(name string) string {
				return map[string]string{"GITHUB_TOKEN": "x", "GITHUB_API_URL": hub.URL, "GITHUB_GRAPHQL_URL": hub.URL + "/graphql"}[name]
			}},
			Wait: clock.Wait, Stdout: &bytes.Buffer{}, Stderr: &errs, Selection: forge.Selection{Org: "acme"}, Jobs: 2, State: state,
			Issue: "acme/ops", Run: run.Defaults(),
		}
		c.Run.ShellCheck, c.Run.Rules.AsOf = "off", day
		if _, err := c.Audit(t.Context()); err != nil || !strings.Contains(errs.String(), want) {
			t.Fatalf("%v; want %q in %s", err, want, &errs)
		}
	}
	audited("acme/ops#1 was made")
	audited("acme/ops#1 is up to date")
	hub.Org.Repos["api0"].Files["Dockerfile"] = "FROM python:3.8\n"
	hub.Org.Repos["api0"].Commit = fakehub.CommitName("fixed")
	audited("acme/ops#1 was updated")
	if len(ops.Issues) != 1 || ops.Issues[0].Title != "dockmend audit of organisation acme" || !strings.Contains(ops.Issues[0].Body, "\n# dockmend audit of `organisation acme`\n") {
		t.Errorf("%d issues, the first is %+v", len(ops.Issues), ops.Issues[0])
	}
}
