package depcheck

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// SECURITY.md says what the workflows hold; this is what holds it.
func TestWorkflows(t *testing.T) {
	// Our own action is pinned by the commit that holds the file, or by the release
	// that tools/release/stamp.sh writes.
	pinned := regexp.MustCompile(`^\s*(- )?uses: ([\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./|dockmend/dockmend@v0\.0\.0 # a release writes its version here)$`)
	usesLine := regexp.MustCompile(`^\s*(- )?uses:`) // not in a comment
	names, err := filepath.Glob("../../.github/workflows/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("workflows: %q, %v", names, err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(src)) {
			if line = strings.TrimRight(line, "\n"); usesLine.MatchString(line) && !pinned.MatchString(line) {
				t.Errorf("%s: not pinned to a commit with its version: %s", name, line)
			}
		}
		var w struct {
			Permissions map[string]string
			Jobs        map[string]struct {
				Permissions map[string]string
				Needs       any
				Steps       []struct{ Run string }
			}
		}
		if err := yaml.Unmarshal(src, &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if w.Permissions == nil || len(w.Permissions) > 0 {
			t.Errorf("%s: permissions of the workflow are %v, want {}", name, w.Permissions)
		}
		for id, job := range w.Jobs {
			if job.Permissions == nil {
				t.Errorf("%s: the job %s names no permissions", name, id)
			}
		}
		if filepath.Base(name) != "release.yaml" {
			continue
		}
		guard := w.Jobs["guard"]
		if len(guard.Steps) != 1 || !strings.Contains(guard.Steps[0].Run, `[ "$REF" != "$DEFAULT" ]`) {
			t.Errorf("%s: the job guard does not compare the ref with the default branch", name)
		}
		for id, needs := range map[string]string{"test": "guard", "files": "test", "image": "files", "smoke": "image", "release": "smoke"} {
			list, _ := w.Jobs[id].Needs.([]any)
			if first, ok := w.Jobs[id].Needs.(string); ok {
				list = []any{first}
			}
			if len(list) == 0 || list[0] != needs {
				t.Errorf("%s: the job %s needs %v, want %s", name, id, w.Jobs[id].Needs, needs)
			}
		}
	}
}
