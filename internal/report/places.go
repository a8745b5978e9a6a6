package report

import (
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

// sources finds the files that a result's findings stand in.
type sources map[string]*lint.Source

func sourcesOf(r *lint.Result) sources {
	s := sources{}
	for _, d := range r.Diagnostics {
		s[d.Source.Path] = d.Source
	}
	return s
}

// of is the file of a related place; nil where it names a file as a whole of
// which nothing is known.
func (s sources) of(d *lint.Diagnostic, r lint.Related) *lint.Source {
	switch {
	case r.Source != nil:
		return r.Source
	case r.File != "":
		return s[r.File]
	}
	return d.Source
}

// place is where a related span lies. Known is false, and the positions zero,
// for a file as a whole: its bytes are not part of the result.
type place struct {
	File       string
	Start, End text.Position
	Known      bool
}

func (s sources) related(d *lint.Diagnostic, r lint.Related) place {
	source := s.of(d, r)
	if source == nil {
		return place{File: r.File}
	}
	return place{
		File:  source.Path,
		Start: source.Lines.Position(r.Span.Start),
		End:   source.Lines.Position(r.Span.End),
		Known: true,
	}
}

// ruleName is a finding's rule with the hadolint code that people search for.
func ruleName(d *lint.Diagnostic) string {
	if alias, ok := d.Rule.Hadolint(d.Variant); ok {
		return d.Rule.ID + " (" + alias.Name + ")"
	}
	return d.Rule.ID
}
