package files

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Confine says where a path that a user named lies: in which folder, which is the
// root that nothing of a run leaves, and where in it, with slashes. A relative name
// is one in workDir, an absolute path.
//
// The root is the git work tree that holds the path, the closest one; else workDir
// if that holds it; else the path's own folder, or the path itself if it is a
// folder, and known is false: nobody but the user had a hand in it. A symbolic link
// within a work tree or workDir leads to no other root: it is followed in the root,
// and so never out of it.
func Confine(workDir, name string) (root, inRoot string, known bool) {
	abs := filepath.Clean(name)
	if !filepath.IsAbs(name) {
		abs = filepath.Join(workDir, name)
	}
	top := filepath.VolumeName(abs) + string(filepath.Separator)
	if Holds(workDir, abs) {
		top = workDir
		root, _ = WorkTree(workDir)
	} else if isWorkTree(top) {
		root = top
	}
	last := top // the last folder on the way
	for _, at := range between(top, abs) {
		info, err := os.Lstat(at)
		if err != nil {
			break
		}
		if info.Mode()&os.ModeSymlink != 0 {
			if root != "" {
				break
			}
			if info, err = os.Stat(at); err != nil {
				break
			}
		}
		if !info.IsDir() {
			break
		}
		last = at
		if isWorkTree(at) {
			root = at
		}
	}
	known = root != ""
	if !known {
		root = last
	}
	return root, Slashed(root, abs), known
}

// between are the paths below top down to and with name.
func between(top, name string) []string {
	var all []string
	for at := name; at != top; at = filepath.Dir(at) {
		if at == filepath.Dir(at) {
			break
		}
		all = append(all, at)
	}
	slices.Reverse(all)
	return all
}

// WorkTree is the closest folder at or above dir with a .git in it; dir itself, and
// found is false, if there is none.
func WorkTree(dir string) (root string, found bool) {
	for at := dir; ; {
		if isWorkTree(at) {
			return at, true
		}
		parent := filepath.Dir(at)
		if parent == at {
			return dir, false
		}
		at = parent
	}
}

func isWorkTree(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git")) //nolint:gosec // it is only looked at; whoever runs the program names it
	return err == nil
}

// Holds reports whether inner is outer or lies below it; both are paths of the system.
func Holds(outer, inner string) bool {
	rel, err := filepath.Rel(outer, inner)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Slashed is a path in dir relative to it, with slashes; it begins with ".." for one
// that does not lie in it.
func Slashed(dir, name string) string {
	rel, err := filepath.Rel(dir, name)
	if err != nil {
		return "."
	}
	return filepath.ToSlash(rel)
}

// ReadNamed reads a file that a user named, of at most limit bytes. In a work tree
// or workDir it is read through the root, so that a link of the repository leads
// nowhere else. Elsewhere links are followed, and pipes of the process, such as
// /dev/stdin and those of a shell's <(...), are read too.
func ReadNamed(workDir, name string, limit int64) ([]byte, error) {
	dir, inRoot, known := Confine(workDir, name)
	abs := filepath.Join(dir, filepath.FromSlash(inRoot))
	switch {
	case isStream(abs):
		f, err := os.Open(abs)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read from
		return bounded(f, name, limit)
	case !known:
		return ReadEnvironment(abs, limit)
	}
	root, err := Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was only read from
	return root.Read(inRoot, limit)
}

// WriteNamed writes a file that a user named. It takes the place of an old one as
// with Root.Write: a link of that name is replaced, a link to a folder is not
// followed within a work tree or workDir, and nothing is written into .git. The
// streams of the process, such as /dev/stdout and those of a shell's >(...), and
// /dev/null are written to as they are.
func WriteNamed(workDir, name string, content []byte) error {
	return WriteNamedFrom(workDir, name, func(w io.Writer) error { _, err := w.Write(content); return err })
}

// WriteNamedFrom is WriteNamed for a content that is too long to be in memory.
func WriteNamedFrom(workDir, name string, write func(io.Writer) error) error {
	dir, inRoot, known := Confine(workDir, name)
	abs := filepath.Join(dir, filepath.FromSlash(inRoot))
	if isStream(abs) {
		return writeStream(abs, write)
	}
	if !known {
		// The user's own links to folders are followed, but for the file's own.
		dir, inRoot = filepath.Dir(abs), filepath.Base(abs)
	}
	root, err := Open(dir)
	if err != nil {
		return err
	}
	err = root.WriteFrom(inRoot, write, Writing{})
	return errors.Join(err, root.Close())
}

// OpenNamed opens a regular file that a user named, as ReadNamed does, to read it piece by
// piece.
func OpenNamed(workDir, name string) (io.ReadCloser, error) {
	dir, inRoot, known := Confine(workDir, name)
	if !known {
		return openPlain(filepath.Join(dir, filepath.FromSlash(inRoot)))
	}
	root, err := Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // a file that was opened stays open
	return root.Open(inRoot)
}

// OpenState makes a folder that a user named, for what a program keeps from run to run, and
// opens it as a root. Nobody else may look into a new one. In a work tree or workDir no
// link on the way is followed.
func OpenState(workDir, name string) (*Root, error) {
	dir, inRoot, known := Confine(workDir, name)
	abs := filepath.Join(dir, filepath.FromSlash(inRoot))
	if !known {
		if err := os.MkdirAll(abs, 0o700); err != nil {
			return nil, err
		}
		return Open(abs)
	}
	root, err := Open(dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // what is opened in it stays open
	if inRoot == "." {
		return nil, fail("open", name, errors.New("it is the work tree itself"))
	}
	if InVersionControl(inRoot) {
		return nil, fail("open", name, ErrVersionControl)
	}
	if err := root.MakeFolder(inRoot, Writing{}); err != nil {
		return nil, err
	}
	return root.Sub(inRoot)
}

// isStream reports whether a path is one by which a process names what it has open
// already, or nothing. No repository holds it.
func isStream(abs string) bool {
	switch abs {
	case "/dev/stdin", "/dev/stdout", "/dev/stderr", os.DevNull, "/dev/full":
		return true
	}
	return strings.HasPrefix(abs, "/dev/fd/") || strings.HasPrefix(abs, "/proc/self/fd/")
}

// writeStream writes to a stream; one that is a file is written to at its end.
func writeStream(abs string, write func(io.Writer) error) error {
	f, err := os.OpenFile(abs, os.O_WRONLY|os.O_APPEND|nonblock, 0) //nolint:gosec // a stream of this very process
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
