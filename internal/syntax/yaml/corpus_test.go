package yaml

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpus decodes every span of every YAML file in the folder that
// DOCKMEND_CORPUS names.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("DOCKMEND_CORPUS")
	if dir == "" {
		t.Skip("DOCKMEND_CORPUS is not set: only the files of testdata were read")
	}
	files, refused, nodes, most := 0, 0, 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".yaml") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		f := parse(string(src))
		if f.Err != nil {
			refused++
			t.Logf("%s:%d: %v", path, f.Lines.Position(f.Err.Span.Start).Line, f.Err)
		}
		if err := checkFile(f); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		here := 0
		for _, d := range f.Documents {
			d.Root.Walk(func(*Node) bool { here++; return true })
		}
		nodes, most = nodes+here, max(most, here)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d of them refused, %d nodes, at most %d in one file", files, refused, nodes, most)
}
