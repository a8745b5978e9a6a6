package files

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Scratch makes a folder of its own for this process in a folder of the system's,
// or in that for temporary files if dir is empty. remove removes it with all that is
// in it.
func Scratch(dir string) (root *Root, remove func() error, err error) {
	at, err := os.MkdirTemp(dir, "dockmend-")
	if err != nil {
		return nil, nil, err
	}
	if root, err = Open(at); err != nil {
		_ = os.RemoveAll(at) // the first error counts
		return nil, nil, err
	}
	return root, func() error {
		_ = root.Close() // nothing is read or written any more
		return os.RemoveAll(at)
	}, nil
}

// Put makes a file that nobody else may read, and the folders above it, in a root
// that Scratch made. A file of that name is overwritten.
func (r *Root) Put(name string, content []byte) error {
	name = path.Clean(name)
	if err := r.mayWrite(name); err != nil {
		return err
	}
	if err := r.root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
		return err
	}
	return r.root.WriteFile(filepath.FromSlash(name), content, 0o600)
}

// IsFolder reports whether a path outside of any root is a folder.
func IsFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// Append appends to a file that the caller's environment names, such as that of
// GITHUB_OUTPUT, and makes one that is missing. A link of that name is followed,
// since whoever set the environment made it. The error wraps ErrNotRegular for
// anything but a regular file.
func Append(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE|nonblock, newMode)
	if err != nil {
		return err
	}
	if f, err = regular(f, name); err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		_ = f.Close() // the first error counts
		return err
	}
	return f.Close()
}

// ReadEnvironment reads a regular file of at most limit bytes that the caller's
// environment names, such as that of GITHUB_EVENT_PATH. Links are followed.
func ReadEnvironment(name string, limit int64) ([]byte, error) {
	f, err := openPlain(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read from
	return bounded(f, name, limit)
}

// openPlain opens a regular file outside of any root.
func openPlain(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: ErrNotRegular}
	}
	f, err := os.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	return regular(f, name)
}
