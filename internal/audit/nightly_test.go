package audit_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/run"
)

func nightly(t *testing.T) {
	t.Helper()
	if os.Getenv("DOCKMEND_NIGHTLY") == "" {
		t.Skip("DOCKMEND_NIGHTLY is not set: this takes minutes; make nightly runs it")
	}
}

// corpora replaces the files of a hub's repositories by those of the projects below the
// folders of DOCKMEND_PROJECTS, in turn, each with one line of its own.
func corpora(t *testing.T, hub *fakehub.Hub) {
	t.Helper()
	var projects []map[string]string
	for _, dir := range filepath.SplitList(os.Getenv("DOCKMEND_PROJECTS")) {
		folders, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range folders {
			projects = append(projects, fakehub.FilesOf(t, filepath.Join(dir, f.Name())))
		}
	}
	if len(projects) == 0 {
		t.Log("DOCKMEND_PROJECTS is not set: the repositories are those of the rules' cases")
		return
	}
	i := 0
	for name, r := range hub.Org.Repos {
		if !strings.HasPrefix(name, "r0") {
			continue
		}
		_, _ = fmt.Sscanf(name, "r%d", &i)
		r.Files = map[string]string{"own/Dockerfile": fmt.Sprintf("FROM alpine:3.%d\nRUN echo %d\n", i%24, i)}
		for file, content := range projects[i%len(projects)] {
			r.Files[file] = content
		}
	}
}

// begun is a report as JSON, the first of its repositories.
func begun(t *testing.T, r *audit.Report) string {
	t.Helper()
	r.Begin()
	return written(t, r, "json")
}

// A thousand repositories: again, in shards, and killed at 20 points with faults.
func TestThousand(t *testing.T) {
	nightly(t)
	const n = 1000
	hub := organisation(t, n)
	corpora(t, hub)
	a := newAuditor(t, hub)
	a.atOnce = 8
	hub.Org.Limits = &fakehub.Limits{Hourly: 5000, Minutely: 900, Now: a.clock.Now}
	first := a.must()
	want, whole := begun(t, first), a.requests
	t.Logf("%d repositories, %+v: %d requests, %.2f each; %d refused", n, first.Summary, whole, float64(whole)/n, hub.Org.Limits.Refused)
	again := begun(t, a.must())
	t.Logf("again, nothing changed: %d requests", a.requests)
	if again != want {
		t.Error("again: another report")
	}

	hub.Org.Limits = nil
	hub.Faults = []*fakehub.Fault{
		{Call: "graphql Blobs", Kind: fakehub.Lost, Times: 40}, {Call: "git/trees", Kind: fakehub.Cut, Times: 40},
		{Call: "git/trees", Kind: fakehub.Refused, Status: http.StatusForbidden, RetryAfter: 30, Times: 20},
		{Call: "graphql", Kind: fakehub.Refused, Status: http.StatusBadGateway, Times: 60},
	}
	if got, points := killed(t, hub, 20, int64(whole/22)); got != want {
		t.Errorf("killed at %d points, with faults: another report", points)
	} else {
		t.Logf("killed at %d points, with 160 faults: the same report", points)
	}
	hub.Faults = nil

	const shards = 8
	var names []string
	var parts []audit.Open
	for k := 1; k <= shards; k++ {
		b := newAuditor(t, hub)
		b.atOnce, b.shard = 8, [2]int{k, shards}
		names = append(names, fmt.Sprint("shard", k))
		parts = append(parts, opens(written(t, b.must(), "json")))
	}
	merged, err := audit.Merge(names, parts)
	if err != nil {
		t.Fatal(err)
	}
	if begun(t, merged) != want {
		t.Errorf("%d shards merged: another report", shards)
	}
}

// How many repositories an hour GitHub's limits let through, each request taking 150 ms.
func TestRate(t *testing.T) {
	nightly(t)
	const n = 12_000
	hub := fakehub.New(t)
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{}}
	for i := range n {
		name := fmt.Sprintf("r%05d", i)
		hub.Org.Repos[name] = &fakehub.OrgRepo{Commit: fakehub.CommitName(name), Files: map[string]string{"Dockerfile": fmt.Sprintf("FROM alpine:3.%d\nRUN echo %s\n", i%24, name)}}
	}
	a := newAuditor(t, hub)
	a.atOnce = 1 // the clock passes only where somebody waits, so that the time is exact with one
	hub.Org.Limits = &fakehub.Limits{Hourly: 5000, Minutely: 900, Now: a.clock.Now}
	hub.Watch(func(r *http.Request, _ []byte) { _ = a.clock.Wait(r.Context(), 150*time.Millisecond) })
	start := a.clock.Now()
	r := a.must()
	spent := a.clock.Now().Sub(start)
	t.Logf("%d repositories, %d findings: %d requests, %.2f each, %d refused; %v, %.0f repositories an hour",
		n, r.Summary.Findings, a.requests, float64(a.requests)/n, hub.Org.Limits.Refused, spent.Round(time.Second), n/spent.Hours())
	if r.Summary.Audited != n {
		t.Errorf("%+v", r.Summary)
	}
}

// Child is an audit in a process of its own, which is killed.
func TestChild(t *testing.T) {
	state := os.Getenv("DOCKMEND_AUDIT_STATE")
	if state == "" {
		t.Log("it is for TestKilled alone")
		return
	}
	clock := fakehub.NewClock(time.Now())
	c := &audit.Command{
		Wait: clock.Wait, Env: &run.Env{Now: clock.Now, Dir: t.TempDir(), Getenv: os.Getenv, Version: "1"}, Stdout: os.Stdout, Stderr: io.Discard, Selection: forge.Selection{Org: "acme"},
		State: state, Outputs: []string{"json=" + os.Getenv("DOCKMEND_AUDIT_OUT")}, Jobs: 3, Run: run.Defaults(),
	}
	c.Run.ShellCheck, c.Run.Rules.AsOf = "off", day
	if verdict, err := c.Audit(t.Context()); err != nil || verdict != run.Clean {
		t.Errorf("%v, %v", verdict, err)
	}
}

// killed audits a hub in processes that are killed, each after so many requests, and in a
// last one. It returns that one's report and how many were killed.
func killed(t *testing.T, hub *fakehub.Hub, kills int, after int64) (report string, points int) {
	t.Helper()
	state, out := t.TempDir(), filepath.Join(t.TempDir(), "report")
	audited := func(kill int64) error {
		cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), "DOCKMEND_AUDIT_STATE="+state, "DOCKMEND_AUDIT_OUT="+out,
			"GITHUB_TOKEN=x", "GITHUB_API_URL="+hub.URL, "GITHUB_GRAPHQL_URL="+hub.URL+"/graphql")
		if err := cmd.Start(); err != nil {
			return err
		}
		var seen atomic.Int64
		hub.Watch(func(*http.Request, []byte) {
			if seen.Add(1) == kill {
				_ = cmd.Process.Kill()
			}
		})
		err := cmd.Wait()
		hub.Watch(nil)
		return err
	}
	for range kills {
		if err := audited(after); err == nil {
			t.Errorf("it was complete after %d kills", points)
			break
		}
		points++
	}
	err := audited(0)
	if err != nil { // faults that were left made one fail, which the next run reads again
		err = audited(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(got), points
}

// A process that is killed leaves what another goes on with.
func TestKilled(t *testing.T) {
	hub := organisation(t, 12)
	want := begun(t, newAuditor(t, hub).must())
	kills := 5
	if testing.Short() {
		kills = 2
	}
	if got, points := killed(t, hub, kills, 6); got != want {
		t.Errorf("killed %d times: another report", points)
	}
}

// many is a platform with any number of repositories.
type many struct{ n int }

func (m many) Name() string { return "many" }
func (m many) List(context.Context, forge.Selection) ([]forge.Repository, error) {
	all := make([]forge.Repository, m.n)
	for i := range all {
		all[i].Name = fmt.Sprintf("acme/r%06d", i)
	}
	return all, nil
}

func (m many) Heads(_ context.Context, all []forge.Repository) error {
	for i := range all {
		all[i].Commit = fakehub.CommitName(all[i].Name)
	}
	return nil
}

func dockerfile(r forge.Repository) string {
	return "FROM python:3.8\nRUN pip install flask && echo " + r.Name + "\nCMD python app.py\n"
}

func (m many) Tree(_ context.Context, r forge.Repository) ([]remote.Entry, error) {
	src := dockerfile(r)
	return []remote.Entry{{Path: "Dockerfile", Hash: files.BlobHash([]byte(src), 40), Size: int64(len(src))}}, nil
}

func (m many) Blobs(_ context.Context, r forge.Repository, wanted []remote.Entry) (map[string][]byte, error) {
	return map[string][]byte{wanted[0].Hash: []byte(dockerfile(r))}, nil
}

func (m many) ReadFile(context.Context, string, string, string) ([]byte, error) {
	return nil, fs.ErrNotExist
}
func (m many) Budget(context.Context) (forge.Budget, error) { return forge.Budget{}, nil }
func (m many) Requests() int                                { return 0 }

// Ten times as many repositories take the same memory, but for a list of their names.
func TestTenThousand(t *testing.T) {
	nightly(t)
	peak := func(n int) uint64 {
		root, err := files.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		options := run.Defaults()
		options.ShellCheck, options.Rules.AsOf = "off", day
		var most atomic.Uint64
		var looked atomic.Int64
		measure := func() {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
		}
		start := time.Now()
		r, err := audit.New(many{n}, audit.Options{
			Selection: forge.Selection{Org: "acme"}, Version: "1", Memory: audit.NewMemory(root), Run: options,
			Jobs: 1, // nobody takes memory while it is measured
			Env:  &run.Env{Dir: t.TempDir(), Getenv: func(string) string { return "" }},
			Done: func(*audit.Record) {
				if looked.Add(1)%500 == 0 {
					measure()
				}
			},
		}).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []string{"json", "csv", "markdown"} {
			if err := r.Write(io.Discard, format); err != nil {
				t.Fatal(err)
			}
			measure()
		}
		t.Logf("%d repositories, %d findings: %.1f MiB at most, %v", n, r.Summary.Findings, float64(most.Load())/(1<<20), time.Since(start).Round(time.Second))
		return most.Load()
	}
	few, many := peak(1000), peak(10_000)
	const each = 1 << 10 // its name and commit, in a list
	if many > few+9000*each {
		t.Errorf("10,000 repositories take %d bytes, 1,000 take %d", many, few)
	}
}
