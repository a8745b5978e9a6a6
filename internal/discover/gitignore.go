package discover

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// maxIgnoreFile is the size in bytes up to which a .gitignore is read.
const maxIgnoreFile = 1 << 20

// ignores are the patterns of a folder's .gitignore; above are those of the folders
// above it. A nil one ignores nothing.
type ignores struct {
	above    *ignores
	patterns []gitignore.Pattern
	// named has the patterns that are one name, in order: no other name of a path
	// needs to be held against them. loose are the others.
	named map[string][]int
	loose []int
}

func (i *ignores) match(name string, isDir bool) bool {
	parts := strings.Split(name, "/")
	for ; i != nil; i = i.above {
		if result := i.decide(parts, isDir); result != gitignore.NoMatch {
			return result == gitignore.Exclude
		}
	}
	return false
}

// decide asks the patterns of one file: the last that matches decides.
func (i *ignores) decide(parts []string, isDir bool) gitignore.MatchResult {
	asked := i.loose
	for _, part := range parts {
		if named := i.named[part]; len(named) > 0 {
			asked = slices.Concat(asked, named)
		}
	}
	if len(asked) > len(i.loose) {
		slices.Sort(asked)
	}
	for _, n := range slices.Backward(asked) {
		if result := i.patterns[n].Match(parts, isDir); result != gitignore.NoMatch {
			return result
		}
	}
	return gitignore.NoMatch
}

// with adds the folder's own .gitignore, if it has one.
func (i *ignores) with(root Tree, dir string, entries []fs.DirEntry) *ignores {
	for _, e := range entries {
		if e.Name() == ".gitignore" && e.Type().IsRegular() {
			return i.add(root, dir)
		}
	}
	return i
}

func (i *ignores) add(root Tree, dir string) *ignores {
	src, err := root.Read(path.Join(dir, ".gitignore"), maxIgnoreFile)
	if err != nil {
		return i // what cannot be read ignores nothing
	}
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	next := &ignores{above: i, named: map[string][]int{}}
	for line := range strings.Lines(string(src)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if name := strings.TrimRight(line, " "); !strings.ContainsAny(name, `/\!*?[`) {
			next.named[name] = append(next.named[name], len(next.patterns))
		} else {
			next.loose = append(next.loose, len(next.patterns))
		}
		next.patterns = append(next.patterns, gitignore.ParsePattern(line, domain))
	}
	return next
}

// ignoresAbove reads the .gitignore files of the folders above dir.
func (s *search) ignoresAbove(dir string) *ignores {
	if s.opts.NoGitignore || dir == "." {
		return nil
	}
	var all *ignores
	at := "."
	for part := range strings.SplitSeq(dir, "/") {
		if _, err := s.root.Lstat(path.Join(at, ".gitignore")); err == nil {
			all = all.add(s.root, at)
		}
		at = path.Join(at, part)
	}
	return all
}
