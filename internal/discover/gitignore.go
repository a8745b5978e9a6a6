package discover

import (
	"io/fs"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// maxIgnoreFile is the size in bytes up to which a .gitignore is read.
const maxIgnoreFile = 1 << 20

// ignores are the .gitignore patterns that hold in a folder: its own and those
// of the folders above. A nil one ignores nothing.
type ignores struct {
	patterns []gitignore.Pattern
	matcher  gitignore.Matcher
}

func (i *ignores) match(name string, isDir bool) bool {
	return i != nil && i.matcher.Match(strings.Split(name, "/"), isDir)
}

// with adds the folder's own .gitignore, if it has one.
func (i *ignores) with(root *files.Root, dir string, entries []fs.DirEntry) *ignores {
	for _, e := range entries {
		if e.Name() == ".gitignore" && e.Type().IsRegular() {
			return i.add(root, dir)
		}
	}
	return i
}

func (i *ignores) add(root *files.Root, dir string) *ignores {
	src, err := root.Read(path.Join(dir, ".gitignore"), maxIgnoreFile)
	if err != nil {
		return i // what cannot be read ignores nothing
	}
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	next := &ignores{}
	if i != nil {
		next.patterns = append(next.patterns, i.patterns...)
	}
	for line := range strings.Lines(string(src)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		next.patterns = append(next.patterns, gitignore.ParsePattern(line, domain))
	}
	next.matcher = gitignore.NewMatcher(next.patterns)
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
