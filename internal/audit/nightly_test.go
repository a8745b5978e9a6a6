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

// A thousand repositories within GitHub's limits, with faults, killed at 20 points.
func TestThousand(t *testing.T) {
	nightly(t)
	const n = 1000
	hub := organisation(t, n)
	corpora(t, hub)
	a := newAuditor(t, hub)
	a.atOnce = 8
	hub.Org.Limits = &fakehub.Limits{Hourly: 5000, Minutely: 900, Now: a.clock.Now}
	start := a.clock.Now()
	want := written(t, a.must(), "json")
	spent := a.clock.Now().Sub(start)
	whole := a.requests
	t.Logf("%d repositories: %d requests, %.2f each; %v by the clock of the limits, %.0f an hour; %d refused",
		n, whole, float64(whole)/n, spent, n/spent.Hours(), hub.Org.Limits.Refused)
	again := a.must()
	t.Logf("again, nothing changed: %d requests; the same report: %v", a.requests, written(t, again, "json") == want)

	b := newAuditor(t, hub)
	b.atOnce = 8
	hub.Org.Limits = &fakehub.Limits{Hourly: 5000, Minutely: 900, Now: b.clock.Now}
	hub.Faults = []*fakehub.Fault{
		{Call: "graphql Blobs", Kind: fakehub.Lost, Times: 40}, {Call: "git/trees", Kind: fakehub.Cut, Times: 40},
		{Call: "git/trees", Kind: fakehub.Refused, Status: http.StatusForbidden, RetryAfter: 30, Times: 20},
		{Call: "graphql", Kind: fakehub.Refused, Status: http.StatusBadGateway, Times: 60},
	}
	total := 0
	for i := range 20 {
		ctx, stop := context.WithCancel(t.Context())
		var seen atomic.Int64
		hub.Watch(func(*http.Request, []byte) {
			if seen.Add(1) == int64(whole/25) {
				stop()
			}
		})
		if _, err := b.run(ctx); err == nil {
			t.Logf("it was complete before point %d", i)
		}
		stop()
		total += b.requests
	}
	hub.Watch(nil)
	if got := written(t, b.must(), "json"); got != want {
		t.Error("stopped at 20 points, with faults: another report")
	}
	t.Logf("stopped at 20 points, with 160 faults: %d requests in all", total+b.requests)
}

// Child is an audit in a process of its own, which is killed.
func TestChild(t *testing.T) {
	state := os.Getenv("DOCKMEND_AUDIT_STATE")
	if state == "" {
		t.Log("it is for TestKilled alone")
		return
	}
	c := &audit.Command{
		Env: &run.Env{Dir: t.TempDir(), Getenv: os.Getenv, Version: "1"}, Stdout: os.Stdout, Stderr: io.Discard, Selection: forge.Selection{Org: "acme"},
		State: state, Outputs: []string{"json=" + os.Getenv("DOCKMEND_AUDIT_OUT")}, Jobs: 3, Run: run.Defaults(),
	}
	c.Run.ShellCheck, c.Run.Rules.AsOf = "off", day
	if verdict, err := c.Audit(t.Context()); err != nil || verdict != run.Clean {
		t.Errorf("%v, %v", verdict, err)
	}
}

// A process that is killed leaves what another goes on with.
func TestKilled(t *testing.T) {
	hub := organisation(t, 12)
	kills := 5
	if testing.Short() {
		kills = 2
	}
	audited := func(state, out string, kill int64) error {
		cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), "DOCKMEND_AUDIT_STATE="+state, "DOCKMEND_AUDIT_OUT="+out,
			"GITHUB_TOKEN=x", "GITHUB_API_URL="+hub.URL, "GITHUB_GRAPHQL_URL="+hub.URL+"/graphql")
		var seen atomic.Int64
		hub.Watch(nil) // what was written so far is seen by the requests of another process
		if err := cmd.Start(); err != nil {
			return err
		}
		hub.Watch(func(*http.Request, []byte) {
			if seen.Add(1) == kill {
				_ = cmd.Process.Kill()
			}
		})
		err := cmd.Wait()
		hub.Watch(nil)
		return err
	}
	out := t.TempDir()
	if err := audited(t.TempDir(), filepath.Join(out, "whole"), 0); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(out, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	for range kills {
		if err := audited(state, filepath.Join(out, "part"), 6); err == nil {
			break // it was complete by then
		}
	}
	if err := audited(state, filepath.Join(out, "part"), 0); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(out, "part"))
	if err != nil || string(got) != string(want) {
		t.Errorf("killed %d times: another report, %v", kills, err)
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

// Ten times as many repositories take about the same memory.
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
			Selection: forge.Selection{Org: "acme"}, Jobs: 4, Version: "1", Memory: audit.NewMemory(root), Run: options,
			Env: &run.Env{Dir: t.TempDir(), Getenv: func(string) string { return "" }},
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
	if many > few*3/2 {
		t.Errorf("10,000 repositories take %d bytes, 1,000 take %d", many, few)
	}
}
