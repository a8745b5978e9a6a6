package files

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Errors of writing.
var (
	// ErrLink is wrapped for a path that leads through a symbolic link where none
	// is followed.
	ErrLink = errors.New("path leads through a symbolic link")
	// ErrChanged is wrapped for a file that somebody else changed meanwhile.
	ErrChanged = errors.New("it changed while it was read")
)

// newMode is the mode of new files, before the umask.
const newMode fs.FileMode = 0o644

// Writing says how a file is written; the zero value is for a file in a folder
// that is there.
type Writing struct {
	// Folders makes the folders that are missing.
	Folders bool
	// Owner is the file or folder whose owner new files and folders get, where this
	// process may change owners; nil for this process's own user.
	Owner fs.FileInfo
}

// Write makes a file, or puts a new one in the place of an old one in one step: a
// run that is killed, or a disk that is full, leaves the old one as it was. No link
// is followed: one of the file's name is replaced, one on the way is refused with
// ErrLink. An old regular file's mode and owner are kept. The error wraps
// ErrNotRegular for a folder, pipe or device of that name, and ErrVersionControl
// for a path into .git.
func (r *Root) Write(name string, content []byte, how Writing) error {
	return r.WriteFrom(name, func(w io.Writer) error { _, err := w.Write(content); return err }, how)
}

// WriteFrom is Write for a content that is too long to be in memory.
func (r *Root) WriteFrom(name string, write func(io.Writer) error, how Writing) error {
	name = path.Clean(name)
	if err := r.mayWrite(name); err != nil {
		return err
	}
	if err := r.folders(path.Dir(name), how); err != nil {
		return err
	}
	old, err := r.root.Lstat(filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && old.Mode()&fs.ModeSymlink != 0:
		old = nil
	case err != nil:
		return err
	case !old.Mode().IsRegular():
		return fail("write", name, ErrNotRegular)
	}
	return r.replace(name, write, old, how.Owner)
}

// Replace writes a file anew that had the content before. The last part of its name
// may be no link; links on the way are followed in the root. The error wraps
// ErrChanged where the file has another content by now.
func (r *Root) Replace(name string, before, after []byte) error {
	dir, _, err := r.Real(path.Dir(path.Clean(name)))
	if err != nil {
		return err
	}
	name = path.Join(dir, path.Base(name))
	if err := r.mayWrite(name); err != nil {
		return err
	}
	old, err := r.root.Lstat(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	if !old.Mode().IsRegular() {
		return fail("write", name, ErrNotRegular)
	}
	now, err := r.Read(name, int64(len(before)))
	if errors.Is(err, ErrTooLarge) || (err == nil && !bytes.Equal(now, before)) {
		return fail("write", name, ErrChanged)
	}
	if err != nil {
		return err
	}
	return r.replace(name, func(w io.Writer) error { _, err := w.Write(after); return err }, old, nil)
}

func (r *Root) mayWrite(name string) error {
	switch {
	case name == "." || !filepath.IsLocal(filepath.FromSlash(name)):
		return fail("write", name, ErrOutside)
	case InVersionControl(name):
		return fail("write", name, ErrVersionControl)
	}
	return nil
}

// replace writes beside the file and renames. The scratch file has a name that
// nobody can take before, neither a repository nor a run that was killed.
func (r *Root) replace(name string, write func(io.Writer) error, old, owner fs.FileInfo) (err error) {
	mode := newMode
	if old != nil {
		mode, owner = old.Mode().Perm(), old
	}
	scratch := filepath.FromSlash(path.Join(path.Dir(name), ".dockmend-"+rand.Text()+".tmp"))
	f, err := r.root.OpenFile(scratch, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("cannot create a file in its folder: %w", bare(err))
	}
	defer func() {
		if err != nil {
			_ = r.root.Remove(scratch) // the first error counts
		}
	}()
	err = write(f)
	if old != nil {
		err = errors.Join(err, f.Chmod(mode)) // the umask took its part
	}
	if owner != nil {
		err = errors.Join(err, keepOwner(f, owner))
	}
	// Only a synced file is known to have had its place on the disk.
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return r.root.Rename(scratch, filepath.FromSlash(name))
}

// folders sees that a folder is there, without a link on the way.
func (r *Root) folders(dir string, how Writing) error {
	if dir == "." {
		return nil
	}
	at := "."
	for part := range strings.SplitSeq(dir, "/") {
		at = path.Join(at, part)
		info, err := r.root.Lstat(filepath.FromSlash(at))
		if errors.Is(err, fs.ErrNotExist) && how.Folders {
			err = r.makeFolder(at, how.Owner)
			if err == nil {
				continue
			}
			if errors.Is(err, fs.ErrExist) { // another write made it in the meantime
				info, err = r.root.Lstat(filepath.FromSlash(at))
			}
		}
		switch {
		case err != nil:
			return err
		case info.Mode()&fs.ModeSymlink != 0:
			return fail("write", at, ErrLink)
		case !info.IsDir():
			return fail("write", at, errors.New("not a folder"))
		}
	}
	return nil
}

func (r *Root) makeFolder(name string, owner fs.FileInfo) error {
	if err := r.root.Mkdir(filepath.FromSlash(name), 0o755); err != nil || owner == nil {
		return err
	}
	f, err := r.root.Open(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	return errors.Join(keepOwner(f, owner), f.Close())
}

// MakeFolder makes a folder and those above it that are missing. One that is there
// is left as it is; a link is refused with ErrLink.
func (r *Root) MakeFolder(name string, how Writing) error {
	name = path.Clean(name)
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fail("write", name, ErrOutside)
	}
	how.Folders = true
	return r.folders(name, how)
}

// Remove removes a file or a link. The path may lead through no link.
func (r *Root) Remove(name string) error {
	name = path.Clean(name)
	if err := r.mayWrite(name); err != nil {
		return err
	}
	if err := r.folders(path.Dir(name), Writing{}); err != nil {
		return err
	}
	return r.root.Remove(filepath.FromSlash(name))
}

// bare is an error without the path, for a message that says which it is.
func bare(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
