package run

import (
	"fmt"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
)

// MarkBaseline marks the findings that a baseline knows.
func MarkBaseline(r *lint.Result, name string, read Source) error {
	src, err := read(name)
	if err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	baseline, err := engine.ParseBaseline(src)
	if err != nil {
		return fmt.Errorf("--baseline: %s: %w", name, err)
	}
	baseline.Mark(r)
	return nil
}
