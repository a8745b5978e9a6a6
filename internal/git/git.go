// Package git reads what a git repository holds: references, commits, trees, files
// and the index. It reads the files of .git as data, each of them bounded: no
// program is run, no setting obeyed, nothing fetched, no attribute of the work tree
// looked at, so that a repository has no say in what is read.
package git

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
)

// Errors of this package.
var (
	// ErrNoRepository is wrapped where a folder is not the top of a work tree.
	ErrNoRepository = errors.New("this is not a git repository")
	// ErrUnsupported is wrapped for a repository in a format that is not read, such
	// as one with hashes of SHA-256.
	ErrUnsupported = errors.New("this format of repository is not supported")
	// ErrMissing is wrapped for an object that is not there, as in a partial clone.
	ErrMissing = errors.New("object is not in this clone")
	// ErrDamaged is wrapped for an object, or a file of .git, that is not what it
	// should be.
	ErrDamaged = errors.New("repository is damaged")
	// ErrTooLarge is wrapped for an object with more bytes than the caller takes.
	ErrTooLarge = errors.New("object is too large")
)

const (
	// maxSmall is the size in bytes up to which files of .git with a few lines are
	// read, maxList that of those with a line for each reference or commit.
	maxSmall = 1 << 20
	maxList  = 64 << 20
	// maxAlternates is how many folders of objects are looked at.
	maxAlternates = 16
)

// Hash is the name of an object.
type Hash [20]byte

// String is the hash in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// parseHash reads 40 hexadecimal digits.
func parseHash(s string) (h Hash, ok bool) {
	if len(s) != 2*len(h) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}

// Repository is an open repository. It may be used by several goroutines.
type Repository struct {
	// dir is .git, or what is that of this work tree alone; common has what work
	// trees share.
	dir, common *files.Root
	config      config
	shallow     map[Hash]bool

	mu     sync.Mutex
	stores []*store
	packed map[string]Hash // nil until it is read
	cache  deltaCache

	// unpacked counts the bytes of objects so far, of which there may be most.
	unpacked atomic.Int64
	most     int64
}

// Open opens the repository of a work tree, given by its top folder. A .git that is
// a file, as in a linked work tree or a submodule, is followed to the folder that it
// names if that names this work tree in turn. The error wraps ErrNoRepository where
// there is no .git, and ErrUnsupported for a format that is not read.
func Open(tree *files.Root) (*Repository, error) {
	r := &Repository{most: limits.HistoryBytes}
	if err := r.open(tree); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Repository) open(tree *files.Root) (err error) {
	info, err := tree.Lstat(".git")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNoRepository
	case err != nil:
		return err
	case info.IsDir():
		if r.dir, err = tree.Sub(".git"); err != nil {
			return err
		}
		r.common = r.dir
	case info.Mode().IsRegular():
		if err := r.follow(tree, info); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%w: .git is neither a folder nor a file", ErrUnsupported)
	}
	src, err := r.common.Read("config", maxSmall)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.config = parseConfig(src)
	for key, want := range map[string]string{"extensions.objectformat": "sha1", "extensions.refstorage": "files"} {
		if is := r.config[key]; is != "" && is != want {
			return fmt.Errorf("%w: its %s is %q, and only %q is known", ErrUnsupported, key, is, want)
		}
	}
	if r.shallow, err = r.readShallow(); err != nil {
		return err
	}
	return r.openStores()
}

// Close closes the repository.
func (r *Repository) Close() error {
	var failed []error
	for _, s := range r.stores {
		failed = append(failed, s.close())
	}
	if r.dir != nil {
		failed = append(failed, r.dir.Close())
	}
	if r.common != nil && r.common != r.dir {
		failed = append(failed, r.common.Close())
	}
	return errors.Join(failed...)
}

// IsShallow reports whether the history ends where the clone does.
func (r *Repository) IsShallow() bool { return len(r.shallow) > 0 }

// follow opens the folder that a file .git names. Anybody may write such a file into
// an archive, so the folder must know of this work tree.
func (r *Repository) follow(tree *files.Root, file fs.FileInfo) error {
	src, err := tree.Read(".git", maxSmall)
	if err != nil {
		return err
	}
	target, ok := strings.CutPrefix(strings.TrimRight(string(src), "\r\n"), "gitdir: ")
	if !ok {
		return fmt.Errorf("%w: the file .git names no folder", ErrDamaged)
	}
	if r.dir, err = files.Open(from(tree.Dir(), target)); err != nil {
		return err
	}
	r.common = r.dir
	// A linked work tree: its folder has the path of the file.
	if back, err := r.dir.Read("gitdir", maxSmall); err == nil {
		info, err := os.Stat(from(r.dir.Dir(), strings.TrimRight(string(back), "\r\n")))
		if err != nil || !os.SameFile(info, file) {
			return fmt.Errorf("%w: the folder that .git names belongs to another work tree", ErrUnsupported)
		}
		src, err := r.dir.Read("commondir", maxSmall)
		if err != nil {
			return err
		}
		common, err := files.Open(from(r.dir.Dir(), strings.TrimRight(string(src), "\r\n")))
		if err != nil {
			return err
		}
		r.common = common
		return nil
	}
	// A submodule: its settings have the path of the work tree.
	src, err = r.dir.Read("config", maxSmall)
	if err != nil {
		return err
	}
	top, err := tree.Stat(".")
	if err != nil {
		return err
	}
	if worktree := parseConfig(src)["core.worktree"]; worktree != "" {
		if info, err := os.Stat(from(r.dir.Dir(), worktree)); err == nil && os.SameFile(info, top) {
			return nil
		}
	}
	return fmt.Errorf("%w: the folder that .git names does not name this work tree", ErrUnsupported)
}

// from is a path of the system, relative to a folder unless it is absolute.
func from(dir, name string) string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// readShallow lists the commits at which a shallow clone ends.
func (r *Repository) readShallow() (map[Hash]bool, error) {
	src, err := r.common.Read("shallow", maxList)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	commits := map[Hash]bool{}
	for line := range strings.Lines(string(src)) {
		if h, ok := parseHash(strings.TrimSpace(line)); ok {
			commits[h] = true
		}
	}
	return commits, nil
}

// openStores opens the repository's own objects, and those of the repositories that
// it borrows from.
func (r *Repository) openStores() error {
	root, err := r.common.Sub("objects")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: .git has no objects", ErrNoRepository)
	}
	if err != nil {
		return err
	}
	r.stores = []*store{{root: root}}
	for i := 0; i < len(r.stores); i++ {
		src, err := r.stores[i].root.Read("info/alternates", maxSmall)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(src)) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" || line[0] == '#' || len(r.stores) == maxAlternates {
				continue
			}
			// One that is gone is passed over, as git does.
			if other, err := files.Open(from(r.stores[i].root.Dir(), line)); err == nil {
				r.stores = append(r.stores, &store{root: other})
			}
		}
	}
	return nil
}

// config are the settings of a repository by section and key in lower case. Sections
// with a name of their own, as of remotes, are left out, and no other file is read.
type config map[string]string

func parseConfig(src []byte) config {
	c := config{}
	section := ""
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			section = ""
			if name, _, ok := strings.Cut(line[1:], "]"); ok && !strings.ContainsAny(name, "\" \t") {
				section = strings.ToLower(name)
			}
		case section != "":
			key, value, _ := strings.Cut(line, "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			c[section+"."+strings.ToLower(strings.TrimSpace(key))] = strings.ReplaceAll(value, `\\`, `\`)
		}
	}
	return c
}
