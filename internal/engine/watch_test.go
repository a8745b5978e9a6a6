package engine

import (
	"strings"
	"testing"
	"time"
)

func TestOverdue(t *testing.T) {
	w := NewWatch()
	waiting, working := w.begin("waiting"), w.begin("working")
	was := working.enter(StepParse)
	now := time.Now()
	for _, tt := range []struct {
		after time.Duration
		heap  uint64
		want  string
	}{
		{0, 0, ""},
		{StepTime - time.Minute, HeapBytes, ""},
		{StepTime + time.Minute, 0, "one step took longer than"},
		{0, HeapBytes + 1, "bytes of memory"},
	} {
		if got := w.overdue(now.Add(tt.after), tt.heap); !strings.Contains(got, tt.want) || got != "" && tt.want == "" {
			t.Errorf("after %s with %d bytes: %q, want %q", tt.after, tt.heap, got, tt.want)
		}
	}
	working.leave(was)
	if got := w.overdue(now.Add(10*StepTime), 0); got != "" {
		t.Errorf("no step runs: %q", got)
	}
	waiting.end()
	working.end()
	if len(w.tasks) > 0 {
		t.Errorf("%d tasks are left", len(w.tasks))
	}
}
