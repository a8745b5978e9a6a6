package run

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
)

// Live is a workspace of which files change while it is looked at: that of an editor. It
// is for one goroutine at a time.
type Live struct {
	*Workspace
	over *overDisk
	// stale is set once the list of files, or what the store has, may be wrong.
	stale bool
}

// OpenLive makes the workspace of a root folder, an absolute path, in which the files of
// changed have other contents, by their paths from the root. paths are what is looked at
// in it; none means all. The configuration is the disk's.
func OpenLive(ctx context.Context, env *Env, options *Options, dir string, paths []string, changed map[string][]byte) (_ *Live, err error) {
	at := &place{dir: dir, paths: paths, named: paths}
	if len(paths) == 0 {
		at.paths, at.named = []string{"."}, []string{dir}
	}
	if at.root, err = files.Open(dir); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, Plain(err))
	}
	w := &Workspace{env: env, options: options, place: at, Found: &discover.Result{}}
	l := &Live{Workspace: w, over: newOverDisk(onDisk{discover.Disk(at.root), at.root.FS()}, changed)}
	w.tree = l.over
	w.watch, w.unwatch = watchOver()
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	if err := w.setUp(nil); err != nil {
		return nil, err
	}
	if err := w.find(ctx, false); err != nil {
		return nil, err
	}
	l.live()
	return l, nil
}

// live replaces the store of the workspace by one of which a part can be dropped.
func (l *Live) live() {
	l.store = project.NewLive(l.tree, l.place.shown)
	for i := range l.Files {
		l.Files[i] = l.fileIn(l.Files[i], l.store, l.tree)
	}
}

// fileIn is a file as it is seen in another store.
func (l *Live) fileIn(f engine.File, store *project.Store, tree project.Files) engine.File {
	name := l.place.inside(f.Path)
	f.Context = l.contextIn(store, name)
	f.Open = func() (io.ReadCloser, error) { return openIn(store, tree, name) }
	return f
}

// Stale reports whether the workspace must be opened anew.
func (l *Live) Stale() bool { return l.stale || l.watch.Fired() != "" }

// Set gives a file another content, nil for that of the disk, and reports whether anything
// changed. Where the change adds or removes a file, or changes which files there are to
// lint, the workspace is stale after it.
func (l *Live) Set(name string, content []byte) (changed bool) {
	if actual, _, err := l.over.onDisk.Real(name); err == nil {
		name = actual
	}
	before, wasThere := l.over.content(name)
	_, was := l.over.changed[name]
	if content == nil && !was {
		return false
	}
	if content == nil {
		delete(l.over.changed, name)
	} else {
		l.over.changed[name] = content
	}
	after, isThere := l.over.content(name)
	switch {
	case wasThere != isThere:
		l.stale = true
		return true
	case bytes.Equal(before, after):
		return false
	case discover.Told(name, before, config.FileNames()) != discover.Told(name, after, config.FileNames()):
		l.stale = true
	}
	l.store.Changed(name)
	return true
}

// File is the file of a path from the root; ok is false where it is not linted. A file that
// no search finds is read as target if it was named as one, and is not left out for a
// reason.
func (l *Live) File(name string, named *lint.Target) (f engine.File, ok bool) {
	if actual, _, err := l.over.Real(name); err == nil {
		name = actual
	}
	shown := l.place.shown(name)
	i, ok := slices.BinarySearchFunc(l.Files, shown, func(f engine.File, path string) int { return strings.Compare(f.Path, path) })
	if ok {
		return l.Files[i], true
	}
	if named == nil || !l.checker.Reads(*named) || l.isSkipped(name) {
		return engine.File{}, false
	}
	return l.fileIn(engine.File{Path: shown, Target: *named, Policy: l.Rules.For(name)}, l.store, l.tree), true
}

// isSkipped reports whether a search left a file out, or a folder that it lies in.
func (l *Live) isSkipped(name string) bool {
	if _, ok := l.Rules.Excluded(name); ok {
		return true
	}
	return slices.ContainsFunc(l.Found.Skipped, func(s discover.Skip) bool { return s.Path == name || strings.HasPrefix(name, s.Path+"/") })
}

// CheckOne checks one file as Check does all. asked is what the answer depends on.
func (l *Live) CheckOne(ctx context.Context, f engine.File) (r *lint.Result, asked *project.Asked) {
	r = &lint.Result{Files: []string{f.Path}, AsOf: l.Rules.Settings().AsOf}
	asked = l.store.Record(func() {
		src, err := engine.Read(f)
		if err != nil {
			r.Problems = []lint.Problem{{File: f.Path, Message: "cannot be read: " + Plain(err).Error()}}
			return
		}
		checked := l.checker.Check(ctx, f, src)
		r.Diagnostics, r.Skipped, r.Problems = checked.Diagnostics, checked.Skipped, checked.Problems
	})
	l.markKnown(r.Diagnostics)
	return r, asked
}

// markKnown marks what the configuration's baseline knows.
func (l *Live) markKnown(found []*lint.Diagnostic) {
	if l.known == nil {
		return
	}
	r := &lint.Result{Diagnostics: found}
	l.known.Mark(r)
	l.unmark(r)
}

// Notices are what is said of the configuration, and problems what kept files from being
// found.
func (l *Live) Notices() (notices []string, problems []lint.Problem) {
	return slices.Concat(l.notices, l.refused), l.problems
}

// Config is the path of the configuration that counts, from the root; empty for none.
func (l *Live) Config() string { return l.config }

// Frozen is a workspace with the files as they are now, which later changes do not touch:
// for what takes long, on a goroutine of its own. It is not closed.
func (l *Live) Frozen() *Workspace {
	w := new(*l.Workspace)
	w.tree = newOverDisk(l.over.onDisk, maps.Clone(l.over.changed))
	w.store = project.New(w.tree, w.place.shown)
	w.Files = slices.Clone(l.Files)
	frozen := &Live{Workspace: w}
	for i := range w.Files {
		w.Files[i] = frozen.fileIn(w.Files[i], w.store, w.tree)
	}
	return w
}

// FixOne applies the fixes of one file as Fix does those of all, and writes nothing. What the
// baseline knows is left as it is.
func (l *Live) FixOne(f engine.File) func(ctx context.Context, unsafe bool) *engine.Fixed {
	w := l.Frozen()
	file := (&Live{Workspace: w}).fileIn(f, w.store, w.tree)
	return func(ctx context.Context, unsafe bool) *engine.Fixed {
		return w.fixOne(ctx, Fixing{Unsafe: unsafe, Mark: l.markKnown}, file, nil, "")
	}
}

// ProveOne proves the first fix of each of these findings of a file that counts, and writes
// what came of it into them.
func (l *Live) ProveOne(f engine.File, found []*lint.Diagnostic) func(ctx context.Context) {
	w := l.Frozen()
	file := (&Live{Workspace: w}).fileIn(f, w.store, w.tree)
	return func(ctx context.Context) {
		engine.Prove(ctx, w.checker, &lint.Result{Diagnostics: found}, []engine.File{file}, 1)
	}
}

// overDisk is a work tree in which an editor has changed files and not saved them.
type overDisk struct {
	onDisk
	project.Files
	// changed are their contents, by the paths that no link is on the way to.
	changed map[string][]byte
}

func newOverDisk(disk onDisk, changed map[string][]byte) *overDisk {
	if changed == nil {
		changed = map[string][]byte{}
	}
	return &overDisk{onDisk: disk, Files: project.Overlay(disk, changed), changed: changed}
}

// actual is a path without links.
func (t *overDisk) actual(name string) string {
	if _, ok := t.changed[name]; ok || len(t.changed) == 0 {
		return name
	}
	if actual, _, err := t.onDisk.Real(name); err == nil {
		return actual
	}
	return name
}

// content is what a file has; ok is false where there is none.
func (t *overDisk) content(name string) (content []byte, ok bool) {
	content, err := t.Read(name, engine.MaxFileSize+1)
	return content, err == nil
}

// Open implements tree.
func (t *overDisk) Open(name string) (fs.File, error) {
	if actual := t.actual(name); t.changed[actual] != nil {
		return t.Files.Open(actual)
	}
	return t.onDisk.Open(name)
}

// Stat implements tree.
func (t *overDisk) Stat(name string) (fs.FileInfo, error) { return t.Files.Stat(t.actual(name)) }

// Lstat implements tree.
func (t *overDisk) Lstat(name string) (fs.FileInfo, error) {
	info, err := t.onDisk.Lstat(name)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return info, nil
	}
	if info, err := t.Files.Stat(name); err == nil {
		return info, nil
	}
	return info, err
}

// Real implements tree.
func (t *overDisk) Real(name string) (actual string, info fs.FileInfo, err error) {
	if actual, info, err = t.onDisk.Real(name); err == nil {
		return actual, info, nil
	}
	if info, found := t.Files.Stat(path.Clean(name)); found == nil {
		return path.Clean(name), info, nil
	}
	return "", nil, err
}

// Read implements tree.
func (t *overDisk) Read(name string, limit int64) ([]byte, error) {
	content, ok := t.changed[t.actual(name)]
	switch {
	case !ok:
		return t.onDisk.Read(name, limit)
	case int64(len(content)) > limit:
		return nil, &fs.PathError{Op: "read", Path: name, Err: files.ErrTooLarge}
	}
	return content, nil
}

// ReadDir implements tree.
func (t *overDisk) ReadDir(name string) ([]fs.DirEntry, error) {
	return t.Files.ReadDir(t.actual(name))
}

// List implements tree.
func (t *overDisk) List(dir string, limit int) (entries []fs.DirEntry, more bool, err error) {
	entries, err = t.ReadDir(dir)
	if len(entries) > limit {
		return entries[:limit], true, err
	}
	return entries, false, err
}

// Named is the path from the root of one that reports show.
func (l *Live) Named(shown string) string { return l.place.inside(shown) }

// Try checks a file as if it had another content, which nothing keeps.
func (l *Live) Try(ctx context.Context, f engine.File, src []byte) []*lint.Diagnostic {
	found := l.checker.Check(ctx, f, src).Diagnostics
	l.markKnown(found)
	return found
}

// pinning are the rules whose fixes pin images by their digests.
var pinning = []string{"image-not-pinned-by-digest", "compose-image-not-pinned-by-digest"}

// PinOne pins the images that a file names by their digests, as registries have them now, and
// writes nothing. It connects to the registries that options allow, whatever Online says: it
// is called where a person asks for it. left is why images were not pinned.
func PinOne(
	ctx context.Context, env *Env, options *Options, dir, name string, changed map[string][]byte,
) (fixed *engine.Fixed, left []string, err error) {
	online := *options
	online.Online = true
	online.Rules.Select = pinning
	l, err := OpenLive(ctx, env, &online, dir, []string{name}, changed)
	if err != nil {
		return nil, nil, err
	}
	defer l.Close()
	if err := l.GoOnline(ctx); err != nil {
		return nil, nil, err
	}
	all := l.Fix(ctx, Fixing{Narrow: true})
	if len(all) == 0 || all[0].Left == nil {
		return nil, nil, fmt.Errorf("%s is not linted", name)
	}
	left = ProblemLines(append(all[0].Problems, l.unanswered()...))
	for _, d := range all[0].Left.Diagnostics {
		left = append(left, fmt.Sprintf("line %d: %s", d.Start().Line, d.Message))
	}
	return all[0], left, nil
}
