package main

import (
	"strings"
	"testing"
)

// TestRoomIsClean: what one script leaves, the next does not see.
func TestRoomIsClean(t *testing.T) {
	r, err := newRoom(t.TempDir())
	if err != nil {
		t.Skipf("SKIPPED: no shell can be run in a folder of its own: %v", err)
	}
	const script = "probe /tmp/*; if [ -e /root/rc ]; then . /root/rc; fi; x > /tmp/left; echo 'probe again' >> /root/rc; probe /usr/bin/*; /usr/bin/tool"
	for range 2 {
		calls, _, err := r.run("busybox", program{script: script}, 0)
		if want := "probe </tmp/*>\nx\nprobe </usr/bin/tool>\ntool\n"; err != nil || calls != want {
			t.Fatalf("%q, want %q; %v", calls, want, err)
		}
	}
	calls, _, err := r.run("dash", program{script: "while probe; do mark; done"}, 0)
	if n := strings.Count(calls, "\n"); err != nil || n != fewCalls {
		t.Errorf("an endless script: %d calls, %v", n, err)
	}
}
