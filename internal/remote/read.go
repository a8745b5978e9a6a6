package remote

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// maxKept bounds in bytes what is kept of a tree. Beyond it all is dropped, and what is
// asked for again comes from the cache.
const maxKept = 32 << 20

// content is a file, or the target of a link. What is too large to be linted is not read:
// any content of that size does.
func (t *Tree) content(e Entry) ([]byte, error) {
	if e.Size > limits.FileBytes {
		return tooMuch(), nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.large[e.Hash] {
		return tooMuch(), nil
	}
	if src, ok := t.known(e.Hash); ok {
		return src, nil
	}
	src, err := t.fetch(e)
	if errors.Is(err, ErrLarge) {
		t.large[e.Hash] = true
		return tooMuch(), nil
	}
	if err != nil && t.failed == nil {
		t.failed = fmt.Errorf("%s: %w", e.Path, err)
	}
	return src, err
}

// tooMuch is the content of a file that is too large to be linted.
func tooMuch() []byte { return make([]byte, limits.FileBytes+1) }

// known is a file that was read in this run or an earlier one.
func (t *Tree) known(hash string) ([]byte, bool) {
	if src, ok := t.kept[hash]; ok {
		return src, true
	}
	if t.cache == nil {
		return nil, false
	}
	src, ok := t.cache.Get(hash)
	if ok && files.BlobHash(src, len(hash)) != hash {
		return nil, false
	}
	if ok {
		t.keep(hash, src)
	}
	return src, ok
}

func (t *Tree) keep(hash string, src []byte) {
	if t.size += len(src); t.size > maxKept {
		clear(t.kept)
		t.size = len(src)
	}
	t.kept[hash] = src
}

// fetch reads a file with those that will be asked for next.
func (t *Tree) fetch(e Entry) ([]byte, error) {
	if t.failed != nil {
		return nil, t.failed // each further one would wait for the platform again
	}
	wanted := t.ahead(e)
	answer, err := t.read(wanted)
	if err != nil {
		return nil, err
	}
	for _, w := range wanted {
		src, ok := answer[w.Hash]
		if !ok || files.BlobHash(src, len(w.Hash)) != w.Hash {
			continue // it is asked for again if somebody wants it
		}
		t.keep(w.Hash, src)
		if t.cache != nil {
			t.cache.Put(w.Hash, src)
		}
	}
	src, ok := answer[e.Hash]
	switch {
	case !ok:
		return nil, fmt.Errorf("the platform has no blob %s", e.Hash)
	case files.BlobHash(src, len(e.Hash)) != e.Hash:
		return nil, fmt.Errorf("the platform returned another blob than %s", e.Hash)
	}
	return src, nil
}

// batch is how many files a platform gives at once. besideBytes is the size up to which a
// file is read only because it may be asked for, and what one counts whose size the
// platform does not say.
const (
	batch       = 250
	besideBytes = 64 << 10
)

// ahead are the files that are read with one: at first those that nearly every run reads,
// later all of the same kind. What is left of the platform's last answer is filled with
// those that rules often read beside a document.
func (t *Tree) ahead(e Entry) []Entry {
	wanted, seen, total := []Entry{e}, map[string]bool{e.Hash: true}, weight(e)
	names := slices.Sorted(maps.Keys(t.nodes))
	add := func(most int, want func(string, Entry) bool) {
		for _, name := range names {
			n := t.nodes[name]
			if len(wanted) >= most || n.dir || n.entry.Size > limits.FileBytes || total+weight(n.entry) > maxKept/2 {
				continue
			}
			if seen[n.entry.Hash] || !want(name, n.entry) {
				continue
			}
			seen[n.entry.Hash] = true
			if _, ok := t.known(n.entry.Hash); ok {
				continue
			}
			wanted = append(wanted, n.entry)
			total += weight(n.entry)
		}
	}
	if !t.begun {
		t.begun = true
		add(limits.BlobsAhead, func(name string, e Entry) bool { return e.Kind == Link || isDocument(name) })
	} else if kind := kindOf(e.Path); !t.like[kind] {
		t.like[kind] = true
		add(limits.BlobsAhead, func(name string, _ Entry) bool { return kindOf(name) == kind })
	}
	full := (len(wanted) + batch - 1) / batch * batch
	add(full, func(name string, e Entry) bool { return e.Size <= besideBytes && isBeside(name) })
	add(full, func(name string, e Entry) bool { return e.Size >= 0 && e.Size <= besideBytes && isText(name) })
	return wanted
}

// weight is what a file counts for the memory of what is read ahead.
func weight(e Entry) int64 {
	if e.Size < 0 {
		return besideBytes
	}
	return e.Size
}

// kindOf is the ending of a name, or the name where it has none.
func kindOf(name string) string {
	base := strings.ToLower(path.Base(name))
	if ext := path.Ext(base); ext != "" {
		return ext
	}
	return base
}

// isDocument reports whether a file is linted by its name, or looked into to find out.
func isDocument(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, part := range []string{"dockerfile", "containerfile", "dockerignore", "docker-bake", "devcontainer.json"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	switch base {
	case ".gitignore", "codeowners":
		return true
	}
	return strings.HasSuffix(base, ".yml") || strings.HasSuffix(base, ".yaml")
}

// isBeside reports whether a file is one that rules often read beside a document.
func isBeside(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch base {
	case "makefile", "package.json", "go.mod", "requirements.txt", "pyproject.toml", "justfile", "gemfile", "rakefile", "pom.xml", "readme.md":
		return true
	}
	return strings.HasSuffix(base, ".sh") || strings.Contains(base, ".env") || strings.HasSuffix(base, ".csproj")
}

// isText reports whether a file may be one of the other texts that rules read.
func isText(name string) bool {
	switch path.Ext(strings.ToLower(path.Base(name))) {
	case "", ".md", ".txt", ".toml", ".env", ".example", ".conf", ".cfg", ".ini", ".xml", ".gradle", ".properties", ".hcl", ".lock", ".json":
		return true
	}
	return false
}

// lfs is how a file begins that stands for one of Git LFS
// (github.com/git-lfs/git-lfs/blob/main/docs/spec.md), lfsBytes the most bytes that it has.
const (
	lfs      = "version https://git-lfs.github.com/spec/v1\n"
	lfsBytes = 1024
)

// IsPointer reports whether the commit has, in the place of a file, only a pointer of Git
// LFS to it.
func (t *Tree) IsPointer(name string) bool {
	_, n, err := t.find("open", name)
	if err != nil || n.dir || n.entry.Size >= lfsBytes {
		return false
	}
	src, err := t.content(n.entry)
	return err == nil && len(src) < lfsBytes && bytes.HasPrefix(src, []byte(lfs))
}

var _ interface {
	fs.StatFS
	fs.ReadDirFS
} = (*Tree)(nil)
