package discover

import (
	"io/fs"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/git"
)

// Tree is where files are found: the disk, or a work tree as it was at a commit.
// Its methods are those of files.Root, with the same errors.
type Tree interface {
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Real(name string) (actual string, info fs.FileInfo, err error)
	Open(name string) (fs.File, error)
	Read(name string, limit int64) ([]byte, error)
	List(dir string, limit int) (entries []fs.DirEntry, more bool, err error)
	// Index is what git tracks; nil where that is not known.
	Index() Index
}

// Index is a set of files that git tracks.
type Index interface {
	Has(name string) bool
	// Below reports whether there is one in a folder.
	Below(dir string) bool
}

// Disk is the tree of a root.
func Disk(root *files.Root) Tree { return disk{root} }

type disk struct{ *files.Root }

// Open implements Tree.
func (d disk) Open(name string) (fs.File, error) { return d.Root.Open(name) }

// Index implements Tree.
func (d disk) Index() Index {
	repository, err := git.Open(d.Root)
	if err != nil {
		return nil
	}
	defer func() { _ = repository.Close() }() // it was only read from
	tracked, err := repository.Tracked()
	if err != nil {
		return nil
	}
	return tracked
}
