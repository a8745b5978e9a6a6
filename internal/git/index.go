package git

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/syntax/gitindex"
)

// Tracked lists what git tracks: the paths of the index, or those of the last commit
// where there is no index. The error wraps fs.ErrNotExist where there is neither, and
// ErrUnsupported or ErrDamaged for what cannot be read.
func (r *Repository) Tracked() (*gitindex.Index, error) {
	index, err := r.index()
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrUnsupported) {
		return index, err
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
	return gitindex.Of(paths), nil
}

func (r *Repository) index() (*gitindex.Index, error) {
	src, err := r.dir.Read("index", limits.IndexBytes)
	if err != nil {
		return nil, err
	}
	index, err := gitindex.Parse(src)
	switch {
	case errors.Is(err, gitindex.ErrUnsupported):
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return index, nil
}
