package action

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/lint"
)

// markByLines marks the findings that stand on unchanged lines. The error says why the
// changes cannot be had; nothing is marked then.
func (s *step) markByLines(ctx context.Context, findings []*lint.Diagnostic) error {
	diff, err := s.changes(ctx)
	if err != nil {
		return fmt.Errorf("could not find out what changed: %w", err)
	}
	ranges := gitdiff.Changes{}
	for _, d := range findings {
		path := d.Source.Path
		if _, known := ranges[path]; known {
			continue
		}
		if ranges[path], err = diff.Changed(ctx, path, d.Source.Bytes); err != nil {
			return fmt.Errorf("could not find out what changed: %w", err)
		}
	}
	markUnchanged(ranges, findings)
	return nil
}

// markUnchanged marks the findings that stand on no changed line.
func markUnchanged(changed gitdiff.Changes, findings []*lint.Diagnostic) {
	for _, d := range findings {
		first, last := d.Start().Line, d.End().Line
		if end := stageEnd(d); end > 0 {
			last = end
		}
		d.Unchanged = !changed.Touches(d.Source.Path, first, last)
	}
}

// stageEnd is the last line of the stage that a finding is about; 0 for one that
// is about its own lines. What a stage lacks (a USER, a HEALTHCHECK) is said of
// its whole FROM instruction, and is new when anything in the stage is.
func stageEnd(d *lint.Diagnostic) int {
	source := d.Source
	start := d.Start()
	if (source.Lines.Line(start.Line).Start != d.Span.Start && start.Column != 1) || !opensStage(d.Span.Of(source.Bytes)) {
		return 0
	}
	continued := false
	for line := start.Line; line <= source.Lines.Lines(); line++ {
		words := source.Lines.Line(line).Of(source.Bytes)
		if line > start.Line && !continued && opensStage(words) {
			return line - 1
		}
		continued = bytes.HasSuffix(bytes.TrimRight(words, " \t"), []byte(`\`))
	}
	return source.Lines.Lines()
}

// opensStage reports whether a line is a FROM instruction.
func opensStage(line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	const from = "FROM"
	return len(line) > len(from) && strings.EqualFold(string(line[:len(from)]), from) && (line[len(from)] == ' ' || line[len(from)] == '\t')
}
