// Package discover finds the files to lint below some paths, and says why
// others are not (docs/contract.md section 1, "Discovery"). It never leaves the
// root.
package discover

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
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
type Skip struct {
	Path, Reason string
	// Kind words the reason for reports, which count what they leave out, as "ignored
	// by git"; empty where nothing that could be linted is left out: what git itself
	// keeps, a link whose target is looked at, a name in another language.
	Kind string
}

// The kinds of reasons.
const (
	kindIgnored     = "ignored by git"
	kindEnvironment = "virtual environment"
	kindDependency  = "dependencies"
	kindCache       = "cache"
	kindControl     = "version control"
	kindRepository  = "another git repository"
	kindExcluded    = "excluded by the configuration"
	kindDeep        = "folder too deep"
	kindMany        = "folder with too many files"
	kindPatterns    = ".gitignore that is not read to its end"
	kindLink        = "link that is not followed"
	kindTemplate    = "template"
)

// Options say what else is left out.
type Options struct {
	// NoGitignore also finds what .gitignore names.
	NoGitignore bool
	// Committed says that all files of the root are of a commit, though git keeps no
	// index of them here.
	Committed bool
	// Excluded reports whether the configuration leaves a path out, and by which
	// pattern. It may be nil.
	Excluded func(path string) (pattern string, ok bool)
	// Configurations are names of files, without a folder, that are looked for on the way.
	Configurations []string
}

// Result is what was found, each list sorted by path.
type Result struct {
	Files    []File
	Skipped  []Skip
	Problems []lint.Problem
	// Configurations are the files with one of these names.
	Configurations []string
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
	return FindIn(Disk(root), paths, opts)
}

// FindIn is Find in any tree.
func FindIn(root Tree, paths []string, opts Options) (*Result, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	s := &search{
		root: root, opts: opts, files: map[string]File{}, skipped: map[string]Skip{}, visited: map[string]bool{},
		configurations: map[string]bool{},
	}
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
	root    Tree
	opts    Options
	files   map[string]File
	skipped map[string]Skip
	// links are symbolic links by their own path.
	links []string
	// givers are files that may name Dockerfiles: bake files, devcontainers.
	givers   []string
	visited  map[string]bool
	problems []lint.Problem
	// configurations are the files with the names that are looked for.
	configurations map[string]bool
	// index is what git tracks, once that was asked for; nil where it is not known.
	index Index
	asked bool
}

// holdsFile reports whether something was found below a path by an earlier one.
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
		for _, base := range s.opts.Configurations {
			if beside := path.Join(path.Dir(name), base); s.readable(beside) == nil {
				s.configurations[beside] = true
			}
		}
		return nil
	}
	s.folder(name, s.ignoresAbove(name), false, 0)
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

// folder looks at a folder, which git ignores as a whole or not.
func (s *search) folder(dir string, ignores *ignores, ignored bool, depth int) {
	if s.visited[dir] {
		return
	}
	s.visited[dir] = true
	if depth > limits.Depth {
		s.skip(dir, kindDeep, fmt.Sprintf("more than %d folders deep", limits.Depth))
		return
	}
	entries, more, err := s.root.List(dir, limits.Entries)
	if more {
		s.skip(path.Join(dir, "..."), kindMany, fmt.Sprintf("more than %d files and folders", limits.Entries))
	}
	if err != nil {
		s.problems = append(s.problems, lint.Problem{File: dir, Message: "cannot be read: " + reason(err).Error()})
		return
	}
	if !s.opts.NoGitignore {
		ignores = s.with(ignores, dir, entries)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			below := ignored || ignores.match(name, true)
			if kind, why := s.skipFolder(name, below); why != "" {
				s.skip(name, kind, why)
			} else {
				s.folder(name, ignores, below, depth+1)
			}
		case e.Type()&fs.ModeSymlink != 0:
			s.links = append(s.links, name)
		case e.Type().IsRegular():
			s.file(name, func() bool { return ignored || ignores.match(name, false) })
		}
	}
}

func (s *search) skip(name, kind, reason string) { s.skipped[name] = Skip{name, reason, kind} }

// skipFolder says why a folder is not entered; reason is empty for one that is.
func (s *search) skipFolder(name string, ignored bool) (kind, reason string) {
	switch path.Base(name) {
	case ".git":
		return "", "version control" // git takes no file of it into a commit
	case ".hg", ".svn":
		return s.unlessForeign(name, kindControl), kindControl
	case "node_modules", "vendor", "bower_components":
		return s.unlessForeign(name, kindDependency), kindDependency
	case "__pycache__":
		return s.unlessForeign(name, kindCache), kindCache
	}
	if s.isEnvironment(name) {
		return kindEnvironment, kindEnvironment
	}
	if _, err := s.root.Lstat(path.Join(name, ".git")); err == nil {
		return kindRepository, kindRepository
	}
	if pattern, ok := s.excluded(name); ok {
		return kindExcluded, "excluded by " + pattern
	}
	if tracked, known := s.tracksBelow(name); ignored && (!known || !tracked) {
		return kindIgnored, kindIgnored
	}
	return "", ""
}

// unlessForeign is the kind of a folder, or none where git is known to track nothing
// of it: then it is no part of the repository.
func (s *search) unlessForeign(name, kind string) string {
	if tracked, known := s.tracksBelow(name); known && !tracked {
		return ""
	}
	return kind
}

// isEnvironment reports whether a folder is a virtual environment of Python: one with
// its programs and libraries, of which git tracks nothing.
func (s *search) isEnvironment(name string) bool {
	if s.opts.Committed {
		return false
	}
	if info, err := s.root.Lstat(path.Join(name, "pyvenv.cfg")); err != nil || !info.Mode().IsRegular() {
		return false
	}
	if tracked, known := s.tracksBelow(name); known {
		return !tracked
	}
	for _, parts := range [][2]string{{"bin", "lib"}, {"Scripts", "Lib"}} {
		programs, err := s.root.Stat(path.Join(name, parts[0]))
		libraries, libErr := s.root.Stat(path.Join(name, parts[1]))
		if err == nil && libErr == nil && programs.IsDir() && libraries.IsDir() {
			return true
		}
	}
	return false
}

// tracked is what git tracks; nil where that is not known.
func (s *search) tracked() Index {
	if !s.asked {
		s.asked, s.index = true, s.root.Index()
	}
	return s.index
}

func (s *search) tracksBelow(dir string) (tracked, known bool) {
	if s.opts.Committed {
		return true, true
	}
	t := s.tracked()
	return t != nil && t.Below(dir), t != nil
}

// isIgnored reports whether git leaves a file out which a pattern of a .gitignore names:
// not one that it tracks.
func (s *search) isIgnored(name string) bool {
	t := s.tracked()
	return t == nil || !t.Has(name)
}

// classify is what a file of the tree is: by its name, else by its first bytes.
func (s *search) classify(name string, named bool) (c class, ok bool) {
	if isWorkflow(name) {
		return class{target: lint.TargetWorkflow}, true
	}
	if mayBeForLanguage(name) && s.beginsWithFrom(name) {
		return class{}, true
	}
	if c, ok := classify(name); ok && (c.skip == "" || !isYAML(name)) {
		return c, true
	}
	if isYAML(name) {
		if c, ok := s.sniff(name, named); ok {
			return c, true
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

// file takes a file that a search came by; ignored reports whether a pattern of a
// .gitignore names it, which nobody asks of most files.
func (s *search) file(name string, ignored func() bool) {
	isKept := func() bool { return !ignored() || !s.isIgnored(name) }
	if isGiver(name) && isKept() {
		s.givers = append(s.givers, name)
	}
	if slices.Contains(s.opts.Configurations, path.Base(name)) && isKept() {
		s.configurations[name] = true
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
		s.skip(name, c.kind, c.skip)
	case excluded:
		s.skip(name, kindExcluded, "excluded by "+pattern)
	case ignored() && s.isIgnored(name):
		s.skip(name, kindIgnored, kindIgnored)
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
			s.skip(link, kindLink, "symbolic link to nothing, or to a place outside of the root")
			continue
		}
		if info.IsDir() {
			continue
		}
		if err := s.readable(target); err != nil {
			s.skip(link, kindLink, "symbolic link to "+target+": "+reason(err).Error())
			continue
		}
		s.skip(link, "", "symbolic link to "+target)
		if _, known := s.files[target]; !known && s.skipped[target].Reason == "" && !s.skippedAbove(target) {
			s.files[target] = File{Path: target, Target: c.target, Template: c.template}
		}
	}
	s.links = nil
}

func (s *search) result() *Result {
	r := &Result{Problems: s.problems, Configurations: slices.Sorted(maps.Keys(s.configurations))}
	for _, f := range s.files {
		r.Files = append(r.Files, f)
	}
	for name, skip := range s.skipped {
		if _, found := s.files[name]; !found {
			r.Skipped = append(r.Skipped, skip)
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
