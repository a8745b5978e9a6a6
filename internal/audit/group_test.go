package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/forge/gitlab/fakelab"
	"github.com/dockmend/dockmend/internal/run"
)

// groupOf is a lab whose group has the repositories of an organisation.
func groupOf(t *testing.T, hub *fakehub.Hub) *fakelab.Lab {
	t.Helper()
	lab := fakelab.New(t)
	lab.Group = &fakelab.Group{Path: "acme", Projects: map[string]*fakelab.GroupProject{}}
	for name, r := range hub.Org.Repos {
		lab.Group.Projects[name] = &fakelab.GroupProject{Files: r.Files, Commit: r.Commit, Archived: r.Archived, Topics: r.Topics}
	}
	return lab
}

// The audit of a group finds what that of an organisation finds, and reads what did not
// change with one request a project.
func TestGroup(t *testing.T) {
	const n = 16
	hub := organisation(t, n)
	want := map[string]string{}
	findings := func(into map[string]string, platform string) func(*audit.Record) error {
		return func(x *audit.Record) error {
			src, err := json.Marshal(x.Findings)
			into[x.Repository] = strings.ReplaceAll(string(src), platform, "") + " " + string(x.State) + " " + x.Reason
			return err
		}
	}
	if err := newAuditor(t, hub).must().Each(findings(want, "https://github.com/")); err != nil {
		t.Fatal(err)
	}
	lab := groupOf(t, hub)
	state := t.TempDir()
	audited := func() []byte {
		var out bytes.Buffer
		c := &audit.Command{
			Env: &run.Env{Dir: t.TempDir(), Version: "1", Getenv: func(name string) string {
				return map[string]string{"CI_API_V4_URL": lab.URL, "GITLAB_TOKEN": "x"}[name]
			}},
			Stdout: &out, Stderr: io.Discard, Selection: forge.Selection{Group: "acme"}, State: state, Outputs: []string{"json"}, Jobs: 4, Run: run.Defaults(),
		}
		c.Run.ShellCheck, c.Run.Rules.AsOf = "off", day
		if verdict, err := c.Audit(t.Context()); err != nil || verdict != run.Clean {
			t.Fatal(verdict, err)
		}
		return out.Bytes()
	}
	first := audited()
	var report struct {
		Of           string
		Repositories []*audit.Record
	}
	if err := json.Unmarshal(first, &report); err != nil {
		t.Fatal(err)
	}
	if report.Of != "group acme" || len(report.Repositories) != n+2 {
		t.Errorf("it is of %q and has %d projects", report.Of, len(report.Repositories))
	}
	got := map[string]string{}
	for _, x := range report.Repositories {
		if err := findings(got, "https://lab.example/")(x); err != nil {
			t.Fatal(err)
		}
	}
	for name := range want {
		if clean := strings.ReplaceAll(want[name], `,"since":"`+day+`"`, ""); strings.ReplaceAll(got[name], `,"since":"`+day+`"`, "") != clean {
			t.Errorf("%s: %s\nwant %s", name, got[name], clean)
		}
	}
	before := len(lab.Calls())
	again := audited()
	if !bytes.Equal(first, again) {
		t.Error("again: another report")
	}
	if calls := lab.Calls()[before:]; len(calls) != n+1 {
		t.Errorf("again: %d requests, %v", len(calls), calls)
	}
	t.Logf("%d requests for %d projects, %d again", before, n, len(lab.Calls())-before)
}

func TestGroupNeeds(t *testing.T) {
	c := &audit.Command{
		Env: &run.Env{Dir: t.TempDir(), Getenv: func(string) string { return "" }}, Stdout: io.Discard, Stderr: io.Discard,
		Selection: forge.Selection{Group: "acme"}, Jobs: 1, Run: run.Defaults(),
	}
	if _, err := c.Audit(t.Context()); err == nil || !strings.Contains(err.Error(), "GITLAB_TOKEN") {
		t.Errorf("without a token: %v", err)
	}
	if _, err := c.Propose(t.Context(), audit.Proposing{}); err == nil || !strings.Contains(err.Error(), "GitHub alone") {
		t.Errorf("propose: %v", err)
	}
}

// A policy of a project comes from GitLab where a group is audited, and in its jobs.
func TestPolicyOfGitLab(t *testing.T) {
	lab := fakelab.New(t)
	commit := strings.Repeat("a", 40)
	lab.Group = &fakelab.Group{Path: "acme", Projects: map[string]*fakelab.GroupProject{"sub/policy": {Commit: commit, Files: map[string]string{
		"dockmend-policy.yaml": "rules: {healthcheck-missing: error}\n",
	}}}}
	for _, x := range []struct {
		of forge.Selection
		ci string
	}{{forge.Selection{Group: "acme"}, ""}, {forge.Selection{}, "true"}} {
		c := &audit.Command{Selection: x.of, Env: &run.Env{Dir: t.TempDir(), Getenv: func(name string) string {
			return map[string]string{"CI_API_V4_URL": lab.URL, "GITLAB_TOKEN": "x", "GITLAB_CI": x.ci}[name]
		}}}
		policy, err := c.LoadPolicy(t.Context(), fmt.Sprintf("acme/sub/policy@%s", commit))
		if err != nil || policy == nil || policy.Digest == "" {
			t.Errorf("%+v: %v, %v", x, policy, err)
		}
	}
}
