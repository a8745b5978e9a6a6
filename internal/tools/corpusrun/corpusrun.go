// Package corpusrun lints the files of one kind below a folder for the tools that
// compare and count.
package corpusrun

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/shellcheck"
)

// Files are the files of a kind below a folder, templates left out, by their
// paths in it.
func Files(dir string, target lint.Target) ([]string, error) {
	root, err := files.Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read from
	found, err := discover.Find(root, nil, discover.Options{NoGitignore: true})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range found.Files {
		if f.Target == target && !f.Template {
			names = append(names, f.Path)
		}
	}
	return names, nil
}

// Lint lints files of a folder, all of one kind, with a preset. Problems go to standard error.
func Lint(ctx context.Context, dir string, target lint.Target, paths []string, preset string, withShellCheck bool) (*lint.Result, error) {
	catalog := rules.All()
	set, err := (&config.Config{Presets: []string{preset}}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		return nil, err
	}
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
	if withShellCheck {
		if checker.ShellCheck, err = shellcheck.Find("shellcheck"); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read from
	store := project.New(project.Disk(root), nil)
	all := make([]engine.File, len(paths))
	for i, name := range paths {
		all[i] = engine.File{
			Path: name, Target: target, Context: buildcontext.New(store, name), Policy: set.For(name),
			Open: func() (io.ReadCloser, error) { return os.Open(filepath.Join(dir, name)) },
		}
	}
	result := engine.Run(ctx, checker, all, runtime.GOMAXPROCS(0))
	for _, p := range result.Problems {
		fmt.Fprintf(os.Stderr, "%s: %s\n", p.File, p.Message)
	}
	return result, nil
}
