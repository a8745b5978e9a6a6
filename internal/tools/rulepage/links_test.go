package rulepage_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

// TestLinks: links from one page of the repository to another lead to a file.
func TestLinks(t *testing.T) {
	folder, err := rulesource.Root()
	if err != nil {
		t.Fatal(err)
	}
	root := os.DirFS(folder)
	link := regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	fenced := regexp.MustCompile("(?ms)^ *```.*?^ *```|`[^`\n]*`")
	check := func(name string) {
		src, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(fenced.ReplaceAllString(string(src), ""), -1) {
			if strings.Contains(m[1], ":") {
				continue
			}
			if _, err := fs.Stat(root, path.Join(path.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
	top, err := fs.Glob(root, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range top {
		check(name)
	}
	err = fs.WalkDir(root, "docs", func(name string, d fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" && !d.IsDir() {
			check(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
