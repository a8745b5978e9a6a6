package run

import (
	"context"
	"slices"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/remote"
	"github.com/dockmend/dockmend/internal/rules"
)

const (
	kindSubmodule = "submodule"
	kindLFS       = "stored in Git LFS"
)

// atRemote is a commit that a platform has.
type atRemote struct{ *remote.Tree }

// Index implements discover.Tree: all that a commit has is tracked.
func (t atRemote) Index() discover.Index { return t.Tree }

// OpenTree makes the workspace of a commit that a platform has, without a clone. Nothing in
// it can be written. Submodules, and files that are stored in Git LFS, are named and not
// looked at.
func OpenTree(ctx context.Context, env *Env, options *Options, files *remote.Tree) (_ *Workspace, err error) {
	at := &place{paths: []string{"."}, named: []string{"."}}
	w := &Workspace{env: env, options: options, place: at, Found: &discover.Result{}, tree: atRemote{files}}
	w.watch, w.unwatch = watchOver()
	defer func() {
		if err != nil {
			w.unwatch()
		}
	}()
	if err := w.setUp(nil); err != nil {
		return nil, err
	}
	if err := w.find(ctx, false); err != nil {
		return nil, err
	}
	w.Files = slices.DeleteFunc(w.Files, func(f engine.File) bool {
		pointer := files.IsPointer(f.Path)
		if pointer {
			w.Found.Skipped = append(w.Found.Skipped, discover.Skip{Path: f.Path, Reason: kindLFS, Kind: kindLFS})
		}
		return pointer
	})
	for _, name := range files.Submodules() {
		w.Found.Skipped = append(w.Found.Skipped, discover.Skip{Path: name, Reason: kindSubmodule, Kind: kindSubmodule})
	}
	return w, nil
}

// setUp reads the configuration and its baseline.
func (w *Workspace) setUp(policy Source) error {
	if err := w.configure(rules.All(), policy); err != nil {
		return err
	}
	return w.readOwn()
}
