// Command gendocs writes docs/rules: a page for each rule, and the index. Pages
// of rules that are gone are removed.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/tools/rulepage"
	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gendocs:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := rulesource.Root()
	if err != nil {
		return err
	}
	pages, err := rulepage.All(os.DirFS(root), rules.All())
	if err != nil {
		return err
	}
	folder := filepath.Join(root, rulepage.Folder)
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(root, name), page, 0o644); err != nil {
			return err
		}
	}
	return nil
}
