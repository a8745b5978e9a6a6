package rulepage_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/tools/rulepage"
	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

// TestFresh: what is generated is what is committed.
func TestFresh(t *testing.T) {
	root, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := rulesource.Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	list, err := rulesource.List(sources)
	if err != nil {
		t.Fatal(err)
	}
	fresh(t, root, rulesource.ListFile, list)
	pages, err := rulepage.All(os.DirFS(root), rules.All())
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pages {
		fresh(t, root, name, page)
	}
	there, err := filepath.Glob(filepath.Join(root, rulepage.Folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != len(pages) {
		t.Errorf("%s has %d files, want %d; run make generate", rulepage.Folder, len(there), len(pages))
	}
}

func fresh(t *testing.T, root, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Errorf("%v; run make generate", err)
	} else if !bytes.Equal(got, want) {
		t.Errorf("%s is stale; run make generate", name)
	}
}

// TestReferencesAreOfRules: the table of references names rules.
func TestReferencesAreOfRules(t *testing.T) {
	root, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	table, err := rulepage.References(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for id := range table {
		if found := rules.All().Find(id); len(found) != 1 || found[0].ID != id {
			t.Errorf("%s names %q, which is not a rule", rulepage.ReferencesFile, id)
		}
	}
}
