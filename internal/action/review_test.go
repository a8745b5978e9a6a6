package action_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/text"
)

const (
	pullBefore = "FROM debian:12\nRUN true\nCOPY a /b\nCOPY c /d\nCOPY e /f\nCOPY g /h\nUSER app\nCMD [\"x\"]\n"
	// A tag that moves and a command below a shell; the command has a safe fix.
	pullAfter = "FROM example/base:latest\nRUN true\nCOPY a /b\nCOPY c /d\nCOPY e /f\nCOPY g /h\nUSER app\nCMD x\n"
)

// newPullStep is a step on the pull request of testdata/events.
func newPullStep(t *testing.T, before, after string) *step {
	t.Helper()
	s := newStep(t, "pull_request")
	s.env["GITHUB_REF"] = "refs/pull/2/merge"
	s.env["INPUT_SELECT"] = "latest-tag,shell-form-command"
	s.env["INPUT_UPLOAD-SARIF"] = "false"
	s.hub.Head = headSHA
	s.pull("Dockerfile", before, after)
	return s
}

// pull makes a file of the checkout and of the pull request.
func (s *step) pull(name, before, after string) {
	s.t.Helper()
	s.write(name, after)
	s.change(name, before, after)
}

// change makes a file of the pull request.
func (s *step) change(name, before, after string) {
	_, patch, _ := strings.Cut(string(text.UnifiedDiff("f", []byte(before), []byte(after))), "\n")
	_, patch, _ = strings.Cut(patch, "\n")
	s.hub.Blobs[gitBlob(after)] = after
	s.hub.Changed = slices.DeleteFunc(s.hub.Changed, func(e map[string]any) bool { return e["filename"] == name })
	s.hub.Changed = append(s.hub.Changed, map[string]any{
		"filename": name, "status": "modified", "sha": gitBlob(after), "changes": 1, "patch": strings.TrimSuffix(patch, "\n"),
	})
}

// annotations are the places of the log's workflow commands.
func (r *ran) annotations() (places []string) {
	for line := range strings.Lines(r.log) {
		if c, ok := parseCommand(strings.TrimRight(line, "\n")); ok && c.properties["file"] != "" {
			places = append(places, c.properties["file"]+":"+c.properties["line"])
		}
	}
	return places
}

func TestActionReview(t *testing.T) {
	s := newPullStep(t, pullBefore, pullAfter)
	got := s.run()
	got.want(t, 1, conclusionFailure, "2")
	threads := s.hub.Threads()
	if len(threads) != 2 || threads[0].First != 1 || threads[1].First != 8 {
		t.Fatalf("%d threads, want one on line 1 and one on line 8:\n%s", len(threads), got.log)
	}
	comment := threads[1].Comments[0].Body
	for _, want := range []string{
		"**warning**", "```suggestion\nCMD [\"x\"]\n```", "same build steps, and only the image's configuration changes",
		"/rules/shell-form-command/", "DL3025", "# dockmend ignore=shell-form-command -- reason",
	} {
		if !strings.Contains(comment, want) {
			t.Errorf("the comment does not say %q:\n%s", want, comment)
		}
	}
	if places := got.annotations(); len(places) != 0 {
		t.Errorf("annotations beside the comments: %v", places)
	}
	if !strings.Contains(got.summary, "2 findings as review comments") || strings.Contains(got.summary, "| warning | [1:") {
		t.Errorf("the summary lists what stands in comments:\n%s", got.summary)
	}
	if strings.Contains(got.log, "may lack permissions") {
		t.Errorf("something was refused:\n%s", got.log)
	}

	got = s.run() // again
	if n := len(s.hub.Reviews()); n != 1 || !strings.Contains(got.summary, "2 findings in earlier review comments") {
		t.Errorf("%d reviews after the same run again:\n%s", n, got.summary)
	}

	s.pull("Dockerfile", pullBefore, strings.Replace(pullAfter, "CMD x", "CMD [\"x\"]", 1)) // the button
	s.run().want(t, 1, conclusionFailure, "1")
	if threads := s.hub.Threads(); !threads[1].Resolved || threads[0].Resolved {
		t.Error("not the one thread whose finding is gone is resolved")
	}
}

// Each row of the README's table of permissions: the fake refuses all else.
func TestActionPermissions(t *testing.T) {
	type grants = map[string]string
	tests := []struct {
		name                          string
		grants                        grants
		comments, annotations, alerts int
		line                          string
	}{
		{"annotations and summary", grants{"contents": "read", "pull-requests": "read"}, 0, 2, 0, "pull-requests: write"},
		{"review comments", grants{"contents": "read", "pull-requests": "write"}, 2, 0, 0, "security-events: write"},
		{"code scanning", grants{"contents": "read", "pull-requests": "read", "security-events": "write"}, 0, 1, 2, "pull-requests: write"},
		{"both", grants{"contents": "read", "pull-requests": "write", "security-events": "write"}, 1, 0, 2, ""},
		{"everything", nil, 1, 0, 2, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newPullStep(t, pullBefore, pullAfter)
			s.env["INPUT_UPLOAD-SARIF"] = "auto"
			s.hub.Grants = tt.grants
			got := s.run()
			got.want(t, 1, conclusionFailure, "2")
			if n := len(s.hub.Threads()); n != tt.comments {
				t.Errorf("%d comments, want %d", n, tt.comments)
			}
			if n := len(got.annotations()); n != tt.annotations {
				t.Errorf("%d annotations, want %d:\n%s", n, tt.annotations, got.log)
			}
			alerts := 0
			for _, u := range s.hub.Uploads() {
				alerts += strings.Count(u.Content, `"ruleId"`)
				if u.Ref != "refs/pull/2/merge" || u.Commit != strings.Repeat("a", 40) {
					t.Errorf("uploaded for %s at %s", u.Ref, u.Commit)
				}
			}
			if alerts != tt.alerts {
				t.Errorf("%d alerts, want %d", alerts, tt.alerts)
			}
			if tt.line != "" && strings.Count(got.log, tt.line) != 1 || tt.line == "" && strings.Contains(got.log, "may lack") {
				t.Errorf("the log has %d lines with %q, want one:\n%s", strings.Count(got.log, tt.line), tt.line, got.log)
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		s := newPullStep(t, pullBefore, pullAfter)
		s.hub.Grants = grants{}
		got := s.run()
		got.want(t, 0, conclusionNeutral, "2")
		if len(got.annotations()) != 2 {
			t.Errorf("annotations %v, want both", got.annotations())
		}
	})
}

// The upload has what stands on unchanged lines too, else it would close alerts.
func TestActionUploadsTheWhole(t *testing.T) {
	s := newPullStep(t, pullAfter+"# a\n", pullAfter+"# b\n")
	s.env["INPUT_UPLOAD-SARIF"] = "true"
	s.run().want(t, 0, conclusionSuccess, "0")
	if uploads := s.hub.Uploads(); len(uploads) != 1 || strings.Count(uploads[0].Content, `"ruleId"`) != 2 {
		t.Errorf("uploads %+v, want one with both findings", uploads)
	}
	// An incomplete run uploads nothing.
	s.write("b/Dockerfile", "FROM a\n")
	if err := os.Symlink("/nowhere", filepath.Join(s.dir, "b", "x.Dockerfile")); err != nil {
		t.Fatal(err)
	}
	s.hub.Deny["/nothing"] = 0
	s.env["GITHUB_EVENT_NAME"], s.env["GITHUB_EVENT_PATH"] = "push", strings.Replace(s.env["GITHUB_EVENT_PATH"], "pull_request", "push", 1)
	s.env["GITHUB_REF"] = "refs/heads/main"
	got := s.run()
	uploads := s.hub.Uploads()
	if last := uploads[len(uploads)-1]; got.code == 0 && last.Ref != "refs/heads/main" {
		t.Errorf("a push uploads for %s", last.Ref)
	}
}

// A missing USER that the base lacks too is not new, though its stage changed; one that
// the change takes away is, and stands on the file.
func TestActionMissingInAChangedStage(t *testing.T) {
	before := "FROM debian:12 AS a\nRUN a\n\n\n\n\n\n\nFROM debian:12\nEXPOSE 80\nRUN b\n\n\n\n\n\n\nCMD [\"x\"]\n"
	s := newPullStep(t, before, strings.Replace(before, `"x"`, `"y"`, 1))
	s.env["INPUT_SELECT"], s.env["INPUT_FAIL-ON"] = "final-user-unset", "info"
	s.run().want(t, 0, conclusionSuccess, "0")
	s = newPullStep(t, before+"USER app\n", before)
	s.env["INPUT_SELECT"], s.env["INPUT_FAIL-ON"] = "final-user-unset", "info"
	s.run().want(t, 1, conclusionFailure, "1")
	if threads := s.hub.Threads(); len(threads) != 1 {
		t.Errorf("%d threads, want one", len(threads))
	}
}

// A fix outside of the diff is a patch in the summary.
func TestActionPatch(t *testing.T) {
	s := newPullStep(t, pullAfter+"# a\n", pullAfter+"# b\n")
	s.env["INPUT_ONLY-CHANGED"], s.env["INPUT_REVIEW"] = "false", "false"
	got := s.run()
	if want := "+CMD [\"x\"]\n"; !strings.Contains(got.summary, want) || !strings.Contains(got.summary, "same build steps, and only the image's configuration changes") {
		t.Errorf("the summary has no patch:\n%s", got.summary)
	}
}

// The work tree is the base's on pull_request_target: it is not looked at.
func TestActionOnTheTarget(t *testing.T) {
	s := newPullStep(t, pullBefore, pullAfter)
	s.env["GITHUB_EVENT_NAME"], s.env["GITHUB_REF"] = "pull_request_target", "refs/heads/main"
	s.write("Dockerfile", "FROM scratch\n")
	s.write(".dockmend.yaml", "rules: {shell-form-command: off}\n")
	s.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write"} // as in the README
	s.change("etc/../../x/Dockerfile", pullBefore, pullAfter)
	s.change("/etc/Dockerfile", pullBefore, pullAfter)
	s.change("big.bin", "a\n", "b\n")
	delete(s.hub.Blobs, gitBlob("b\n")) // nobody may ask for it
	got := s.run()
	got.want(t, 1, conclusionFailure, "2")
	if len(s.hub.Threads()) != 2 || !strings.Contains(got.log, "2 files with an unusual path") {
		t.Errorf("%d threads, want 2:\n%s", len(s.hub.Threads()), got.log)
	}
	s.hub.Files[baseSHA+":.dockmend.yaml"] = "exclude: [Dockerfile]\n"
	s.run().want(t, 0, conclusionSuccess, "0")
}

// zipped is an archive with some files.
func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// twoJobs runs the first job on a fork with a token that can only read, and
// prepares the second.
func twoJobs(t *testing.T) *step {
	t.Helper()
	s := newPullStep(t, pullBefore, pullAfter)
	payload, err := os.ReadFile(s.env["GITHUB_EVENT_PATH"])
	if err != nil {
		t.Fatal(err)
	}
	fork := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(fork, bytes.Replace(payload, []byte(`"full_name": "Codertocat/Hello-World"`), []byte(`"full_name": "octocat/Hello-World"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["GITHUB_EVENT_PATH"] = fork
	s.hub.Grants = map[string]string{"contents": "read", "pull-requests": "read"}
	s.env["INPUT_SELECT"] += ",copy-ignored-file"
	s.write("a", "x")
	s.write(".dockerignore", "a\n") // the second job does not see it
	s.pull("Dockerfile", strings.ReplaceAll(pullBefore, "COPY a", "COPY x"), pullAfter)
	first := s.run()
	if len(s.hub.Threads()) != 0 || len(first.annotations()) == 0 {
		t.Fatalf("the first job posts %d comments and annotates %v", len(s.hub.Threads()), first.annotations())
	}
	report, err := os.ReadFile(filepath.Join(s.dir, first.outputs["review-file"]))
	if err != nil {
		t.Fatal(err)
	}
	s.secondJob(report)
	if err := os.RemoveAll(filepath.Join(s.dir, "Dockerfile")); err != nil {
		t.Fatal(err)
	}
	return s
}

// secondJob makes the step the one that takes up what a first job left for the
// pull request.
func (s *step) secondJob(report []byte) {
	s.t.Helper()
	s.hub.Artifacts["dockmend"] = zipped(s.t, map[string][]byte{"review.json": report})
	s.hub.Grants = map[string]string{"contents": "read", "pull-requests": "write", "actions": "read"}
	s.hub.Pulls = []map[string]any{{
		"_head": "octocat:changes", "number": 2,
		"head": map[string]any{"sha": headSHA, "ref": "changes", "repo": s.hub.Repository("octocat/Hello-World")},
		"base": map[string]any{"sha": baseSHA, "repo": s.hub.Repository("Codertocat/Hello-World")},
	}}
	s.env["GITHUB_EVENT_NAME"], s.env["GITHUB_REF"] = "workflow_run", "refs/heads/main"
	s.env["GITHUB_EVENT_PATH"] = filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(mustAbs(s.t)))), "testdata/events/workflow_run.json")
}

func mustAbs(t *testing.T) string {
	t.Helper()
	abs, err := filepath.Abs("x")
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

func TestActionTwoJobs(t *testing.T) {
	s := twoJobs(t)
	got := s.run()
	if got.code != 0 || len(s.hub.Threads()) != 3 {
		t.Fatalf("exit %d with %d threads, want 0 with 3:\n%s", got.code, len(s.hub.Threads()), got.log)
	}
	suggestions := 0
	for _, thread := range s.hub.Threads() {
		if strings.Contains(thread.Comments[0].Body, "```suggestion\nCMD [\"x\"]\n```") {
			suggestions++
		}
	}
	if suggestions != 1 {
		t.Errorf("%d of the findings have a suggestion, want the one that was found again with its fix", suggestions)
	}
	n := len(s.hub.Threads())
	s.run()
	if len(s.hub.Threads()) != n {
		t.Error("the second run posts again")
	}
}

// The artifact is a stranger's, whatever it says.
func TestActionHostileArtifact(t *testing.T) {
	for name, change := range map[string]func(map[string]any) []byte{
		"no zip":  func(map[string]any) []byte { return []byte("PK") },
		"no file": func(map[string]any) []byte { return zipped(t, map[string][]byte{"../review.json": []byte("{}")}) },
		"a bomb": func(map[string]any) []byte {
			return zipped(t, map[string][]byte{"review.json": bytes.Repeat([]byte(" "), 100<<20)})
		},
		"other pull":    func(h map[string]any) []byte { h["number"] = 3; return nil },
		"other head":    func(h map[string]any) []byte { h["head"] = baseSHA; return nil },
		"other repo":    func(h map[string]any) []byte { h["repository"] = "o/r"; return nil },
		"unknown field": func(h map[string]any) []byte { h["suggestion"] = "RUN evil"; return nil },
		"bad path":      func(h map[string]any) []byte { found(h)["path"] = "../../etc/passwd"; return nil },
		"bad mark":      func(h map[string]any) []byte { found(h)["fingerprint"] = "dockmend/v1:--><b>"; return nil },
		"wrong type":    func(h map[string]any) []byte { h["findings"] = "x"; return nil },
		"far line": func(h map[string]any) []byte {
			found(h)["line"], found(h)["end_line"], found(h)["fingerprint"] = 1e6, 2e6, "dockmend/v1:"+strings.Repeat("0", 32)
			return nil
		},
		"unknown rule": func(h map[string]any) []byte {
			found(h)["rule"], found(h)["fingerprint"] = "evil", "dockmend/v1:"+strings.Repeat("0", 32)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := twoJobs(t)
			genuine := s.handoff()
			if packed := change(genuine); packed != nil {
				s.hub.Artifacts["dockmend"] = packed
			} else {
				s.forge(genuine)
			}
			got := s.run()
			want := 2
			if name == "far line" || name == "unknown rule" {
				want = 3 // the genuine one beside it
			}
			if got.code != 0 || !strings.Contains(got.log, "previous run") || len(s.hub.Threads()) != want {
				t.Errorf("exit %d, %d threads; want 0, what was found again, and a word on the artifact:\n%s", got.code, len(s.hub.Threads()), got.log)
			}
		})
	}

	s := twoJobs(t)
	s.run()
	// A newer commit, or a run that was no pull request's.
	s.hub.Pulls[0]["head"].(map[string]any)["sha"] = baseSHA
	if got := s.run(); got.code != 0 || !strings.Contains(got.log, "nothing left to do") || len(s.hub.Threads()) != 3 {
		t.Errorf("exit %d, want 0 and a word:\n%s", got.code, got.log)
	}
}

// handoff is what the first job wrote, and forge what a fork puts in its place.
func (s *step) handoff() map[string]any {
	s.t.Helper()
	report, err := zip.NewReader(bytes.NewReader(s.hub.Artifacts["dockmend"]), int64(len(s.hub.Artifacts["dockmend"])))
	if err != nil {
		s.t.Fatal(err)
	}
	genuine := map[string]any{}
	f, err := report.Open("review.json")
	if err == nil {
		err = json.NewDecoder(f).Decode(&genuine)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return genuine
}

func (s *step) forge(handoff map[string]any) {
	s.t.Helper()
	src, err := json.Marshal(handoff)
	if err != nil {
		s.t.Fatal(err)
	}
	s.hub.Artifacts["dockmend"] = zipped(s.t, map[string][]byte{"review.json": src})
}

func found(h map[string]any) map[string]any {
	return h["findings"].([]any)[0].(map[string]any)
}

// Text from the repository reaches comments, and no more than text.
func TestActionHostileComments(t *testing.T) {
	s := newStep(t, "pull_request")
	s.env["GITHUB_REF"], s.env["INPUT_PRESET"] = "refs/pull/2/merge", "strict"
	s.hub.Head = headSHA
	for i, name := range hostileNames {
		line := strings.ReplaceAll(name, "\n", " ")
		s.pull(fmt.Sprintf("%s/%d/Dockerfile", name, i), "", fmt.Sprintf("FROM debian:latest\n# ``` %s\nCMD %s\nUSER %q\nRUN sudo %s ```\n", line, line, line, line))
	}
	s.run()
	if len(s.hub.Threads()) == 0 {
		t.Fatal("no comment was made")
	}
	for _, thread := range s.hub.Threads() {
		body := thread.Comments[0].Body
		marks, rest := 0, body
		for strings.HasPrefix(rest, "<!-- dockmend:v1 ") {
			_, rest, _ = strings.Cut(rest, "\n")
			marks++
		}
		places := strings.Count(body, "<sub>") + strings.Count(body, "/Dockerfile`, line ") + strings.Count(body, "/Dockerfile``, line ") + moreOf(body)
		if strings.Contains(rest, "<!-- dockmend:v1 ") || marks != places {
			t.Errorf("a stranger adds a marker, or %d places have %d:\n%s", places, marks, body)
		}
		plain, fence := "", ""
		for line := range strings.Lines(body) {
			ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
			switch {
			case fence == "" && len(ticks) >= 3:
				fence = ticks
			case fence != "" && strings.TrimSpace(line) == fence:
				fence = ""
			case fence == "":
				plain += line
			}
		}
		plain = codeSpan.ReplaceAllString(plain, "")
		for _, bad := range []string{"<img", "@everyone", "\u202e", "\x1b"} {
			if strings.Contains(plain, bad) {
				t.Errorf("%q reaches a comment:\n%s", bad, body)
			}
		}
	}
}

var codeSpan = regexp.MustCompile("``.*?``|`[^`]*`")

// moreOf is the number in "and N more", how many places a comment does not name.
func moreOf(body string) int {
	_, rest, _ := strings.Cut(body, "\n- and ")
	n, _, _ := strings.Cut(rest, " more")
	count, err := strconv.Atoi(n)
	if err != nil {
		return 0
	}
	return count
}
