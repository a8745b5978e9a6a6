package terminal

import (
	"bytes"
	"testing"
	"time"
)

func TestColorDiff(t *testing.T) {
	const diff = "# what it does\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n c"
	const want = dim + "# what it does" + reset + "\n" + bold + "--- a/f" + reset + "\n" + bold + "+++ b/f" + reset + "\n" +
		cyan + "@@ -1 +1 @@" + reset + "\n" + red + "-a" + reset + "\n" + green + "+b" + reset + "\n c"
	if got := string(ColorDiff([]byte(diff))); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Progress is shown from one second on, and wiped.
func TestProgress(t *testing.T) {
	var b bytes.Buffer
	at := time.Unix(0, 0)
	p := NewProgress(&b, func() time.Time { return at }, 3, "files")
	p.Step()
	p.End()
	if b.Len() > 0 {
		t.Errorf("in the first second: %q", b.String())
	}
	at = at.Add(delay)
	for range 3 {
		p.Step()
	}
	p.End()
	if want := "\r2 of 3 files\r3 of 3 files\r3 of 3 files\r\x1b[K"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}
