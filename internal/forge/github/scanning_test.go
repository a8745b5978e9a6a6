package github

import (
	"strings"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

func TestUploadSARIF(t *testing.T) {
	const sarif, ref = `{"version": "2.1.0", "runs": []}`, "refs/pull/7/merge"
	tests := []struct {
		name      string
		change    func(*fakehub.Hub)
		note, err string
		uploads   int
	}{
		{"complete", func(*fakehub.Hub) {}, "", "", 1},
		{"after a while", func(h *fakehub.Hub) { h.Scanning.Pending = 3 }, "", "", 1},
		{"not yet", func(h *fakehub.Hub) { h.Scanning.Pending = 100 }, "still processing", "", 1},
		{"failed", func(h *fakehub.Hub) { h.Scanning.Errors = []string{"rejecting SARIF, as it is odd"} }, "", "bug in dockmend", 1},
		{"same category", func(h *fakehub.Hub) {
			h.Scanning.Errors = []string{"A delivery cannot contain multiple runs with the same category"}
		}, "", "input category", 1},
		{"not enabled", func(h *fakehub.Hub) { h.Scanning.Off = true }, "", "not enabled", 0},
		{"read-only", func(h *fakehub.Hub) { h.Grants = map[string]string{"security-events": "read"} }, "", "security-events: write", 0},
		{"too large", fault("POST /code", fakehub.Fault{Status: 413}), "", "413", 0},
		{"server error once", fault("POST /code", fakehub.Fault{Status: 503, Times: 1}), "", "", 1},
		{"server error", fault("POST /code", fakehub.Fault{Status: 503}), "", "503", 0},
		{"limit once", fault("POST /code", fakehub.Fault{Status: 429, RetryAfter: 1, Times: 1}), "", "", 1},
		{"answer cut once", fault("POST /code", fakehub.Fault{Kind: fakehub.Cut, Times: 1}), "", "", 2},
		{"hangs once", fault("POST /code", fakehub.Fault{Kind: fakehub.Hangs, Times: 1}), "", "", 1},
		{"status is hidden", fault("GET /code", fakehub.Fault{Status: 404}), "not known", "", 1},
		{"status hangs", fault("GET /code", fakehub.Fault{Kind: fakehub.Hangs}), "not known", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPullAt(t, fakehub.New(t), "", "RUN x\n")
			p.timeout = 300 * time.Millisecond
			tt.change(p.hub)
			note, err := p.client().UploadSARIF(t.Context(), []byte(sarif), head, ref)
			if !strings.Contains(note, tt.note) || tt.note == "" && note != "" {
				t.Errorf("note %q, want %q", note, tt.note)
			}
			if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			uploads := p.hub.Uploads()
			if len(uploads) != tt.uploads {
				t.Fatalf("%d uploads, want %d", len(uploads), tt.uploads)
			}
			for _, u := range uploads {
				if u != (fakehub.SARIF{Commit: head, Ref: ref, Content: sarif}) {
					t.Errorf("upload %+v", u)
				}
			}
		})
	}
	p := newPull(t, "", "RUN x\n")
	for commit, ref := range map[string]string{"main": ref, head: "refs/notes/x"} {
		if _, err := p.client().UploadSARIF(t.Context(), []byte(sarif), commit, ref); err == nil {
			t.Errorf("an upload for %s at %s is no error", ref, commit)
		}
	}
}

func fault(call string, f fakehub.Fault) func(*fakehub.Hub) {
	f.Call = call
	return func(h *fakehub.Hub) { h.Faults = []*fakehub.Fault{&f} }
}
