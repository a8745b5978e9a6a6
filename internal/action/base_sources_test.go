package action_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/git/gittest"
)

// On a pull request from a fork the token reads, and that is enough for the base.
func TestActionBaseOfAFork(t *testing.T) {
	before, after, news := brokenTarget()
	c := newChange(t, "pull_request", before, after)
	payload, err := os.ReadFile(c.env["GITHUB_EVENT_PATH"])
	fork := filepath.Join(t.TempDir(), "event.json")
	if err == nil {
		here, there := []byte(`"full_name": "Codertocat/Hello-World"`), []byte(`"full_name": "octocat/Hello-World"`)
		err = os.WriteFile(fork, bytes.Replace(payload, here, there, 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.env["GITHUB_EVENT_PATH"] = fork
	c.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"}
	got := c.run()
	got.want(t, 1, conclusionFailure, "1")
	c.expect(got, news, "", 6)
	if at := got.annotations(); len(at) != 1 || at[0] != "compose.yaml:3" {
		t.Errorf("annotations %v, want one on the finding", at)
	}
}

// The second job of a fork comments at the change what the first one found elsewhere, and
// believes no cause that is not in the pull request.
func TestActionTwoJobsElsewhere(t *testing.T) {
	before, after, news := brokenTarget()
	for name, tt := range map[string]struct {
		forge    func(finding map[string]any)
		comments string
	}{
		"as it was":     {func(map[string]any) {}, "Dockerfile:11"},
		"another file":  {func(f map[string]any) { f["cause_path"] = "old/Dockerfile" }, ""},
		"no such line":  {func(f map[string]any) { f["cause_line"] = 1e6 }, ""},
		"no cause":      {func(f map[string]any) { delete(f, "cause_path") }, ""},
		"another path":  {func(f map[string]any) { f["path"] = "conf.ini" }, ""},
		"other content": {func(f map[string]any) { f["blob"] = gitBlob("x") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChange(t, "pull_request", before, after)
			c.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"}
			first := c.run()
			c.expect(first, news, "", 6)
			report, err := os.ReadFile(filepath.Join(c.dir, first.outputs["review-file"]))
			if err != nil {
				t.Fatal(err)
			}
			c.secondJob(report)
			handoff := c.handoff()
			tt.forge(found(handoff))
			c.forge(handoff)
			c.hub.Files[headSHA+":compose.yaml"], c.hub.Files[headSHA+":conf.ini"] = after["compose.yaml"], after["conf.ini"]
			got := c.run()
			if at := strings.Join(c.comments(), "; "); at != tt.comments {
				t.Errorf("comments at %s; want %s\n%s", at, tt.comments, got.log)
			}
		})
	}
}

// On pull_request_target the head's Dockerfiles and those of the base come from GitHub.
func TestActionBaseOfATarget(t *testing.T) {
	before := cleanProject()
	after := with(before, "Dockerfile", strings.Replace(before["Dockerfile"], "USER app\n", "", 1), "old/Dockerfile", "",
		"compose.yaml", strings.Replace(before["compose.yaml"], "target: final", "target: no-such-stage", 1))
	c := newChange(t, "pull_request_target", before, after)
	c.env["GITHUB_EVENT_PATH"] = strings.Replace(c.env["GITHUB_EVENT_PATH"], "pull_request_target", "pull_request", 1)
	c.env["GITHUB_REF"] = "refs/heads/main"
	for path := range after {
		if err := os.Remove(filepath.Join(c.dir, path)); err != nil { // nothing is checked out
			t.Fatal(err)
		}
	}
	got := c.run()
	got.want(t, 1, conclusionFailure, "1")
	// Is the base there, the head, the merge base, its commit, two trees, one batch of
	// files; and the head's Dockerfile.
	c.expect(got, "final-user-root Dockerfile:2 <- Dockerfile:10", "Dockerfile:10", 8)
	if !strings.Contains(got.log, "2 findings fewer than before") { // those of the Dockerfile that is gone
		t.Errorf("not the findings of Dockerfiles are told:\n%s", got.log)
	}
}

// Where the base cannot be had lines decide, and the run is no success.
func TestActionWithoutBase(t *testing.T) {
	for name, spoil := range map[string]func(*step){
		"no tree":    func(s *step) { s.hub.Deny["/git/trees/"] = 403 },
		"a cut tree": func(s *step) { s.hub.Snapshots[baseSHA] = fakehub.Snapshot{Files: s.baseFiles, Truncated: true} },
		"another head": func(s *step) {
			s.hub.Snapshots[s.env["GITHUB_SHA"]] = fakehub.Snapshot{Parents: []string{baseSHA, baseSHA}, Files: s.workspace}
		},
		"another content": func(s *step) { s.hub.Blobs[gitBlob(pullBefore)] = pullBefore + "# forged\n" },
		"3,001 files": func(s *step) {
			many := func() map[string]string {
				all := s.baseFiles()
				for i := range 3000 {
					all[fmt.Sprint("x/", i)] = "x"
				}
				return all
			}
			s.hub.Snapshots[baseSHA] = fakehub.Snapshot{Files: many}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, change := range [][2]string{{pullBefore, pullAfter}, {pullBefore, pullBefore + "# nothing that matters\n"}} {
				s := newPullStep(t, change[0], change[1])
				spoil(s)
				got := s.run()
				findings := "2"
				if change[1] != pullAfter {
					findings = "0"
				}
				got.want(t, 0, conclusionNeutral, findings)
				if !strings.Contains(got.log, "findings on changed lines count as new") || !strings.Contains(got.summary, "findings on changed lines count as new") {
					t.Errorf("nobody says that lines decide:\n%s", got.log)
				}
				if n := len(s.hub.Calls()); n > 20 {
					t.Errorf("%d requests", n)
				}
			}
		})
	}
}

// The files of the base come many in a request.
func TestActionLargeChange(t *testing.T) {
	for files, requests := range map[int]int{300: 7, 3000: 17} {
		before, after, news := brokenTarget()
		for i := range files - 1 {
			name := fmt.Sprintf("docs/%d.txt", i)
			before[name], after[name] = fmt.Sprintln("old", i), "new\n"
		}
		c := newChange(t, "pull_request", before, after)
		c.hub.Changed = c.hub.Changed[:1] // the list of changed files is looked at in other tests
		got := c.run()
		got.want(t, 1, conclusionFailure, "1")
		c.expect(got, news, "Dockerfile:11", requests)
	}
}

// checkOut makes a repository with the base, the head and their merge.
func (c *change) checkOut(dir string) (base, head string) {
	c.t.Helper()
	h := &gittest.History{T: c.t, Dir: dir}
	h.Git("init", "-q", "-b", "main")
	h.Write(c.before)
	h.Commit()
	h.Git("checkout", "-q", "-b", "feature")
	gone := maps.Clone(c.after)
	for path := range c.before {
		if _, stays := c.after[path]; !stays {
			gone[path] = ""
		}
	}
	h.Write(gone)
	h.Commit()
	h.Git("checkout", "-q", "main")
	h.Git("merge", "-q", "--no-ff", "-m", "merge", "feature")
	read := func(name string) string {
		src, err := os.ReadFile(filepath.Join(dir, ".git", name))
		if err != nil {
			c.t.Fatal(err)
		}
		return strings.TrimSpace(string(src))
	}
	c.env["GITHUB_SHA"] = read("refs/heads/main")
	return read("ORIG_HEAD"), read("refs/heads/feature")
}

// shallow replaces a repository by a clone of so many commits.
func shallow(t *testing.T, dir, depth string) {
	t.Helper()
	whole := dir + "-whole"
	if err := os.Rename(dir, whole); err != nil {
		t.Fatal(err)
	}
	(&gittest.History{T: t, Dir: whole}).Git("clone", "-q", "--depth", depth, "file://"+filepath.ToSlash(whole), dir)
}

// Where the clone has the base nothing is asked for it; a clone of one commit, as
// actions/checkout makes, needs its parents, the base's commit and tree, and the files that
// differ.
func TestActionBaseInAClone(t *testing.T) {
	before, after, news := brokenTarget()
	for name, tt := range map[string]struct {
		checkOut func(c *change, dir string)
		requests int
	}{
		"the merge":   {func(*change, string) {}, 1},
		"the head":    {func(_ *change, dir string) { (&gittest.History{T: t, Dir: dir}).Git("checkout", "-q", "feature") }, 1},
		"two commits": {func(_ *change, dir string) { shallow(t, dir, "2") }, 1},
		"one commit": {func(c *change, dir string) {
			shallow(t, dir, "1")
			// What a filter of git writes otherwise is no difference.
			c.write("conf.ini", "x\r\n")
		}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			c := newChange(t, "pull_request", before, after)
			c.dir = filepath.Join(t.TempDir(), "work")
			c.env["GITHUB_WORKSPACE"] = c.dir
			if err := os.Mkdir(c.dir, 0o755); err != nil {
				t.Fatal(err)
			}
			base, head := c.checkOut(c.dir)
			tt.checkOut(c, c.dir)
			c.payload("pull_request", base, head)
			c.hub.Head, c.hub.Files[base+":README.md"] = head, "x\n"
			c.hub.Snapshots = map[string]fakehub.Snapshot{
				base: {Files: func() map[string]string { return before }}, c.env["GITHUB_SHA"]: {Parents: []string{base, head}},
			}
			got := c.run()
			got.want(t, 1, conclusionFailure, "1")
			c.expect(got, news, "Dockerfile:11", tt.requests)
		})
	}
}

// Each request for the base meets each fault: every finding is somewhere, and a base
// that is not had is no success.
func TestActionBaseFaults(t *testing.T) {
	faults := []fakehub.Fault{
		{Status: 401}, {Status: 403}, {Status: 404}, {Status: 422}, {Status: 429}, {Status: 503}, {Kind: fakehub.Lost}, {Kind: fakehub.Cut},
	}
	for _, call := range []string{"GET /git/commits", "GET /git/trees", "graphql Blobs"} {
		for _, fault := range faults {
			fault.Call = call
			t.Run(fault.String(), func(t *testing.T) {
				t.Parallel()
				s := newPullStep(t, pullBefore, pullAfter)
				s.hub.Faults = []*fakehub.Fault{&fault}
				got := s.run()
				got.want(t, 0, conclusionNeutral, "2")
				for _, rule := range []string{"latest-tag", "shell-form-command"} {
					if shown, _ := got.places(s.hub, rule); shown != 1 {
						t.Errorf("%s is shown in %d places\n%s\n%s", rule, shown, got.log, got.summary)
					}
				}
			})
		}
	}
}
