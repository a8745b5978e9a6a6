// Command genlist writes internal/rules/zz_all.go, the list of all rules. It
// reads the rule files as text, so it runs while the list is stale.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "genlist:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := rulesource.Root()
	if err != nil {
		return err
	}
	rules, err := rulesource.Load(os.DirFS(root))
	if err != nil {
		return err
	}
	list, err := rulesource.List(rules)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, rulesource.ListFile), list, 0o644)
}
