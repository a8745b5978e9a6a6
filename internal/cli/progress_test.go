package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAuditProgress(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"Dockerfile", "Dockerfile.api", "Dockerfile.dev"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("FROM scratch\nUSER 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, terminal := range []bool{true, false} {
		seconds := int64(0)
		var out, errs bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, ShellCheck: "no-such-program", ErrTerminal: terminal, Getenv: func(string) string { return "" }}
		env.Now = func() time.Time { seconds++; return time.Unix(1796040000+seconds, 0) }
		if code := Main(context.Background(), []string{"dockmend", "audit", "--jobs", "1"}, env); code != 0 {
			t.Fatalf("exit %d\n%s", code, errs.String())
		}
		shown := strings.Contains(errs.String(), "\r3 of 3 files") && strings.HasSuffix(errs.String(), "\r\x1b[K")
		if shown != terminal || !terminal && errs.Len() > 0 {
			t.Errorf("terminal %v: %q", terminal, errs.String())
		}
	}
}
