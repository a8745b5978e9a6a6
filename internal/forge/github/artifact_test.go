package github

import (
	"archive/zip"
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

func TestLoadWorkflowRun(t *testing.T) {
	payload, err := os.ReadFile("../../../testdata/events/workflow_run.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := load(t, "workflow_run", string(payload))
	if err != nil {
		t.Fatal(err)
	}
	if want := (forge.Run{ID: 289782451, Head: head, Branch: "changes", Repository: "octocat/Hello-World"}); *e.Run != want || e.PullRequest() || !e.Remote() {
		t.Errorf("run %+v, want %+v", *e.Run, want)
	}
	for from, to := range map[string]string{
		`"event": "pull_request"`: `"event": "push"`, `"head_branch": "changes"`: `"head_branch": ""`,
		`"head_sha": "` + head: `"head_sha": "x`, `"octocat/Hello-World"`: `"octocat"`,
	} {
		changed := strings.Replace(string(payload), from, to, 1)
		if changed == string(payload) {
			t.Fatalf("the payload has no %s", from)
		}
		if _, err := load(t, "workflow_run", changed); err == nil {
			t.Errorf("%s is accepted", to)
		}
	}
}

func FuzzUnzip(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	file, err := w.Create(review.HandoffFile)
	if err == nil {
		_, err = file.Write([]byte("{}"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, packed []byte) {
		if src, err := unzip(packed); err == nil && len(src) > review.MaxHandoff+1 {
			t.Errorf("%d bytes", len(src))
		}
	})
}
