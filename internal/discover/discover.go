// Package discover finds the files to lint below some paths, and says why
// others are not (docs/contract.md section 1, "Discovery"). It never leaves the
// root.
package discover

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
)

const (
	// maxDepth is how many folders deep a search goes.
	maxDepth = 128
	// maxEntries is how many files and folders of one folder are looked at.
	maxEntries = 100_000
)

// File is a file to lint.
type File struct {
	// Path is relative to the root, with slashes.
	Path   string
	Target lint.Target
	// Template is set when the name says that the file is a template.
	Template bool
	// Named is set when the path was named itself.
	Named bool
}

// Skip is a file that looks like one of ours, or a folder, that was left out.
type Skip struct{ Path, Reason string }

// Options say what else is left out.
type Options struct {
	// NoGitignore also finds what .gitignore names.
	NoGitignore bool
	// Excluded tells whether the configuration leaves a path out, and by which
	// pattern. It may be nil.
	Excluded func(path string) (pattern string, ok bool)
}

// Result is what was found, each list sorted by path.
type Result struct {
	Files    []File
	Skipped  []Skip
	Problems []lint.Problem
}

// ErrMissing is wrapped by the error for a path that does not exist, ErrNothing
// by the one for paths that hold nothing to lint; the result then says what was
// skipped.
var (
	ErrMissing = errors.New("no such file or folder")
	ErrNothing = errors.New("nothing to lint")
)

// Find looks at and below paths, which are relative to the root with slashes.
// A file among them is found whatever its name.
func Find(root *files.Root, paths []string, opts Options) (*Result, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	s := &search{root: root, opts: opts, files: map[string]File{}, skipped: map[string]string{}, visited: map[string]bool{}}
	var empty []string
	for _, name := range paths {
		before := len(s.files)
		if err := s.named(path.Clean(name)); err != nil {
			return nil, err
		}
		if len(s.files) == before && !s.holdsFile(name) {
			empty = append(empty, name)
		}
	}
	s.followNames()
	result := s.result()
	if len(empty) > 0 {
		return result, fmt.Errorf("%w at %s", ErrNothing, strings.Join(empty, ", "))
	}
	return result, nil
}

// search is one run of Find.
type search struct {
	root    *files.Root
	opts    Options
	files   map[string]File
	skipped map[string]string
	// links are symbolic links by their own path.
	links []string
	// givers are files that may name Dockerfiles: bake files, devcontainers.
	givers   []string
	visited  map[string]bool
	problems []lint.Problem
}

// holdsFile tells whether something was found below a path by an earlier one.
func (s *search) holdsFile(dir string) bool {
	dir = path.Clean(dir)
	for name := range s.files {
		if dir == "." || name == dir || strings.HasPrefix(name, dir+"/") {
			return true
		}
	}
	return false
}

// named takes a path of the command line.
func (s *search) named(name string) error {
	info, err := s.root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: %w", name, ErrMissing)
	case err != nil:
		return fmt.Errorf("%s: %w", name, reason(err))
	case !info.IsDir():
		if err := s.readable(name); err != nil {
			return fmt.Errorf("%s: %w", name, reason(err))
		}
		c, known := s.classify(name, true)
		if isYAML(name) && (!known || c.skip != "") {
			return fmt.Errorf("%s: it is %w", name, ErrForeign)
		}
		s.files[name] = File{Path: name, Target: c.target, Template: c.template, Named: true}
		return nil
	}
	s.folder(name, s.ignoresAbove(name), 0)
	s.followLinks()
	return nil
}

// readable is the error of a file that is no regular one, or one of version control.
func (s *search) readable(name string) error {
	f, err := s.root.Open(name)
	if err != nil {
		return err
	}
	return f.Close()
}

func (s *search) folder(dir string, ignores *ignores, depth int) {
	if s.visited[dir] {
		return
	}
	s.visited[dir] = true
	if depth > maxDepth {
		s.skipped[dir] = fmt.Sprintf("more than %d folders deep", maxDepth)
		return
	}
	entries, more, err := s.root.List(dir, maxEntries)
	if more {
		s.skipped[dir] = fmt.Sprintf("more than %d files and folders: the others were not looked at", maxEntries)
	}
	if err != nil {
		s.problems = append(s.problems, lint.Problem{File: dir, Message: "cannot be read: " + reason(err).Error()})
		return
	}
	if !s.opts.NoGitignore {
		ignores = ignores.with(s.root, dir, entries)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if why := s.skipFolder(name, ignores); why != "" {
				s.skipped[name] = why
			} else {
				s.folder(name, ignores, depth+1)
			}
		case e.Type()&fs.ModeSymlink != 0:
			s.links = append(s.links, name)
		case e.Type().IsRegular():
			s.file(name, ignores)
		}
	}
}

// skipFolder says why a folder is not entered; empty for one that is.
func (s *search) skipFolder(name string, ignores *ignores) string {
	switch path.Base(name) {
	case ".git", ".hg", ".svn":
		return "version control"
	case "node_modules", "vendor", "bower_components":
		return "dependencies"
	case "__pycache__":
		return "cache"
	}
	if _, err := s.root.Lstat(path.Join(name, "pyvenv.cfg")); err == nil {
		return "virtual environment"
	}
	if _, err := s.root.Lstat(path.Join(name, ".git")); err == nil {
		return "another git repository"
	}
	if pattern, ok := s.excluded(name); ok {
		return "excluded by " + pattern
	}
	if ignores.match(name, true) {
		return "ignored by git"
	}
	return ""
}

// classify is what a file of the tree is: by its name, else by its first bytes.
func (s *search) classify(name string, named bool) (c class, ok bool) {
	if isWorkflow(name) {
		return class{target: lint.TargetWorkflow}, true
	}
	if c, ok := classify(name); ok && (c.skip == "" || !isYAML(name)) {
		return c, true
	}
	if isYAML(name) {
		if target, ok := s.sniff(name, named); ok {
			return class{target: target}, true
		}
	}
	return classify(name)
}

func (s *search) excluded(name string) (string, bool) {
	if s.opts.Excluded == nil {
		return "", false
	}
	return s.opts.Excluded(name)
}

// file takes a file that a search came by.
func (s *search) file(name string, ignores *ignores) {
	if isGiver(name) && !ignores.match(name, false) {
		s.givers = append(s.givers, name)
	}
	if _, known := s.files[name]; known {
		return
	}
	c, ours := s.classify(name, false)
	if !ours {
		return
	}
	pattern, excluded := s.excluded(name)
	switch {
	case c.skip != "":
		s.skipped[name] = c.skip
	case excluded:
		s.skipped[name] = "excluded by " + pattern
	case ignores.match(name, false):
		s.skipped[name] = "ignored by git"
	default:
		s.files[name] = File{Path: name, Target: c.target, Template: c.template}
	}
}

// followLinks takes the targets of links with our names that nothing else
// found, under the targets' own names.
func (s *search) followLinks() {
	for _, link := range s.links {
		c, ours := classify(link)
		if !ours || c.skip != "" {
			continue
		}
		if _, known := s.files[link]; known {
			continue
		}
		target, info, err := s.root.Real(link)
		if err != nil {
			s.skipped[link] = "symbolic link that leads nowhere, or out of the root"
			continue
		}
		if info.IsDir() {
			continue
		}
		if err := s.readable(target); err != nil {
			s.skipped[link] = "symbolic link to " + target + ": " + reason(err).Error()
			continue
		}
		s.skipped[link] = "symbolic link to " + target
		if _, known := s.files[target]; !known && s.skipped[target] == "" && !s.skippedAbove(target) {
			s.files[target] = File{Path: target, Target: c.target, Template: c.template}
		}
	}
	s.links = nil
}

func (s *search) result() *Result {
	r := &Result{Problems: s.problems}
	for _, f := range s.files {
		r.Files = append(r.Files, f)
	}
	for name, why := range s.skipped {
		if _, found := s.files[name]; !found {
			r.Skipped = append(r.Skipped, Skip{name, why})
		}
	}
	slices.SortFunc(r.Files, func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(r.Skipped, func(a, b Skip) int { return cmp.Compare(a.Path, b.Path) })
	return r
}

// reason is an error without the path, which stands beside it already.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
