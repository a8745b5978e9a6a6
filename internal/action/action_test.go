package action_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/cli"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/resolve/fakeregistry"
)

// Commits of testdata/events/pull_request.json.
const (
	baseSHA = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
	headSHA = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
)

// What the output conclusion can be.
const (
	conclusionSuccess = "success"
	conclusionFailure = "failure"
	conclusionNeutral = "neutral"
)

// step is a workflow step as the runner would start it.
type step struct {
	t   *testing.T
	hub *fakehub.Hub
	dir string
	env map[string]string
	// internet has the registries; nil for none.
	internet *fakeregistry.Internet
	now      time.Time
	// before are files of the base that differ from what the change says.
	before map[string]string
}

func newStep(t *testing.T, event string) *step {
	t.Helper()
	hub := fakehub.New(t)
	hub.Files[baseSHA+":README.md"] = "x\n"
	s := &step{t: t, hub: hub, dir: t.TempDir()}
	commands := t.TempDir()
	events, err := filepath.Abs("../../testdata/events")
	if err != nil {
		t.Fatal(err)
	}
	s.env = map[string]string{
		"GITHUB_WORKSPACE": s.dir, "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": filepath.Join(events, event+".json"),
		"GITHUB_REPOSITORY": "Codertocat/Hello-World", "GITHUB_SHA": strings.Repeat("a", 40), "GITHUB_API_URL": hub.URL,
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_OUTPUT": filepath.Join(commands, "output"),
		"GITHUB_STEP_SUMMARY": filepath.Join(commands, "summary"), "INPUT_GITHUB-TOKEN": "ghs_example", "GITHUB_REF": "refs/heads/main",
		"INPUT_ONLINE": "false",
	}
	s.before = map[string]string{}
	s.snapshots()
	return s
}

func (s *step) write(name, content string) {
	s.t.Helper()
	name = filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// ran is what a step left behind.
type ran struct {
	code         int
	log, summary string
	outputs      map[string]string
	report       struct {
		Findings []struct {
			Rule, File string
			Line       int
			Unchanged  bool
			Related    []struct {
				File, Message string
				Line          int
			}
		}
	}
}

func (s *step) run() *ran {
	s.t.Helper()
	var out bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Dir: s.dir, ShellCheck: "is-not-asked", Now: func() time.Time { return s.now }}
	env.Getenv = func(name string) string {
		if value, ok := s.env[name]; ok || s.internet == nil {
			return value
		}
		return s.internet.Getenv(name)
	}
	env.Wait = func(context.Context, time.Duration) error { return nil }
	r := &ran{code: cli.Main(context.Background(), []string{"dockmend", "action"}, env)}
	r.log = out.String()
	if summary, err := os.ReadFile(s.env["GITHUB_STEP_SUMMARY"]); err == nil {
		r.summary = string(summary)
	}
	output, err := os.ReadFile(s.env["GITHUB_OUTPUT"])
	if err == nil {
		if r.outputs, err = parseFileCommands(string(output)); err != nil {
			s.t.Fatal(err)
		}
	}
	if file := r.outputs["report-file"]; file != "" {
		src, err := os.ReadFile(filepath.Join(s.dir, file))
		if err == nil {
			err = json.Unmarshal(src, &r.report)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return r
}

// gitBlob is git's name for a file's content.
func gitBlob(content string) string {
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content)))
}

func (r *ran) want(t *testing.T, code int, conclusion, findings string) {
	t.Helper()
	if r.code != code || r.outputs["conclusion"] != conclusion || r.outputs["findings"] != findings {
		t.Errorf("exit %d, conclusion %q, %s findings; want %d, %q, %s\n%s", r.code, r.outputs["conclusion"], r.outputs["findings"], code, conclusion, findings, r.log)
	}
}

const twoFindings = "FROM debian:latest\nRUN make it\nFROM alpine:latest\nRUN true\n"

func TestActionOnPush(t *testing.T) {
	s := newStep(t, "push")
	s.write("Dockerfile", twoFindings)
	s.env["INPUT_SARIF-FILE"] = "out/dockmend.sarif"
	got := s.run()
	got.want(t, 0, conclusionSuccess, "2") // on push nothing fails by default
	var sarif struct {
		Runs []struct {
			AutomationDetails struct{ ID string }
			Results           []struct{ RuleID string }
		}
	}
	src, err := os.ReadFile(filepath.Join(s.dir, got.outputs["sarif-file"]))
	if err == nil {
		err = json.Unmarshal(src, &sarif)
	}
	if err != nil {
		t.Fatal(err)
	}
	if run := sarif.Runs[0]; len(run.Results) != 2 || run.AutomationDetails.ID != "dockmend/" {
		t.Errorf("the SARIF file has %d results in the category %q, want 2 in dockmend/", len(run.Results), run.AutomationDetails.ID)
	}
	if want := "(https://github.com/Codertocat/Hello-World/blob/" + strings.Repeat("a", 40) + "/Dockerfile?plain=1#L1)"; !strings.Contains(got.summary, want) {
		t.Errorf("the summary has no link %s:\n%s", want, got.summary)
	}
	s.env["INPUT_FAIL-ON"] = "warning"
	s.run().want(t, 1, conclusionFailure, "2")
}

func TestActionOnlyChanged(t *testing.T) {
	s := newStep(t, "pull_request")
	s.write("Dockerfile", twoFindings)
	s.hub.Changed = []map[string]any{{
		"filename": "Dockerfile", "status": "modified", "sha": gitBlob(twoFindings), "changes": 1,
		"patch": "@@ -1,3 +1,4 @@\n FROM debian:latest\n RUN make it\n+FROM alpine:latest\n RUN true",
	}}
	got := s.run()
	got.want(t, 1, conclusionFailure, "1")
	if all := len(got.report.Findings); all < 2 {
		t.Errorf("the report file has %d findings, want those on unchanged lines too", all)
	}
	if !strings.Contains(got.summary, "not new") {
		t.Errorf("the summary does not count what is not shown:\n%s", got.summary)
	}
}

// The base moved on: the checkout, the merge, has two lines more than the head.
func TestActionOnlyChangedInAMerge(t *testing.T) {
	s := newStep(t, "pull_request")
	s.write("Dockerfile", "# one\n# two\n"+twoFindings)
	s.hub.Blobs[gitBlob(twoFindings)] = twoFindings
	s.hub.Changed = []map[string]any{{
		"filename": "Dockerfile", "status": "modified", "sha": gitBlob(twoFindings), "changes": 1,
		"patch": "@@ -1,3 +1,4 @@\n FROM debian:latest\n RUN make it\n+FROM alpine:latest\n RUN true",
	}}
	got := s.run()
	got.want(t, 1, conclusionFailure, "1")
	for _, f := range got.report.Findings {
		if !f.Unchanged && f.Line != 5 {
			t.Errorf("%s on line %d counts, want the one on line 5", f.Rule, f.Line)
		}
	}
}

func TestActionWithoutDiff(t *testing.T) {
	s := newStep(t, "pull_request")
	s.write("Dockerfile", twoFindings)
	s.hub.Deny["/files"] = 403
	s.hub.Snapshots = nil
	got := s.run()
	got.want(t, 0, conclusionNeutral, got.outputs["findings"])
	if n := len(got.report.Findings); n < 2 || got.outputs["findings"] != fmt.Sprint(n) {
		t.Errorf("%s of %d findings are reported, want all", got.outputs["findings"], n)
	}
	if want := "pull-requests: read"; !strings.Contains(got.log, want) {
		t.Errorf("the log does not name the permission %q:\n%s", want, got.log)
	}
}

func TestActionConfigurationOfTheBase(t *testing.T) {
	s := newStep(t, "pull_request")
	s.env["INPUT_ONLY-CHANGED"] = "false"
	s.write("Dockerfile", twoFindings)
	s.write(".dockmend.yaml", "rules: {latest-tag: off}\n")
	got := s.run()
	got.want(t, 1, conclusionFailure, "2")
	if want := "the change would hide latest-tag in Dockerfile, line 1"; !strings.Contains(got.log, want) {
		t.Errorf("the log does not say %q:\n%s", want, got.log)
	}

	s.hub.Files[baseSHA+":.dockmend.yaml"] = "rules: {latest-tag: off}\n"
	s.run().want(t, 0, conclusionSuccess, "0")

	s.hub.Deny["/contents/"] = 403
	s.hub.Deny["/git/commits/"] = 403
	s.write(".dockmend.yaml", "fail-on: warning\n")
	s.run().want(t, 0, conclusionNeutral, "2")
}

func TestActionInvalidConfigurations(t *testing.T) {
	s := newStep(t, "pull_request")
	s.env["INPUT_ONLY-CHANGED"] = "false"
	s.write("Dockerfile", "FROM debian:12\n")
	s.write(".dockmend.yaml", "rulez: {}\n")
	got := s.run()
	if got.code != 2 || !strings.Contains(got.log, "::error title=dockmend::the configuration of this change: ") {
		t.Errorf("exit %d, want 2 and an annotation:\n%s", got.code, got.log)
	}
	s.write(".dockmend.yaml", "rules: {latest-tag: off}\n")
	s.hub.Files[baseSHA+":.dockmend.yaml"] = "rulez: {}\n"
	got = s.run()
	if got.code == 2 || !strings.Contains(got.log, "the configuration of the base is not valid") {
		t.Errorf("exit %d, want a note that the configuration of the base is not valid:\n%s", got.code, got.log)
	}
}

func TestActionInputs(t *testing.T) {
	s := newStep(t, "push")
	s.write("Dockerfile", twoFindings)
	for name, value := range map[string]string{
		"ONLY-CHANGED": "yes", "FIX-PR": "yes", "PATH": "../x", "FAIL-ON": "warnin", "SELECT": "latest-tg", "SARIF-FILE": "/etc/x",
	} {
		s.env["INPUT_"+name] = value
		if got := s.run(); got.code != 2 || !strings.Contains(got.log, "::error title=dockmend::") {
			t.Errorf("%s=%s: exit %d, want 2 and an annotation:\n%s", name, value, got.code, got.log)
		}
		delete(s.env, "INPUT_"+name)
	}
	for _, event := range []string{"issues", ""} {
		s.env["GITHUB_EVENT_NAME"] = event
		if got := s.run(); got.code != 2 {
			t.Errorf("event %q: exit %d, want 2", event, got.code)
		}
	}
}

// TestActionInputsOfHadolint changes nothing but the name of the action in a workflow of
// hadolint-action's: what is not read is named, with what to write.
func TestActionInputsOfHadolint(t *testing.T) {
	s := newStep(t, "push")
	s.write("Dockerfile", twoFindings)
	s.env["INPUT_FAILURE-THRESHOLD"], s.env["INPUT_DOCKERFILE"], s.env["INPUT_IGNORE"] = "error", "Dockerfile", "DL3007"
	got := s.run()
	for _, want := range []string{
		"input failure-threshold of hadolint-action is not read: write fail-on", "input dockerfile of hadolint-action is not read: write path",
	} {
		if !strings.Contains(got.log, want) {
			t.Errorf("exit %d, without %q:\n%s", got.code, want, got.log)
		}
	}
	if strings.Contains(got.log, "input ignore") {
		t.Errorf("ignore is an input here too:\n%s", got.log)
	}
}

func TestActionOnASchedule(t *testing.T) {
	s := newStep(t, "schedule")
	s.env["INPUT_UPLOAD-SARIF"], s.env["INPUT_AUDIT"] = "false", "off"
	s.write("src/.git/HEAD", "ref: refs/heads/main\n")
	s.write("src/Dockerfile", twoFindings)
	s.env["INPUT_PATH"] = "src"
	got := s.run()
	if got.code != 0 || got.report.Findings[0].File != "Dockerfile" {
		t.Errorf("exit %d, file %q; want 0 and a path from the repository's root", got.code, got.report.Findings[0].File)
	}
	if calls := s.hub.Calls(); len(calls) > 0 {
		t.Errorf("calls that nobody needed: %v", calls)
	}
	delete(s.env, "INPUT_PATH")
	if got := s.run(); got.code != 0 || !strings.Contains(got.log, "nothing to lint") || !strings.Contains(got.log, "src (") {
		t.Errorf("exit %d, want 0 and a line that says what was skipped:\n%s", got.code, got.log)
	}
}

// hostileNames try to speak to the runner, to Markdown and to a terminal.
var hostileNames = []string{
	"::set-output name=x::y", "##[error]x", "a\n::error::b", "%0A::add-mask::x", "<img src=x onerror=y>", "@everyone #1",
	"\u202egnp.x", "a`b|c", "x\x1b[2Jy", "_GitHubActionsFileCommandDelimeter_", " ::debug::", "##vso[task.x]y", "a::b,c=d",
}

func TestActionHostileRepository(t *testing.T) {
	s := newStep(t, "push")
	for i, name := range hostileNames {
		line := strings.ReplaceAll(name, "\n", " ")
		s.write(fmt.Sprintf("%s/%d/Dockerfile", name, i), fmt.Sprintf("FROM debian:latest\n# %s\nCMD %s\nUSER %q\nRUN sudo %s\n%s x\n", line, line, line, line, line))
	}
	s.write(".dockmend.yaml", "presets: [strict]\n")
	got := s.run()
	if got.outputs["errors"] == "0" || got.code != 0 {
		t.Fatalf("exit %d with %s errors, want 0 and some\n%s", got.code, got.outputs["errors"], got.log)
	}
	names := []string{"findings", "errors", "warnings", "fixable", "conclusion", "sarif-file", "report-file", "review-file", "fix-pr-url", "fix-pr-number", "fix-commit"}
	for name := range got.outputs {
		if !slices.Contains(names, name) {
			t.Errorf("output %q is not one of ours", name)
		}
	}
	for line := range strings.Lines(got.log) {
		command, ok := parseCommand(strings.TrimRight(line, "\r\n"))
		if !ok {
			continue
		}
		if !slices.Contains([]string{"error", "warning", "notice", "group", "endgroup", "add-mask"}, command.name) ||
			command.name == "add-mask" && command.data != "ghs_example" ||
			command.old {
			t.Errorf("a stranger speaks to the runner: %q", line)
		}
		if file, ok := command.properties["file"]; ok && !strings.HasSuffix(file, "Dockerfile") {
			t.Errorf("annotation on %q", file)
		}
	}
	for _, bad := range []string{"\u202e", "\x1b"} {
		if strings.Contains(got.log+got.summary, bad) {
			t.Errorf("%q reaches the reader", bad)
		}
	}
}

// A repository may hold links where the step writes.
func TestActionWritesThroughNoLink(t *testing.T) {
	s := newStep(t, "push")
	s.write("Dockerfile", "FROM debian:12\n")
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(s.dir, ".dockmend")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("Dockerfile", filepath.Join(s.dir, "dockmend.sarif")); err != nil {
		t.Fatal(err)
	}
	s.env["INPUT_SARIF-FILE"] = "dockmend.sarif"
	got := s.run()
	if got.code != 3 {
		t.Errorf("exit %d, want 3: the report could not be written\n%s", got.code, got.log)
	}
	if entries, _ := os.ReadDir(outside); len(entries) > 0 {
		t.Errorf("the step wrote outside of the workspace: %v", entries)
	}
	if content, _ := os.ReadFile(filepath.Join(s.dir, "Dockerfile")); string(content) != "FROM debian:12\n" {
		t.Errorf("the step wrote through a link: %q", content)
	}
}

// TestActionBaselineOfTheConfiguration reports what the configuration's baseline does not
// have; the paths in it are those of the reports.
func TestActionBaselineOfTheConfiguration(t *testing.T) {
	s := newStep(t, "push")
	s.write("Dockerfile", twoFindings)
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard, Dir: s.dir, Getenv: func(string) string { return "" }}
	args := []string{"dockmend", "lint", "--shellcheck", "off", "--write-baseline", "known.json"}
	if code := cli.Main(t.Context(), args, env); code != 0 {
		t.Fatalf("--write-baseline: exit %d", code)
	}
	s.write(".dockmend.yaml", "baseline: known.json\n")
	s.run().want(t, 0, conclusionSuccess, "0")
	s.write(".dockmend.yaml", "baseline: nowhere.json\n")
	if got := s.run(); got.code != 2 || !strings.Contains(got.log, "nowhere.json cannot be read") {
		t.Errorf("exit %d:\n%s", got.code, got.log)
	}
}
