package action_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// payload is the event's, of what and between these commits.
func (s *step) payload(event, base, head string) {
	s.t.Helper()
	const repository = "Codertocat/Hello-World"
	side := func(sha string) map[string]any {
		return map[string]any{"sha": sha, "repo": map[string]any{"full_name": repository}}
	}
	payload := map[string]any{"merge_group": map[string]any{"base_sha": base, "head_sha": head}}
	if event != "merge_group" {
		payload = map[string]any{"action": "synchronize", "pull_request": map[string]any{"number": 2, "base": side(base), "head": side(head)}}
	}
	src, err := json.Marshal(payload)
	name := filepath.Join(s.t.TempDir(), "event.json")
	if err == nil {
		err = os.WriteFile(name, src, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.env["GITHUB_EVENT_NAME"], s.env["GITHUB_EVENT_PATH"] = event, name
}

// brokenTarget is the clean project with a stage renamed, and what that breaks.
func brokenTarget() (before, after map[string]string, news string) {
	before = cleanProject()
	after = with(before, "Dockerfile", strings.Replace(before["Dockerfile"], "AS final", "AS last", 1))
	return before, after, "compose-build-target-unknown compose.yaml:3 <- Dockerfile:11"
}

// merge has the checkout made of other commits.
func (c *change) merge(parents ...string) {
	c.hub.Snapshots[c.env["GITHUB_SHA"]] = fakehub.Snapshot{Parents: parents, Files: func() map[string]string { return c.after }}
}

// expect holds what is new, where comments stand, and how many requests were made for
// the base so far.
func (c *change) expect(got *ran, news, comments string, base int) {
	c.t.Helper()
	if now := strings.Join(got.news(), "; "); now != news {
		c.t.Errorf("new: %s; want %s\n%s", now, news, got.log)
	}
	if now := strings.Join(c.comments(), "; "); now != comments {
		c.t.Errorf("comments at %s; want %s\n%s", now, comments, got.log)
	}
	if c.base != base {
		c.t.Errorf("%d requests for the base, want %d: %v", c.base, base, c.hub.Calls())
	}
}

// What the comment at another file's change says, and where the finding is in reports.
func TestActionCommentAtTheCause(t *testing.T) {
	before, after, news := brokenTarget()
	c := newChange(t, "pull_request", before, after)
	c.env["INPUT_SARIF-FILE"] = "x.sarif"
	got := c.run()
	c.expect(got, news, "Dockerfile:11", 6)
	if body := c.hub.Threads()[0].Comments[0].Body; !strings.Contains(body, "**error** (fails this job), line 3 of `compose.yaml`, caused by this change: ") {
		t.Errorf("the comment does not say where the finding is:\n%s", body)
	}
	var sarif struct {
		Runs []struct {
			Results []struct {
				RelatedLocations []struct {
					Message          struct{ Text string }
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	src, err := os.ReadFile(filepath.Join(c.dir, "x.sarif"))
	if err == nil {
		err = json.Unmarshal(src, &sarif)
	}
	if err != nil {
		t.Fatal(err)
	}
	at := sarif.Runs[0].Results[0].RelatedLocations
	last := at[len(at)-1]
	if last.PhysicalLocation.ArtifactLocation.URI != "Dockerfile" || last.PhysicalLocation.Region.StartLine != 11 {
		t.Errorf("SARIF relates to %+v, want line 11 of Dockerfile", last)
	}

	c.run() // again
	c.expect(got, news, "Dockerfile:11", 12)
	c.write("compose.yaml", strings.Replace(before["compose.yaml"], "target: final", "target: last", 1))
	c.after["compose.yaml"] = strings.Replace(before["compose.yaml"], "target: final", "target: last", 1)
	c.hub.Changed = nil
	c.list()
	got = c.run()
	got.want(t, 0, conclusionSuccess, "0")
	if !c.hub.Threads()[0].Resolved {
		t.Errorf("the thread stands although its finding is gone:\n%s", got.log)
	}
}

// GitHub shows an alert in a pull request on lines of its diff alone, so that another one
// is commented too.
func TestActionAlertOutsideOfTheDiff(t *testing.T) {
	before, after, news := brokenTarget()
	after["new/Dockerfile"] = "FROM example.com/tool:latest\nUSER app\nCMD [\"y\"]\n"
	c := newChange(t, "pull_request", before, after)
	c.env["INPUT_UPLOAD-SARIF"], c.env["INPUT_SELECT"] = "true", "compose-build-target-unknown,latest-tag"
	got := c.run()
	got.want(t, 1, conclusionFailure, "2")
	c.expect(got, news+"; latest-tag new/Dockerfile:1", "Dockerfile:11", 6)
	for _, rule := range []string{"compose-build-target-unknown", "latest-tag"} {
		if _, alerts := got.places(c.hub, rule); alerts == 0 {
			t.Errorf("no alert of %s", rule)
		}
	}
}

// A run below a path comments nowhere else.
func TestActionCauseOutsideOfThePath(t *testing.T) {
	before, after, news := brokenTarget()
	for _, files := range []map[string]string{before, after} {
		files["deploy/compose.yaml"] = strings.Replace(files["compose.yaml"], "context: .", "context: ..", 1)
		delete(files, "compose.yaml")
	}
	c := newChange(t, "pull_request", before, after)
	c.env["INPUT_PATH"] = "deploy"
	got := c.run()
	got.want(t, 1, conclusionFailure, "1")
	c.expect(got, strings.Replace(news, "compose.yaml", "deploy/compose.yaml", 1), "", 6)
	if at := got.annotations(); len(at) != 1 || at[0] != "deploy/compose.yaml:3" {
		t.Errorf("annotations %v, want one on the finding", at)
	}
}

// A push in the middle of the run: what is judged and marked is the commit of the event.
func TestActionPushInTheMiddle(t *testing.T) {
	before := cleanProject()
	after := with(before, "Dockerfile", strings.Replace(before["Dockerfile"], "USER app", "USER root", 1))
	c := newChange(t, "pull_request", before, after)
	c.hub.Head = strings.Repeat("c", 40)
	c.hub.Changed = []map[string]any{{
		"filename": "README.md", "status": "modified", "sha": gitBlob("x"), "changes": 1, "patch": "@@ -1 +1 @@\n-a\n+x",
	}}
	got := c.run()
	got.want(t, 1, conclusionFailure, "1")
	c.expect(got, "final-user-root Dockerfile:10", "", 6)
	if at := got.annotations(); len(at) != 1 || at[0] != "Dockerfile:10" {
		t.Errorf("annotations %v, want one on the finding", at)
	}
	// The checkout is of the newer commit, and the event is not.
	c.base = 0
	c.merge(baseSHA, c.hub.Head)
	got = c.run()
	if got.code != 0 || got.outputs["conclusion"] != conclusionNeutral || c.base != 2 {
		t.Errorf("exit %d, conclusion %s, %d requests for the base; want 0, neutral, 2\n%s", got.code, got.outputs["conclusion"], c.base, got.log)
	}
}

// A change that fixes is told, and passes.
func TestActionTellsWhatIsGone(t *testing.T) {
	s := newPullStep(t, pullAfter, pullBefore)
	got := s.run()
	got.want(t, 0, conclusionSuccess, "0")
	for _, said := range []string{got.log, got.summary} {
		if !strings.Contains(said, "2 findings fewer than before") {
			t.Errorf("nothing is said of what is gone:\n%s", said)
		}
	}
}

// The base moved on: what came with it is not new. After a rebase it is the same, and
// nothing is said twice.
func TestActionBaseMoves(t *testing.T) {
	before, after, news := brokenTarget()
	moved := "FROM debian:latest\nUSER app\nCMD x\n"
	before["more/Dockerfile"], after["more/Dockerfile"] = moved, moved
	c := newChange(t, "pull_request", before, after)
	tip := strings.Repeat("d", 40)
	c.hub.Snapshots[tip] = c.hub.Snapshots[baseSHA]
	c.hub.Snapshots[baseSHA] = fakehub.Snapshot{Files: cleanProject}
	c.merge(tip, headSHA)
	got := c.run()
	got.want(t, 1, conclusionFailure, "1")
	c.expect(got, news, "Dockerfile:11", 6)

	rebased := strings.Repeat("e", 40)
	c.hub.Head = rebased
	c.payload("pull_request", tip, rebased)
	c.hub.Files[tip+":README.md"] = "x\n"
	c.merge(tip, rebased)
	got = c.run()
	got.want(t, 1, conclusionFailure, "1")
	c.expect(got, news, "Dockerfile:11", 12)
}

// What a merge queue would land is compared with what it lands on.
func TestActionMergeQueue(t *testing.T) {
	before, after, news := brokenTarget()
	c := newChange(t, "merge_group", before, after)
	c.env["GITHUB_REF"] = "refs/heads/gh-readonly-queue/main/pr-2"
	c.env["GITHUB_SHA"] = headSHA
	c.payload("merge_group", baseSHA, headSHA)
	got := c.run()
	got.want(t, 1, conclusionFailure, "1")
	c.expect(got, news, "", 6)
	if at := got.annotations(); len(at) != 1 || at[0] != "compose.yaml:3" {
		t.Errorf("annotations %v, want one on the finding", at)
	}
	// Something else was checked out.
	c.env["GITHUB_SHA"] = strings.Repeat("a", 40)
	c.merge(baseSHA)
	got = c.run()
	if got.code != 0 || got.outputs["conclusion"] != conclusionNeutral {
		t.Errorf("exit %d, conclusion %s, want 0 and neutral:\n%s", got.code, got.outputs["conclusion"], got.log)
	}
}
