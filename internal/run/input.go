package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
)

// locateInput is where standard input lies by its name: nil where no name was given, its
// folder is not there, or the name is that of something else than a file.
func locateInput(workDir, name string) *place {
	if name == "" {
		return nil
	}
	dir, inRoot, _ := files.Confine(workDir, name)
	p := &place{dir: dir, paths: []string{inRoot}, named: []string{name}}
	if !files.Holds(dir, workDir) && dir != workDir {
		p.prefix = files.Slashed(workDir, dir)
	}
	root, err := files.Open(dir)
	if err != nil {
		return nil
	}
	p.root = root
	if folder, err := root.Stat(path.Dir(inRoot)); err == nil && folder.IsDir() {
		info, err := root.Stat(inRoot)
		if errors.Is(err, fs.ErrNotExist) || (err == nil && info.Mode().IsRegular()) {
			return p
		}
	}
	_ = root.Close() // it was only looked at
	return nil
}

// openInput makes the workspace of standard input, which takes the place of the file of its
// name.
func openInput(ctx context.Context, env *Env, options *Options, at *place, policy Source) (_ *Workspace, err error) {
	w := &Workspace{env: env, options: options, place: at, Found: &discover.Result{}}
	w.watch, w.unwatch = watchOver()
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	disk := onDisk{discover.Disk(at.root), at.root.FS()}
	w.tree = disk
	if err := w.setUp(policy); err != nil {
		return nil, err
	}
	var input []byte
	err = w.watch.Around(ctx, w.place.shown(at.paths[0]), engine.StepRead, func() (err error) {
		input, err = io.ReadAll(io.LimitReader(env.Stdin, engine.MaxFileSize+1))
		return err
	})
	if err != nil {
		return nil, &Incomplete{fmt.Errorf("standard input cannot be read: %w", Plain(err))}
	}
	name := at.paths[0]
	if actual, _, err := at.root.Real(name); err == nil {
		name = actual
	}
	w.tree = newOverDisk(disk, map[string][]byte{name: input})
	return w, w.find(ctx, true)
}
