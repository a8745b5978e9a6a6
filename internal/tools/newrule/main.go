// Command newrule writes the two files of a new rule. It never overwrites.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

func main() {
	id := flag.String("id", "", "the rule's id, as in latest-tag")
	target := flag.String("target", "dockerfile", "the kind of document")
	flag.Parse()
	if err := run(*id, *target); err != nil {
		fmt.Fprintln(os.Stderr, "newrule:", err)
		os.Exit(1)
	}
}

func run(id, target string) error {
	if !rulesource.IsID(id) {
		return fmt.Errorf("id %q is not kebab-case; call make new-rule ID=my-rule TARGET=dockerfile", id)
	}
	targets := rulesource.Targets()
	i := slices.IndexFunc(targets, func(t rulesource.Target) bool { return t.Name == target })
	if i < 0 {
		return fmt.Errorf("there is no target %q", target)
	}
	root, err := rulesource.Root()
	if err != nil {
		return err
	}
	for name, content := range rulesource.Skeleton(targets[i], id) {
		if err := create(filepath.Join(root, name), content); err != nil {
			return err
		}
		fmt.Println(name)
	}
	return nil
}

func create(name, content string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(content); err != nil {
		return err
	}
	return f.Close()
}
