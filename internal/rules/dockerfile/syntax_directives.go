package dockerfile

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/text"
)

// firstLineStart returns the offset at which directives begin: after a byte order mark and
// after a "#!" line, which BuildKit skips.
func firstLineStart(d *facts.Dockerfile) int {
	if first := d.Physical[0]; strings.HasPrefix(d.Text(text.Span{Start: first.Text, End: first.EOL}), "#!") {
		return first.End
	}
	return d.Lines.Offset(text.Position{Line: 1, Column: 1})
}

// isDockerFrontend reports whether a frontend is Docker's own, of releases or of every
// commit.
func isDockerFrontend(i facts.Image) bool {
	_, is := images.Says(i.Name(), images.Frontend)
	return is
}
