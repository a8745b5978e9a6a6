package facts

import (
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// IgnoreFile is a parsed .dockerignore with what lies around it. One goroutine
// at a time may use it.
type IgnoreFile struct {
	*ignorefile.Document
	// Around reaches the files beside it; see Project.
	Around *Project
	// Name is the file's own: ".dockerignore", or that of one Dockerfile alone,
	// "Dockerfile.dockerignore".
	Name string

	built  bool
	builds []*DockerfileNear
}
