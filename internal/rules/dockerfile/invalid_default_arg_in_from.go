package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InvalidDefaultArgInFrom finds FROM whose image is no valid name with the
// defaults of its ARGs.
//
// A build without that argument fails. Give the ARG a default that works.
//
// It is excused, and off by default, where all Compose services that build the file give
// the argument a value, and, where none builds it, where a script, a workflow, a Makefile or
// a document that builds names it.
//
// Silent where all variables have defaults that make a valid name, and for
// "${x:-y}".
//
// There is no fix: only the author knows which version the file is built with.
var InvalidDefaultArgInFrom = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-default-arg-in-from",
		Title:    "FROM is no valid image with the defaults of its ARGs",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Variants: []string{excused},
		OptIn:    []string{excused},
		Needs:    lint.NeedsContext,
		Aliases:  lint.Names("InvalidDefaultArgInFrom"),
	},
	Check: checkInvalidDefaultArgInFrom,
}

func checkInvalidDefaultArgInFrom(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		i := s.Image
		if s.From.Err != nil || !i.HasVariable() || undeclared(p, s) {
			continue
		}
		value := withDefaults(p, s)
		if validImage(value) || holdsPlaceholder(p.Doc, s) {
			continue
		}
		f := lint.Finding{
			Span:    i.Span,
			Message: fmt.Sprintf("%q is %q with the defaults of its arguments, which is no image; give the ARG a default that works", short(i.Raw), short(value)),
		}
		if isForService := len(p.Project.BuildsOf(p.Doc)) > 1; servicesPass(p, s) || !isForService && recipesPass(p, s) {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}

// servicesPass reports whether each Compose service that builds the file gives the
// arguments of FROM a value, and there is one.
func servicesPass(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	builds := p.Project.BuildsOf(p.Doc)[1:] // the first has the defaults
	for _, use := range facts.VariableUses(p.Doc.Text(s.Image.Span), p.Doc.Escape) {
		if slices.ContainsFunc(builds, func(b facts.Build) bool { return b.Args[use.Name] == "" && !slices.Contains(b.Unknown, use.Name) }) {
			return false
		}
	}
	return len(builds) > 0
}

// recipesPass reports whether what builds images in the repository names all arguments of
// FROM that have no default.
func recipesPass(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	scope := p.Doc.ScopeAt(s.From)
	return !slices.ContainsFunc(facts.VariableUses(p.Doc.Text(s.Image.Span), p.Doc.Escape), func(use facts.VariableUse) bool {
		v, _ := scope.Lookup(use.Name)
		return v.Value == "" && !use.HasDefault && !p.Project.NamesArgument(p.Doc, use.Name)
	})
}

// holdsPlaceholder reports whether FROM, or a default that it uses, is filled in before
// the file is used.
func holdsPlaceholder(d *facts.Dockerfile, s *facts.Stage) bool {
	raw, scope := d.Text(s.Image.Span), d.ScopeAt(s.From)
	if facts.IsPlaceholder(raw) {
		return true
	}
	return slices.ContainsFunc(facts.VariableUses(raw, d.Escape), func(use facts.VariableUse) bool {
		v, ok := scope.Lookup(use.Name)
		return ok && facts.IsPlaceholder(v.Pair.Value)
	})
}

// undeclared tells whether FROM uses a name that no ARG declares, of which
// undefined-arg-in-from speaks.
func undeclared(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	scope := p.Doc.ScopeAt(s.From)
	for _, use := range facts.VariableUses(p.Doc.Text(s.Image.Span), p.Doc.Escape) {
		if _, ok := scope.Lookup(use.Name); !ok {
			return true
		}
	}
	return false
}

// withDefaults puts the defaults into the image's name, nothing for an ARG
// without one, as the builder does.
func withDefaults(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) string {
	if s.Image.Known {
		return s.Image.Text
	}
	raw, scope := p.Doc.Text(s.Image.Span), p.Doc.ScopeAt(s.From)
	var b strings.Builder
	at := 0
	for _, use := range facts.VariableUses(raw, p.Doc.Escape) {
		if use.Start < at {
			continue // inside of another one's braces
		}
		b.WriteString(raw[at:use.Start])
		at = use.End
		v, _ := scope.Lookup(use.Name)
		switch {
		case v.Known:
			b.WriteString(v.Value)
		case use.HasDefault:
			return s.Image.Raw // what stands there is written out
		}
	}
	b.WriteString(raw[at:])
	return b.String()
}

// validImage tells whether a name has the parts that a reference needs; the
// letters of each part are for the builder to check.
func validImage(ref string) bool {
	if strings.Contains(ref, "$") {
		return true
	}
	i := facts.ParseImage(ref)
	return i.Repository != "" && !strings.HasSuffix(ref, ":") && !strings.HasSuffix(ref, "@") && !strings.HasSuffix(i.Repository, "/") &&
		!strings.HasPrefix(ref, "/") && !strings.HasPrefix(ref, ":") && !strings.HasPrefix(ref, "-") && !strings.Contains(ref, ":@")
}
