// Package gitindex reads git's index: the list of what a work tree tracks.
package gitindex

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
)

// What the errors of Parse wrap.
var (
	ErrUnsupported = errors.New("this format of index is not read")
	ErrDamaged     = errors.New("the index cannot be read")
)

// Index is the set of paths that git tracks. It never changes.
type Index struct {
	// paths are in order.
	paths []string
}

// Of is the index with these paths, which it keeps.
func Of(paths []string) *Index {
	slices.Sort(paths) // those of a conflict stand in an index more than once
	return &Index{slices.Compact(paths)}
}

// All are the paths in order. A folder that a sparse checkout has as one entry ends in
// a slash.
func (x *Index) All() iter.Seq[string] { return slices.Values(x.paths) }

// Has reports whether git tracks a file.
func (x *Index) Has(name string) bool {
	_, ok := slices.BinarySearch(x.paths, name)
	return ok || x.inSparse(name)
}

// Below reports whether git tracks a file below a folder.
func (x *Index) Below(dir string) bool {
	dir += "/"
	i, _ := slices.BinarySearch(x.paths, dir)
	return (i < len(x.paths) && strings.HasPrefix(x.paths[i], dir)) || x.inSparse(dir)
}

// inSparse reports whether a path lies in a folder that the index has as one entry.
func (x *Index) inSparse(name string) bool {
	for i := range name {
		if name[i] != '/' {
			continue
		}
		if _, ok := slices.BinarySearch(x.paths, name[:i+1]); ok {
			return true
		}
	}
	return false
}

// Parse reads an index in its versions 2 to 4 (gitformat-index(5)).
// A folder that a sparse checkout has as one entry ends in a slash. The error wraps
// ErrUnsupported for another version and for one that is split, else ErrDamaged.
func Parse(src []byte) (*Index, error) {
	const (
		head  = 12 // signature, version, number of entries
		fixed = 62 // what stands before an entry's path
		sum   = 20
	)
	if len(src) < head+sum || !bytes.HasPrefix(src, []byte("DIRC")) {
		return nil, ErrDamaged
	}
	version, count := binary.BigEndian.Uint32(src[4:]), int(binary.BigEndian.Uint32(src[8:]))
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("%w: it has the version %d", ErrUnsupported, version)
	}
	body := src[:len(src)-sum]
	if count > len(body)/fixed {
		return nil, ErrDamaged
	}
	paths := make([]string, 0, count)
	last, bytesOfPaths := "", 0
	at := head
	for range count {
		start := at + fixed
		if start > len(body) {
			return nil, ErrDamaged
		}
		if flags := binary.BigEndian.Uint16(body[start-2:]); flags&0x4000 != 0 {
			start += 2 // extended flags
		}
		prefix := ""
		if version == 4 {
			cut, n := offsetVarint(body[min(start, len(body)):])
			if n == 0 || cut > len(last) {
				return nil, ErrDamaged
			}
			start += n
			prefix = last[:len(last)-cut]
		}
		if start > len(body) {
			return nil, ErrDamaged
		}
		end := bytes.IndexByte(body[start:], 0)
		if end < 0 {
			return nil, ErrDamaged
		}
		last = prefix + string(body[start:start+end])
		if bytesOfPaths += len(last); bytesOfPaths > limits.HistoryPaths {
			return nil, fmt.Errorf("%w: its paths are too long", ErrUnsupported)
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
			return nil, fmt.Errorf("%w: it is split", ErrUnsupported)
		}
		if size > len(body)-at-8 {
			return nil, ErrDamaged
		}
		at += 8 + size
	}
	return Of(paths), nil
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
