package files

import (
	"errors"
	"path"
	"strings"
)

// maxLinks is how many symbolic links are followed for one path.
const maxLinks = 40

// Follow follows the links of a path that is relative to a root, and returns the path
// without links. look is asked about each part, by its path without links: where that is a
// link, it returns the parts of its target, which is relative to the link's folder, else
// nil. isLast is false where more of the path follows, so that a folder has to be there.
//
// An error wraps ErrOutside where the path leads out of the root, or says that there are
// more than 40 links; op and name stand in it. Errors of look are returned as they are.
func Follow(op, name string, look func(at string, isLast bool) (target []string, err error)) (actual string, err error) {
	at, links := ".", 0
	rest := strings.Split(path.Clean(name), "/")
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		switch part {
		case ".", "":
			continue
		case "..": // of a link; what stands before it is without links
			if at == "." {
				return "", fail(op, name, ErrOutside)
			}
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, part)
		target, err := look(next, len(rest) == 0)
		switch {
		case err != nil:
			return "", err
		case target == nil:
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", fail(op, name, errors.New("too many symbolic links"))
		}
		rest = append(target, rest...)
	}
	return at, nil
}
