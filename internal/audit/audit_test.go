package audit_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	cmpdiff "github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
	"github.com/dockmend/dockmend/internal/run"
)

const day = "2026-12-01"

// organisation is a hub whose repositories have the files of rules' cases.
func organisation(t *testing.T, n int) *fakehub.Hub {
	t.Helper()
	cases, err := filepath.Glob("../../testdata/rules/*/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	hub := fakehub.New(t)
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{}}
	for i := range n {
		archive, err := txtar.ParseFile(cases[i*37%len(cases)])
		if err != nil {
			t.Fatal(err)
		}
		repository := &fakehub.OrgRepo{Commit: fakehub.CommitName(fmt.Sprint(i)), Files: map[string]string{"120000 link": "README.md", "README.md": "hello\n"}}
		for _, f := range archive.Files {
			// A file beside a folder of its name is no tree.
			if name := strings.ReplaceAll(f.Name, "/", "_"); len(f.Data) > 0 && !strings.Contains(name, " ") && !strings.HasSuffix(name, ".yaml.config") {
				repository.Files[fmt.Sprintf("case%s/%s", strings.SplitN(name, "_", 2)[0], "Dockerfile."+name)] = string(f.Data)
			}
		}
		repository.Files["CODEOWNERS"] = "* @acme/all\ncase1/ @acme/team" + fmt.Sprint(i%3) + "\n"
		hub.Org.Repos[fmt.Sprintf("r%05d", i)] = repository
	}
	hub.Org.Repos["old"] = &fakehub.OrgRepo{Archived: true, Commit: fakehub.CommitName("old")}
	hub.Org.Repos["none"] = &fakehub.OrgRepo{}
	return hub
}

// auditor is an audit of a hub as the tests make it.
type auditor struct {
	t      *testing.T
	hub    *fakehub.Hub
	clock  *fakehub.Clock
	state  string
	atOnce int
	shard  [2]int
	// internet has the registries that are asked; nil for a run that asks none.
	internet *fakeregistry.Internet
	// blobs is how many bytes of files are kept; 0 for the usual.
	blobs int64
	// day is that of the audit.
	day string
	// requests are those of the last run.
	requests int
}

func newAuditor(t *testing.T, hub *fakehub.Hub) *auditor {
	t.Helper()
	return &auditor{t: t, hub: hub, clock: fakehub.NewClock(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)), state: t.TempDir(), atOnce: 4, day: day}
}

func (a *auditor) run(ctx context.Context) (*audit.Report, error) {
	a.t.Helper()
	account, err := github.NewAccount(github.Server{
		URL: a.hub.URL, GraphQL: a.hub.URL + "/graphql", Token: "x", Now: a.clock.Now, Wait: a.clock.Wait,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	root, err := files.Open(a.state)
	if err != nil {
		a.t.Fatal(err)
	}
	options := run.Defaults()
	options.ShellCheck, options.Rules.AsOf = "off", a.day
	env := &run.Env{Dir: a.t.TempDir(), Getenv: func(string) string { return "" }}
	if a.internet != nil {
		options.Online, env.Getenv = true, a.internet.Getenv
	}
	memory := audit.NewMemory(root)
	memory.MostBlobs = cmp.Or(a.blobs, memory.MostBlobs)
	r, err := audit.New(account, audit.Options{
		Selection: forge.Selection{Org: "acme"}, Jobs: a.atOnce, Version: "1", Memory: memory, Run: options,
		Shard: a.shard[0], Shards: a.shard[1], Env: env,
	}).Run(ctx)
	a.requests = account.Requests()
	return r, err
}

func (a *auditor) must() *audit.Report {
	a.t.Helper()
	r, err := a.run(context.Background())
	if err == nil {
		err = r.Count()
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return r
}

func written(t *testing.T, r *audit.Report, format string) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func opens(content string) audit.Open {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

func TestSameBytes(t *testing.T) {
	hub := organisation(t, 24)
	a := newAuditor(t, hub)
	first := a.must()
	want := written(t, first, "json")
	if s := first.Summary; s.Repositories != 26 || s.Audited != 24 || s.Skipped != 2 || s.Findings == 0 {
		t.Errorf("%+v", s)
	}
	t.Logf("%d requests for 24 repositories: %.2f each; %d findings", a.requests, float64(a.requests)/24, first.Summary.Findings)
	for _, n := range []int{1, 16} {
		b := newAuditor(t, hub)
		b.atOnce = n
		if got := written(t, b.must(), "json"); got != want {
			t.Errorf("%d at once: another report", n)
		}
	}
	// Nothing changed: the list and the heads.
	again := a.must()
	if got := written(t, again, "json"); got != want || a.requests != 2 {
		t.Errorf("again: same report %v, %d requests", got == want, a.requests)
	}
	// One changed.
	hub.Org.Repos["r00003"].Files["new/Dockerfile"] = "FROM alpine:latest\n"
	hub.Org.Repos["r00003"].Commit = fakehub.CommitName("changed")
	if changed := a.must(); a.requests > 6 || changed.Summary.Findings <= first.Summary.Findings {
		t.Errorf("one changed: %d requests, %d findings", a.requests, changed.Summary.Findings)
	}
	for _, format := range audit.Formats() {
		if written(t, first, format) == "" {
			t.Errorf("%s is empty", format)
		}
	}
}

func TestShardsMerge(t *testing.T) {
	const shards = 8
	hub := organisation(t, 40)
	whole := newAuditor(t, hub).must()
	before := written(t, whole, "json")
	var names []string
	var parts []audit.Open
	for k := 1; k <= shards; k++ {
		a := newAuditor(t, hub)
		a.shard = [2]int{k, shards}
		names = append(names, fmt.Sprint("shard", k))
		parts = append(parts, opens(written(t, a.must(), "json")))
	}
	merged, err := audit.Merge(names, parts)
	if err != nil {
		t.Fatal(err)
	}
	if written(t, merged, "json") != before {
		t.Error("the merged report is another")
	}
	// And so compared with an earlier one.
	if err := errors.Join(merged.Compare("before", opens(before)), whole.Compare("before", opens(before))); err != nil {
		t.Fatal(err)
	}
	for _, format := range audit.Formats() {
		if written(t, merged, format) != written(t, whole, format) {
			t.Errorf("%s: the merged report is another, compared with an earlier one", format)
		}
	}
	for what, wrong := range map[string][]audit.Open{
		"one is missing": parts[1:], "one is there twice": append(slices.Clone(parts[1:]), parts[2]), "no shard": {opens(before)},
		"no report": {opens("{}")}, "nothing": {opens("")}, "cut": {opens(before[:len(before)/2])},
		"hostile": {opens(`{"version":1,"kind":"dockmend audit","repositories":[{"repository":"b"},{"repository":"a"}]}`)},
	} {
		if _, err := audit.Merge(names[:len(wrong)], wrong); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// An audit that is stopped anywhere and goes on says the same.
func TestResumed(t *testing.T) {
	hub := organisation(t, 12)
	a := newAuditor(t, hub)
	want := written(t, a.must(), "json")
	points := a.requests
	stops := 20
	if testing.Short() {
		stops = 4
	}
	for at := 1; at <= points; at += max(points/stops, 1) {
		b := newAuditor(t, hub)
		ctx, stop := context.WithCancel(t.Context())
		var n atomic.Int64
		hub.Watch(func(*http.Request, []byte) {
			if n.Add(1) == int64(at) {
				stop()
			}
		})
		if _, err := b.run(ctx); err == nil {
			t.Errorf("stopped at request %d: no error", at)
		}
		stop()
		hub.Watch(nil)
		if got := written(t, b.must(), "json"); got != want {
			t.Errorf("stopped at request %d of %d: another report", at, points)
		}
	}
}

// A fault of any call costs at most the one repository, and the next run completes it.
func TestFaults(t *testing.T) {
	hub := organisation(t, 8)
	want := written(t, newAuditor(t, hub).must(), "json")
	calls := []string{"GET /orgs/{org}/repos", "graphql Heads", "GET /git/trees/{tree_sha}", "graphql Blobs"}
	faults := []fakehub.Fault{
		{Kind: fakehub.Refused, Status: http.StatusBadGateway, Times: 2}, {Kind: fakehub.Refused, Status: http.StatusForbidden, RetryAfter: 60, Times: 2},
		{Kind: fakehub.Lost, Times: 1}, {Kind: fakehub.Cut, Times: 1}, {Kind: fakehub.Refused, Status: http.StatusBadGateway, Times: 11},
		{Kind: fakehub.Refused, Status: http.StatusForbidden, Message: "no", Times: 3},
	}
	if testing.Short() {
		faults = faults[4:]
	}
	for _, call := range calls {
		for _, fault := range faults {
			fault.Call = call
			hub.Faults = []*fakehub.Fault{&fault}
			a := newAuditor(t, hub)
			r, err := a.run(t.Context())
			if err == nil && r.Count() == nil && r.Summary.Failed == 0 {
				if got := written(t, r, "json"); got != want {
					t.Errorf("%s: another report", &fault)
				}
			} else if err == nil {
				t.Logf("%s: %d failed", &fault, r.Summary.Failed)
			}
			hub.Heal()
			if got := written(t, a.must(), "json"); got != want {
				t.Errorf("%s: another report once it is over", &fault)
			}
		}
	}
}

func TestCompare(t *testing.T) {
	hub := organisation(t, 6)
	a := newAuditor(t, hub)
	first := a.must()
	first.Begin()
	before := written(t, first, "json")
	if !strings.Contains(before, `"since":"`+day) {
		t.Error("the first audit has findings without a day")
	}
	total, gone := first.Summary.Findings, 0
	if err := first.Each(func(x *audit.Record) error {
		if x.Repository == "acme/r00002" {
			gone = len(x.Findings)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	r := hub.Org.Repos["r00002"]
	r.Files = map[string]string{"Dockerfile": "FROM alpine:latest\n"}
	r.Commit = fakehub.CommitName("changed")
	second := a.must()
	if err := second.Compare("before", opens(before)); err != nil {
		t.Fatal(err)
	}
	if err := second.Count(); err != nil {
		t.Fatal(err)
	}
	if err := second.Each(func(x *audit.Record) error {
		for _, f := range x.Findings {
			if f.New != (x.Repository == "acme/r00002") {
				t.Errorf("%s %s: new is %v", x.Repository, f.Rule, f.New)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if s := second.Summary; s.Gone != gone || s.New == 0 || s.Findings != total+s.New-s.Gone {
		t.Errorf("new %d, gone %d (want %d), of %d now %d", s.New, s.Gone, gone, total, s.Findings)
	}
	if len(second.History) != 1 || second.History[0].Totals != first.Summary {
		t.Errorf("history %+v", second.History)
	}
}

// One bad repository stops nothing.
func TestBadRepositories(t *testing.T) {
	hub := organisation(t, 3)
	add := func(name string, files map[string]string) {
		hub.Org.Repos[name] = &fakehub.OrgRepo{Commit: fakehub.CommitName(name), Files: files}
	}
	add("config", map[string]string{".dockmend.yaml": "rulez: {}\n", "Dockerfile": "FROM a\n"})
	add("loop", map[string]string{"120000 Dockerfile": "Dockerfile", "120000 a": "b", "120000 b": "a", "x/Dockerfile": "FROM a\n"})
	add("lfs", map[string]string{"Dockerfile": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n", "160000 lib": fakehub.CommitName("lib")})
	add("odd", map[string]string{"../Dockerfile": "FROM a\n", "/Dockerfile": "FROM a\n", "a//Dockerfile": "FROM a\n", "Dockerfile": "FROM a\n"})
	hub.Org.Repos["gone"] = &fakehub.OrgRepo{Gone: true}
	r := newAuditor(t, hub).must()
	states := map[string]audit.State{}
	if err := r.Each(func(x *audit.Record) error {
		states[strings.TrimPrefix(x.Repository, "acme/")] = x.State
		if x.Repository == "acme/lfs" && (x.Hidden["stored in Git LFS"] != 1 || x.Hidden["submodule"] != 1) {
			t.Errorf("lfs: hidden %v", x.Hidden)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]audit.State{
		"config": audit.Failed, "gone": audit.Failed, "loop": audit.Audited, "lfs": audit.Audited, "odd": audit.Audited, "r00000": audit.Audited,
		"old": audit.Skipped, "none": audit.Skipped,
	}
	for name, state := range want {
		if states[name] != state {
			t.Errorf("%s is %s, want %s", name, states[name], state)
		}
	}
}

// What fails for the repository's own reasons fails again, so that nothing is asked twice.
func TestLastingFailures(t *testing.T) {
	hub := organisation(t, 3)
	hub.Org.Repos["config"] = &fakehub.OrgRepo{Commit: fakehub.CommitName("config"), Files: map[string]string{".dockmend.yaml": "rulez: {}\n"}}
	a := newAuditor(t, hub)
	first := a.must()
	if first.Summary.Failed != 1 {
		t.Fatalf("%+v", first.Summary)
	}
	want := written(t, first, "json")
	if got := written(t, a.must(), "json"); got != want || a.requests != 2 {
		t.Errorf("again: same report %v, %d requests", got == want, a.requests)
	}
	hub.Org.Repos["config"].Files[".dockmend.yaml"] = "rules: {}\n"
	hub.Org.Repos["config"].Commit = fakehub.CommitName("corrected")
	if corrected := a.must(); corrected.Summary.Failed != 0 {
		t.Errorf("corrected: %+v", corrected.Summary)
	}
}

// The folder of an audit has a bound, past which files are read again.
func TestBlobsAreBounded(t *testing.T) {
	hub := organisation(t, 24)
	want := written(t, newAuditor(t, hub).must(), "json")
	const most = 20_000
	a := newAuditor(t, hub)
	a.blobs = most
	for i := range 3 {
		if got := written(t, a.must(), "json"); got != want {
			t.Errorf("run %d: another report", i)
		}
		size := int64(0)
		err := filepath.WalkDir(filepath.Join(a.state, "blobs"), func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			size += info.Size()
			return err
		})
		if err != nil || size > most || size == 0 {
			t.Errorf("run %d: %d bytes of files are kept, at most %d may be; %v", i, size, most, err)
		}
		for _, r := range hub.Org.Repos {
			r.Commit = strings.Map(func(c rune) rune { return '0' + (c+1)%10 }, r.Commit) // every one is read again
		}
		want = written(t, newAuditor(t, hub).must(), "json")
	}
}

// Look-ups in registries are made once for all, and each repository says what it would say
// alone: the order changes nothing, nor does what others could not find out.
func TestOnlineSameBytes(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	n := fakeregistry.New(t)
	refs := []string{"ghcr.io/acme/a:1", "ghcr.io/acme/b:latest", "quay.io/acme/c:3.1", "quay.io/acme/d"}
	for _, ref := range refs {
		n.Push(t, fakeregistry.Index(t, v1.Config{User: "app"}, "linux/amd64"), ref, ref[:len("quay.io/acme/a")-1]+"x:1.2.3")
	}
	// One registry answers no question about c, whoever asks first.
	n.Hook("quay.io", func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/c/") {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	hub := fakehub.New(t)
	hub.Org = &fakehub.Org{Name: "acme", Repos: map[string]*fakehub.OrgRepo{}}
	const repositories = 32
	for i := range repositories {
		name := fmt.Sprintf("r%02d", i)
		content := fmt.Sprintf("FROM %s\nCOPY --from=%s /a /a\nCMD run.sh\n", refs[i%len(refs)], refs[i/4%len(refs)])
		hub.Org.Repos[name] = &fakehub.OrgRepo{Commit: fakehub.CommitName(name), Files: map[string]string{
			"Dockerfile": content, ".dockmend.yaml": "pin: {mode: version+digest}\nrules: {image-not-pinned-by-digest: warning}\n",
		}}
	}
	want, asked := "", 0
	for _, atOnce := range []int{1, 4, 16} {
		a := newAuditor(t, hub)
		a.internet, a.atOnce = n, atOnce
		n.Forget()
		r := a.must()
		got := written(t, r, "json")
		if want == "" {
			want, asked = got, len(n.Requests())
		}
		if got != want {
			t.Errorf("%d at once: another report\n%s", atOnce, cmpdiff.Diff(want, got))
		}
		if len(n.Requests()) > asked {
			t.Errorf("%d at once: %d requests to registries, one at once makes %d", atOnce, len(n.Requests()), asked)
		}
		if err := r.Each(func(x *audit.Record) error {
			i := 0
			_, err := fmt.Sscanf(x.Repository, "acme/r%d", &i)
			uses := i%len(refs) == 2 || i/4%len(refs) == 2
			if uses != (x.State == audit.Incomplete) {
				t.Errorf("%d at once: %s is %s, that it uses c: %v", atOnce, x.Repository, x.State, uses)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	// What could not be found out is tried again, the rest is not.
	a := newAuditor(t, hub)
	a.internet = n
	_ = a.must()
	n.Hook("quay.io", func(http.ResponseWriter, *http.Request) {})
	if r := a.must(); r.Summary.Incomplete != 0 || r.Summary.Audited != repositories {
		t.Errorf("again: %+v", r.Summary)
	}
}

func TestParseShard(t *testing.T) {
	for _, bad := range []string{"", "1", "0/2", "3/2", "1/257", "a/b", "1/2/3", "-1/2", "1/2 "} {
		if _, _, err := audit.ParseShard(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if k, n, err := audit.ParseShard("3/8"); k != 3 || n != 8 || err != nil {
		t.Errorf("%d/%d, %v", k, n, err)
	}
}
