package dockerfile

import (
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/text"
)

// UndefinedArgInFrom reports variables in `FROM` that no `ARG` above the first `FROM`
// declares.
//
// # Why it matters
//
// Docker replaces the variable with an empty string. The build fails because the image
// name is not valid, or it uses a different image than the one that was meant.
//
// # How to fix it
//
// Declare the variable above the first `FROM`. An `ARG` in a stage does not count:
//
//	ARG VERSION=13
//	FROM debian:${VERSION}
//
// # Exceptions
//
// It does not report:
//
//   - variables that the builder sets, such as `TARGETPLATFORM`
//   - variables with a default, such as `${x:-y}`
var UndefinedArgInFrom = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "undefined-arg-in-from",
		Title:    "FROM uses a variable without an ARG above it",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases:  lint.Names("UndefinedArgInFrom"),
	},
	Check: checkUndefinedArgInFrom,
}

func checkUndefinedArgInFrom(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		if s.From.Err != nil {
			continue
		}
		spans := []text.Span{s.Image.Span}
		if platform, ok := s.From.Flag("platform"); ok {
			spans = append(spans, platform.ValueSpan)
		}
		scope := p.Doc.ScopeAt(s.From)
		for _, span := range spans {
			word := p.Doc.Text(span)
			for _, use := range facts.VariableUses(word, p.Doc.Escape) {
				if _, ok := scope.Lookup(use.Name); ok || use.HasDefault || facts.IsPlatformArgument(use.Name) || facts.IsPredefinedArgument(use.Name) {
					continue
				}
				at := text.Span{Start: span.Start + use.Start, End: span.Start + use.End}
				f := lint.Finding{
					Span:    at,
					Message: fmt.Sprintf("no ARG above the first FROM declares %q, so it is empty; declare it there", short(p.Doc.Text(at))),
				}
				if near, ok := nearestVariable(use.Name, scope.Names(nearest.Most)); ok {
					f.Message = fmt.Sprintf("no ARG above the first FROM declares %q, so it is empty; write %s", short(p.Doc.Text(at)), near)
					f.Fixes = []lint.Fix{{
						Title: "write " + near, Applicability: lint.Unsafe, MaxEffect: lint.EffectUnknown,
						Edits: []lint.FileEdit{lint.Replace(at, strings.Replace(p.Doc.Text(at), use.Name, near, 1))},
					}}
				}
				p.Report(f)
			}
		}
	}
}
