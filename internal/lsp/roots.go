package lsp

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/run"
)

// root is a folder whose files see each other, with its configuration.
type root struct {
	dir string
	// only are the paths that are looked at in it; none for all.
	only []string
	// live is nil where the root cannot be opened, for err.
	live *run.Live
	err  error
	// set are the documents that live has, by their paths.
	set map[string]*document
	// results are what is known of the files, by their paths from the root.
	results map[string]*result
	// nextID counts the results, for their ids.
	nextID int
}

// result is what is known of a file.
type result struct {
	id    string
	file  engine.File
	found *lint.Result
	asked *project.Asked
	text  *content
	// proved are the findings whose fixes were proved, by fingerprint; fixed is what all
	// safe fixes make of the file, nil for not known.
	proved map[string]*lint.Diagnostic
	fixed  *engine.Fixed
	// ignored are the comments that ignore findings, by fingerprint; nil for none.
	ignored map[string]*ignoreEdit
}

func (r *root) close() {
	if r.live != nil {
		r.live.Close()
		r.live = nil
	}
}

// isConfig reports whether a path from a root is that of a configuration of ours.
func isConfig(name string) bool { return slices.Contains(config.Names(), name) }

// sync brings the roots to where the documents are, and returns how many changes there had
// been. It is called by whoever works.
func (s *server) sync(ctx context.Context) (changes int) {
	s.mu.Lock()
	changes = s.changes
	renew := s.renew
	s.renew = false
	byRoot := map[string]map[string]*document{}
	for _, folder := range s.folders {
		key, _ := s.place(fileURI(filepath.Join(folder, "Dockerfile")))
		byRoot[key] = map[string]*document{}
	}
	for _, d := range s.docs {
		if d.root == "" {
			continue
		}
		if byRoot[d.root] == nil {
			byRoot[d.root] = map[string]*document{}
		}
		byRoot[d.root][d.name] = d
	}
	s.mu.Unlock()
	for key, r := range s.roots {
		if byRoot[key] == nil {
			r.close()
			delete(s.roots, key)
		}
	}
	for key, docs := range byRoot {
		r := s.roots[key]
		if r == nil {
			r = &root{dir: key}
			if dir, name, ok := strings.Cut(key, alone); ok {
				r.dir, r.only = dir, []string{name}
			}
			s.roots[key] = r
			s.open(ctx, r, docs)
			continue
		}
		if renew || r.live == nil || !r.update(docs) {
			s.open(ctx, r, docs)
		}
	}
	return changes
}

// update hands changed documents to the root. ok is false where it must be opened anew.
func (r *root) update(docs map[string]*document) (ok bool) {
	for name, was := range r.set {
		if now := docs[name]; now == nil {
			r.changed(name, nil)
		} else if now.text != was.text {
			r.changed(name, now)
		}
	}
	for name, d := range docs {
		if r.set[name] == nil {
			r.changed(name, d)
		} else if d.language != r.set[name].language {
			delete(r.results, name)
		}
	}
	r.set = docs
	return !r.live.Stale()
}

// changed drops what a change makes old.
func (r *root) changed(name string, d *document) {
	var src []byte
	if d != nil {
		src = nonNil(d.text.src)
	}
	delete(r.results, name)
	if isConfig(name) || !r.live.Set(name, src) {
		return
	}
	for other, x := range r.results {
		if x.asked.Has(name) {
			delete(r.results, other)
		}
	}
}

func nonNil(src []byte) []byte {
	if src == nil {
		return []byte{}
	}
	return src
}

// open opens a root anew: its configuration, its files, and what is known of them.
func (s *server) open(ctx context.Context, r *root, docs map[string]*document) {
	r.close()
	r.set, r.results = docs, map[string]*result{}
	changed := map[string][]byte{}
	for name, d := range docs {
		if !isConfig(name) { // a configuration counts once it is saved
			changed[name] = nonNil(d.text.src)
		}
	}
	options := s.options.Run
	r.live, r.err = run.OpenLive(ctx, s.options.Env, &options, r.dir, r.only, changed)
	if r.err != nil {
		r.live = nil
		if len(r.only) == 0 && ctx.Err() == nil {
			s.showOnce(messageError, fmt.Sprintf("dockmend: %s: %s", r.dir, r.err))
		}
		return
	}
	notices, problems := r.live.Notices()
	for _, line := range append(notices, run.ProblemLines(problems)...) {
		if !s.told[line] {
			s.told[line] = true
			s.log(line)
		}
	}
}

// target is what a document is read as by its language; nil where that says nothing.
func (d *document) target() *lint.Target {
	t := lint.TargetDockerfile
	switch d.language {
	case "dockerfile", "containerfile":
	case "dockercompose", "yaml.docker-compose":
		t = lint.TargetCompose
	default:
		return nil
	}
	return &t
}

// result checks a file of a root, unless that is known. It returns nil where the file is not
// linted.
func (r *root) result(ctx context.Context, name string) *result {
	if x := r.results[name]; x != nil {
		return x
	}
	if r.live == nil {
		return nil
	}
	d := r.set[name]
	var named *lint.Target
	if d != nil {
		named = d.target()
	}
	f, ok := r.live.File(name, named)
	if !ok {
		return nil
	}
	x := &result{file: f, proved: map[string]*lint.Diagnostic{}}
	x.found, x.asked = r.live.CheckOne(ctx, f)
	switch {
	case d != nil:
		x.text = d.text
	case len(x.found.Diagnostics) > 0:
		x.text = newContent(x.found.Diagnostics[0].Source.Bytes)
	default:
		x.text = newContent(nil)
	}
	r.nextID++
	x.id = fmt.Sprint(r.nextID)
	r.results[name] = x
	return x
}

// names are the files of a root that are linted, and the documents that may be.
func (r *root) names() []string {
	all := map[string]bool{}
	if r.live != nil {
		for _, f := range r.live.Files {
			all[r.live.Named(f.Path)] = true
		}
	}
	for name := range r.set {
		all[name] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// uri is the URI of a file of the root, as the client names it if it is open.
func (r *root) uri(name string) string {
	if d := r.set[name]; d != nil {
		return d.uri
	}
	return fileURI(filepath.Join(r.dir, filepath.FromSlash(name)))
}

// scratch lints a document that is no file, as lint does standard input.
func (s *server) scratch(ctx context.Context, d *document) *result {
	t := d.target()
	if t == nil {
		return nil
	}
	options, env := s.options.Run, *s.options.Env
	env.Stdin = strings.NewReader(string(d.text.src))
	options.StdinName = ""
	if *t == lint.TargetCompose {
		options.StdinName = path.Join("untitled", "compose.yaml")
	}
	all, err := run.Open(ctx, &env, &options, []string{"-"})
	if err != nil {
		return nil
	}
	defer all.Close()
	found, err := all.Check(ctx)
	if err != nil {
		return nil
	}
	return &result{file: all[0].Files[0], found: found[0], text: d.text, proved: map[string]*lint.Diagnostic{}}
}
