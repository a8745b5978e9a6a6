package shellcheck

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// TestProcessIsBounded has a program that says what its limits are, once it has them:
// processor time for so many scripts, and memory.
func TestProcessIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shellcheck")
	program := "#!/bin/bash\nwhile [ \"$(ulimit -d)\" = unlimited ] || [ \"$(ulimit -t)\" = unlimited ]; do :; done\n" +
		"echo \"$(ulimit -t) seconds, $(ulimit -d) KiB\" >&2\nexit 4\n"
	if err := os.WriteFile(path, []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	notes, err := (&Program{path}).Check(t.Context(), []lint.Script{{Text: "good\n", Dialect: "sh"}})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%d seconds, %d KiB", limits.ScriptSeconds, limits.ScriptData>>10)
	if len(notes[0]) != 1 || !strings.Contains(notes[0][0].Left, want) {
		t.Errorf("%+v, want %q", notes[0], want)
	}
}
