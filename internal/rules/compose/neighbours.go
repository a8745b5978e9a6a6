package compose

import (
	"path"

	"github.com/dockmend/dockmend/internal/facts"
)

// isThereFromAbove reports whether a path exists from a folder above: Compose was
// perhaps given another folder for the project than that of the file.
func isThereFromAbove(p *facts.Pass[*facts.Compose], name string) bool {
	const levels = 4
	up := ".."
	for range levels {
		gate, err := p.Files.In(path.Join(up, path.Dir(name)), "")
		if err == nil {
			if _, ok := gate.Exists(path.Base(name)); ok {
				return true
			}
		}
		up = path.Join("..", up)
	}
	return false
}
