package facts

import (
	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// Compose is a parsed Compose file with its facts. One goroutine at a time may
// use it.
type Compose struct {
	*compose.Document
	// Around reaches the files beside it; see Project.
	Around *Project
}

// NewCompose wraps a document; nothing is derived yet.
func NewCompose(d *compose.Document) *Compose {
	return &Compose{Document: d}
}
