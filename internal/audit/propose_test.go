package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/run"
)

// writable is an organisation whose repositories take branches and pull requests.
func writable(t *testing.T, n int) *fakehub.Hub {
	t.Helper()
	hub := fakehub.New(t)
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{}}
	for i := range n {
		repo := hub.NewRepo(map[string]string{
			"Dockerfile": fmt.Sprintf("FROM debian:12\nUSER app\nCMD cat file-%d\n", i), "README.md": "hello\n",
		})
		hub.Org.Repos[fmt.Sprintf("r%02d", i)] = &fakehub.OrgRepo{Repo: repo}
	}
	return hub
}

// proposer runs audit propose on a hub.
type proposer struct {
	t     *testing.T
	hub   *fakehub.Hub
	clock *fakehub.Clock
	state string
	how   audit.Proposing
	// internet has the registries; nil for none.
	internet *fakeregistry.Internet
}

func newProposer(t *testing.T, hub *fakehub.Hub) *proposer {
	t.Helper()
	return &proposer{
		t: t, hub: hub, clock: fakehub.NewClock(time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)), state: t.TempDir(),
		how: audit.Proposing{Fixes: "safe", Limit: 1000, PerHour: 1000},
	}
}

func (p *proposer) run() (verdict run.Verdict, lines map[string]string) {
	var out bytes.Buffer
	env := map[string]string{"GITHUB_API_URL": p.hub.URL, "GITHUB_GRAPHQL_URL": p.hub.URL + "/graphql", "GITHUB_TOKEN": "ghs_example"}
	c := &audit.Command{
		Env: &run.Env{Dir: p.t.TempDir(), Version: "1", Now: p.clock.Now, Getenv: func(name string) string {
			if value, ok := env[name]; ok || p.internet == nil {
				return value
			}
			return p.internet.Getenv(name)
		}},
		Stdout: &out, Stderr: io.Discard, Wait: p.clock.Wait, Selection: forge.Selection{Org: "acme"}, State: p.state, Jobs: 1, Run: run.Defaults(),
	}
	c.Run.ShellCheck, c.Run.Rules.AsOf, c.Run.Online = "off", day, p.internet != nil
	verdict, err := c.Propose(context.Background(), p.how)
	if err != nil {
		p.t.Error(err)
	}
	lines = map[string]string{}
	for line := range strings.Lines(out.String()) {
		name, words, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		lines[strings.TrimPrefix(name, "acme/")] = words
	}
	return verdict, lines
}

// count is how many lines begin with words.
func count(lines map[string]string, words string) (n int) {
	for _, line := range lines {
		if strings.HasPrefix(line, words) {
			n++
		}
	}
	return n
}

// pulls are the pull requests of all repositories; more than one of a repository, or a
// branch besides ours, is an error.
func (p *proposer) pulls() map[string]*fakehub.PullRequest {
	p.t.Helper()
	all := map[string]*fakehub.PullRequest{}
	for name, r := range p.hub.Org.Repos {
		if n := len(r.Repo.Pulls()); n > 1 {
			p.t.Errorf("%s has %d pull requests", name, n)
		}
		for _, b := range r.Repo.Branches() {
			if b != "main" && b != "dockmend-fixes" {
				p.t.Errorf("%s has the branch %s", name, b)
			}
		}
		for _, pull := range r.Repo.Pulls() {
			all[name] = pull
		}
	}
	return all
}

func TestPropose(t *testing.T) {
	const n = 50
	hub := writable(t, n)
	p := newProposer(t, hub)

	p.how.DryRun = true
	writes := 0
	before := len(hub.Calls())
	if _, lines := p.run(); count(lines, "would open a pull request: 1 fix in 1 file") != n {
		t.Errorf("a dry run says %v", lines)
	}
	for _, call := range hub.Calls()[before:] {
		if !strings.HasPrefix(call, "GET ") && !strings.Contains(call, "graphql") {
			writes++
		}
	}
	if writes > 0 || len(p.pulls()) > 0 {
		t.Errorf("a dry run writes %d times", writes)
	}

	// Ten a run, twenty-five an hour: 10, 10, 5, 0 until the hour is over, then 10 and 10, 5.
	p.how = audit.Proposing{Fixes: "safe", Limit: 10, PerHour: 25}
	var opened []int
	for i := range 8 {
		if i == 4 {
			if err := p.clock.Wait(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		verdict, lines := p.run()
		done := len(p.pulls())
		opened = append(opened, done)
		if i == 3 && !strings.Contains(lines["r49"], "within an hour, the limit") {
			t.Errorf("r49: %s", lines["r49"])
		}
		if verdict != run.Clean || len(lines) != n {
			t.Errorf("run %d: %v, %d lines", i, verdict, len(lines))
		}
	}
	if want := []int{10, 20, 25, 25, 35, 45, 50, 50}; !slices.Equal(opened, want) {
		t.Errorf("pull requests after each run: %v, want %v", opened, want)
	}

	// Nothing new: nothing is written.
	tips := map[string]string{}
	for name, r := range hub.Org.Repos {
		tips[name] = r.Repo.Tip("dockmend-fixes")
	}
	p.how = audit.Proposing{Fixes: "safe", Limit: 1000, PerHour: 1000}
	_, lines := p.run()
	if count(lines, "pull request 1, as it was") != n {
		t.Errorf("again: %v", lines)
	}

	// Somebody commits to one, closes another, merges a third, and a fourth is fixed by hand.
	repo := func(i int) *fakehub.Repo { return hub.Org.Repos[fmt.Sprintf("r%02d", i)].Repo }
	repo(0).Commit("dockmend-fixes", "somebody", map[string]string{"mine": "x\n"})
	repo(1).Close(1)
	repo(2).Merge("dockmend-fixes")
	repo(3).Commit("main", "somebody", map[string]string{"Dockerfile": "FROM debian:12\nUSER app\nCMD [\"cat\", \"x\"]\n"})
	repo(4).Commit("main", "somebody", map[string]string{"api/Dockerfile": "FROM debian:12\nUSER app\nCMD cat y\n"})
	repo(5).Commit("main", "somebody", map[string]string{"README.md": "more\n"})
	mine := repo(0).Tip("dockmend-fixes")
	for range 2 {
		_, lines = p.run()
		p.pulls()
	}
	if repo(0).Tip("dockmend-fixes") != mine || len(repo(0).Pulls()[0].Comments) != 1 {
		t.Errorf("a person's commit: %s, %d comments", lines["r00"], len(repo(0).Pulls()[0].Comments))
	}
	if repo(1).Pulls()[0].State != "closed" || !strings.Contains(lines["r01"], "closed") {
		t.Errorf("closed without a merge: %s", lines["r01"])
	}
	if pull := repo(2).Pulls()[0]; !pull.Merged || strings.HasPrefix(lines["r02"], "failed") {
		t.Errorf("merged: %s", lines["r02"])
	}
	if repo(3).Pulls()[0].State != "closed" || slices.Contains(repo(3).Branches(), "dockmend-fixes") {
		t.Errorf("fixed by hand: %s", lines["r03"])
	}
	if got := repo(4).Read("dockmend-fixes")["100644 api/Dockerfile"]; !strings.Contains(got, `CMD ["cat", "y"]`) {
		t.Errorf("one more: %s\n%s", lines["r04"], got)
	}
	for i := 6; i < n; i++ {
		if name := fmt.Sprintf("r%02d", i); repo(i).Tip("dockmend-fixes") != tips[name] {
			t.Errorf("%s was written to again: %s", name, lines[name])
		}
	}
	t.Logf("a person's commit: %s\nclosed: %s\nmerged: %s\nfixed by hand: %s\none more: %s\nbase moved: %s", lines["r00"], lines["r01"], lines["r02"], lines["r03"], lines["r04"], lines["r05"])
}

// Two runs at once make nothing twice.
func TestProposeTwiceAtOnce(t *testing.T) {
	hub := writable(t, 50)
	var both sync.WaitGroup
	results := make([]map[string]string, 2)
	for i := range results {
		p := newProposer(t, hub)
		both.Go(func() { _, results[i] = p.run() })
	}
	both.Wait()
	p := newProposer(t, hub)
	if pulls := p.pulls(); len(pulls) != 50 {
		t.Errorf("%d pull requests, want 50", len(pulls))
	}
	_, lines := p.run()
	if count(lines, "pull request 1, as it was") != 50 {
		t.Errorf("afterwards: %v", lines)
	}
	kinds := map[string]int{}
	for _, r := range results {
		for _, line := range r {
			words, _, _ := strings.Cut(line, ":")
			kinds[words]++
		}
	}
	t.Logf("what two runs said: %v", kinds)
}

// A repository that refuses is named, and the others are written to.
func TestProposeRefused(t *testing.T) {
	hub := writable(t, 4)
	hub.Org.Repos["r01"].Archived = true
	hub.Org.Repos["r02"].Repo.Commit("main", "somebody", map[string]string{".dockmend.yaml": "rulez: {}\n"})
	p := newProposer(t, hub)
	verdict, lines := p.run()
	if verdict != run.NotCompleted || lines["r01"] != "left out: archived" || !strings.Contains(lines["r02"], "rulez") {
		t.Errorf("%v %v", verdict, lines)
	}
	if got := slices.Sorted(maps.Keys(p.pulls())); !slices.Equal(got, []string{"r00", "r03"}) {
		t.Errorf("pull requests in %v", got)
	}
	// A token that may only read: each says which permission is missing, and nothing is made.
	denied := writable(t, 3)
	denied.Grants = map[string]string{"contents": "read", "metadata": "read", "pull-requests": "read"}
	q := newProposer(t, denied)
	verdict, lines = q.run()
	if verdict != run.NotCompleted || count(lines, "failed: ") != 3 || len(q.pulls()) > 0 {
		t.Errorf("%v %v", verdict, lines)
	}
	for _, line := range lines {
		if !strings.Contains(line, "contents: write") {
			t.Errorf("it does not say what the token needs: %s", line)
		}
	}
}

// A pin waits in each repository for its own cooldown, which runs of audit propose remember
// on its branch of state, and a new push begins again.
func TestProposeCooldown(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	hub := writable(t, 0)
	repos := map[string]*fakehub.Repo{}
	for name, config := range map[string]string{"waits": "pin: {mode: digest, cooldown-days: 7}\n", "now": "pin: {mode: digest, cooldown-days: 0}\n"} {
		repos[name] = hub.NewRepo(map[string]string{
			"Dockerfile": "FROM debian:12\nUSER app\n", ".dockmend.yaml": "presets: []\nrules: {image-not-pinned-by-digest: warning}\n" + config,
		})
		hub.Org.Repos[name] = &fakehub.OrgRepo{Repo: repos[name]}
	}
	p := newProposer(t, hub)
	p.internet = fakeregistry.New(t)
	first := p.internet.Push(t, fakeregistry.Index(t, v1.Config{}, "linux/amd64"), "docker.io/library/debian:12")
	after := func(days int) map[string]string {
		if err := p.clock.Wait(t.Context(), time.Duration(days)*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		_, lines := p.run()
		return lines
	}
	pin := func(name string) string { return repos[name].Read("dockmend-fixes")["100644 Dockerfile"] }

	p.how.DryRun = true
	after(0)
	if len(repos["now"].Branches()) != 1 || len(repos["waits"].Branches()) != 1 {
		t.Errorf("a dry run remembers something: %v, %v", repos["now"].Branches(), repos["waits"].Branches())
	}
	p.how.DryRun = false
	lines := after(0)
	if !strings.Contains(pin("now"), "debian:12@"+first) || len(repos["waits"].Pulls()) != 0 {
		t.Errorf("at first: %v", lines)
	}
	state := repos["waits"].Tip(review.StateBranch)
	if state == "" || repos["now"].Tip(review.StateBranch) != "" {
		t.Errorf("what is remembered: %q, and without a cooldown %q", state, repos["now"].Tip(review.StateBranch))
	}
	if lines = after(6); len(repos["waits"].Pulls()) != 0 || repos["waits"].Tip(review.StateBranch) != state {
		t.Errorf("a pin after six days, or a write for nothing: %v", lines)
	}
	moved := p.internet.Push(t, fakeregistry.Index(t, v1.Config{User: "1"}, "linux/amd64"), "docker.io/library/debian:12")
	if lines = after(2); len(repos["waits"].Pulls()) != 0 {
		t.Errorf("a new push does not begin again: %v", lines)
	}
	if lines = after(7); len(repos["waits"].Pulls()) != 1 || !strings.Contains(pin("waits"), "debian:12@"+moved) {
		t.Errorf("no pin after the wait: %v\n%s", lines, pin("waits"))
	}
}
