package git

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
)

// Tracked are the paths that git tracks.
type Tracked struct {
	// paths are in order.
	paths []string
}

// Has reports whether git tracks a file.
func (t *Tracked) Has(name string) bool {
	_, ok := slices.BinarySearch(t.paths, name)
	return ok || t.inSparse(name)
}

// Below reports whether git tracks a file below a folder.
func (t *Tracked) Below(dir string) bool {
	dir += "/"
	i, _ := slices.BinarySearch(t.paths, dir)
	return i < len(t.paths) && strings.HasPrefix(t.paths[i], dir) || t.inSparse(dir)
}

// inSparse reports whether a path lies in a folder that the index has as one entry.
func (t *Tracked) inSparse(name string) bool {
	for i := range name {
		if name[i] != '/' {
			continue
		}
		if _, ok := slices.BinarySearch(t.paths, name[:i+1]); ok {
			return true
		}
	}
	return false
}

// Tracked lists what git tracks: the paths of the index, or those of the last commit
// where there is no index. The error wraps fs.ErrNotExist where there is neither, and
// ErrUnsupported or ErrDamaged for what cannot be read.
func (r *Repository) Tracked() (*Tracked, error) {
	src, err := r.dir.Read("index", limits.IndexBytes)
	if err == nil {
		var paths []string
		if paths, err = parseIndex(src); err == nil {
			slices.Sort(paths) // those of a conflict stand there more than once
			return &Tracked{slices.Compact(paths)}, nil
		}
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrUnsupported) {
		return nil, err
	}
	c, headErr := r.Commit("HEAD")
	if headErr != nil {
		return nil, errors.Join(err, headErr)
	}
	tree, err := r.Tree(c)
	if err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(tree))
	for name := range tree {
		paths = append(paths, name)
	}
	slices.Sort(paths)
	return &Tracked{paths}, nil
}

// parseIndex lists the paths of an index in its versions 2 to 4 (gitformat-index(5)).
// A folder that a sparse checkout has as one entry ends in a slash. The error wraps
// ErrUnsupported for another version and for one that is split.
func parseIndex(src []byte) ([]string, error) {
	const (
		head  = 12 // signature, version, number of entries
		fixed = 62 // what stands before an entry's path
		sum   = 20
	)
	damaged := fmt.Errorf("%w: its index cannot be read", ErrDamaged)
	if len(src) < head+sum || !bytes.HasPrefix(src, []byte("DIRC")) {
		return nil, damaged
	}
	version, count := binary.BigEndian.Uint32(src[4:]), int(binary.BigEndian.Uint32(src[8:]))
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("%w: its index has the version %d", ErrUnsupported, version)
	}
	body := src[:len(src)-sum]
	if count > len(body)/fixed {
		return nil, damaged
	}
	paths := make([]string, 0, count)
	last, bytesOfPaths := "", 0
	at := head
	for range count {
		start := at + fixed
		if start > len(body) {
			return nil, damaged
		}
		if flags := binary.BigEndian.Uint16(body[start-2:]); flags&0x4000 != 0 {
			start += 2 // extended flags
		}
		prefix := ""
		if version == 4 {
			cut, n := offsetVarint(body[min(start, len(body)):])
			if n == 0 || cut > len(last) {
				return nil, damaged
			}
			start += n
			prefix = last[:len(last)-cut]
		}
		if start > len(body) {
			return nil, damaged
		}
		end := bytes.IndexByte(body[start:], 0)
		if end < 0 {
			return nil, damaged
		}
		last = prefix + string(body[start:start+end])
		if bytesOfPaths += len(last); bytesOfPaths > limits.HistoryPaths {
			return nil, fmt.Errorf("%w: the paths of its index are too long", ErrUnsupported)
		}
		paths = append(paths, last)
		if end += start; version == 4 {
			at = end + 1
		} else {
			at += (end - at + 8) &^ 7 // entries are filled with 1 to 8 NULs
		}
	}
	for at+8 <= len(body) { // extensions: a name, a size, and so many bytes
		size := int(binary.BigEndian.Uint32(body[at+4:]))
		if string(body[at:at+4]) == "link" {
			return nil, fmt.Errorf("%w: its index is split", ErrUnsupported)
		}
		if size > len(body)-at-8 {
			return nil, damaged
		}
		at += 8 + size
	}
	return paths, nil
}

// offsetVarint reads a number in which each further byte begins behind what the
// shorter ones can say; n is how many bytes it has, 0 for none.
func offsetVarint(src []byte) (value, n int) {
	const most = 4 // a path has less than 256 MiB
	for n < len(src) && n < most {
		c := src[n]
		value = value<<7 | int(c&0x7f)
		if n++; c&0x80 == 0 {
			return value, n
		}
		value++
	}
	return 0, 0
}
