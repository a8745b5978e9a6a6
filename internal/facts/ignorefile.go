package facts

import (
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// IgnoreFile is a parsed .dockerignore with its facts. It is safe for concurrent use.
type IgnoreFile struct {
	*ignorefile.Document
	// Name is the file's own: ".dockerignore", or that of one Dockerfile alone,
	// "Dockerfile.dockerignore".
	Name string
}
