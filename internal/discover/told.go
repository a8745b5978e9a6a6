package discover

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/fileinfo"
)

// Told is what the content of a file says of which files there are to lint: what the file
// itself is, and those that it names. A search finds the same files as long as each file
// tells the same, and none comes or goes.
func Told(name string, src []byte, configurations []string) string {
	base := path.Base(name)
	if base == ".gitignore" || slices.Contains(configurations, base) {
		return string(src)
	}
	s := &search{root: oneFile{name: name, src: src}}
	c, ours := s.classify(name, false)
	var told strings.Builder
	_, _ = fmt.Fprintln(&told, ours, c.target, c.template, c.skip)
	if !isGiver(name) || len(src) > maxGiver || !namesFiles(src) {
		return told.String()
	}
	var names []string
	for _, b := range builds(name, src) {
		if at, ok := b.path(path.Dir(name)); ok {
			names = append(names, fmt.Sprint(at, b.compose))
		}
	}
	slices.Sort(names)
	_, _ = fmt.Fprint(&told, slices.Compact(names))
	return told.String()
}

// oneFile is a tree of which one file is opened.
type oneFile struct {
	Tree
	name string
	src  []byte
}

// Open implements Tree.
func (t oneFile) Open(name string) (fs.File, error) {
	if name != t.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &opened{Reader: bytes.NewReader(t.src), info: fileinfo.Info{Base: path.Base(name), Bytes: int64(len(t.src)), Bits: 0o644}}, nil
}

type opened struct {
	*bytes.Reader
	info fileinfo.Info
}

// Stat implements fs.File.
func (o *opened) Stat() (fs.FileInfo, error) { return o.info, nil }

// Close implements fs.File.
func (o *opened) Close() error { return nil }
