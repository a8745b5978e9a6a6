package discover

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

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
func (s *search) with(above *ignores, dir string, entries []fs.DirEntry) *ignores {
	for _, e := range entries {
		if e.Name() == ".gitignore" && e.Type().IsRegular() {
			return s.addIgnores(above, dir)
		}
	}
	return above
}

func (s *search) addIgnores(above *ignores, dir string) *ignores {
	name := path.Join(dir, ".gitignore")
	src, err := s.root.Read(name, limits.FileBytes)
	if err != nil {
		s.skip(name, kindPatterns, "cannot be read, so it ignores nothing: "+reason(err).Error())
		return above
	}
	lines, all := ignorefile.GitPatterns(string(src))
	if !all {
		s.skip(name, kindPatterns, fmt.Sprintf("more than %s patterns, or %s bytes of them: further ones ignore nothing",
			limits.Number(limits.GitPatterns), limits.Number(limits.GitPatternBytes)))
	}
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	next := &ignores{above: above, named: map[string][]int{}}
	for _, line := range lines {
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
			all = s.addIgnores(all, at)
		}
		at = path.Join(at, part)
	}
	return all
}
