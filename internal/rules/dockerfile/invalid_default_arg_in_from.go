package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// InvalidDefaultArgInFrom reports `FROM` instructions whose image is not a valid name
// if each `ARG` has its default, such as `debian:${VERSION}` after `ARG VERSION`.
// Findings have severity info and the variant `excused` if all Compose services that
// build the file pass the argument. The same holds without such services, if a script,
// a workflow, a Makefile or a document that builds images names it, or if no argument
// of the image has a default, so that each build must choose the image.
//
// # Why it matters
//
// `docker build` fails for everyone who does not know that the argument is required.
//
// # How to fix it
//
// Give the `ARG` a default that works:
//
//	ARG VERSION=12
//	FROM debian:${VERSION}
//
// # Fix safety
//
// There is no automatic fix: only the author knows which version the file is built with.
//
// # Exceptions
//
// It does not report:
//
//   - arguments that no `ARG` declares, which `undefined-arg-in-from` reports
//   - variables with a default of their own, such as `${VERSION:-12}`
//   - placeholders that a tool replaces before the build
var InvalidDefaultArgInFrom = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "invalid-default-arg-in-from",
		Title:    "FROM is not a valid image with the defaults of its ARGs",
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
			Message: fmt.Sprintf("%q becomes %q in a build that passes no arguments, which is not a valid image; give the ARG a default that works", short(i.Raw), short(value)),
		}
		isForService := len(p.Project.BuildsOf(p.Doc)) > 1
		if isToBeChosen := value == "" || recipesPass(p, s); servicesPass(p, s) || (!isForService && isToBeChosen) {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}

// servicesPass reports whether there are Compose services that build the file, and all of
// them pass the arguments of FROM.
func servicesPass(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	builds := p.Project.BuildsOf(p.Doc)[1:] // the first has the defaults
	for _, use := range facts.VariableUses(p.Doc.Text(s.Image.Span), p.Doc.Escape) {
		if slices.ContainsFunc(builds, func(b facts.Build) bool { return b.Args[use.Name] == "" && !slices.Contains(b.Unknown, use.Name) }) {
			return false
		}
	}
	return len(builds) > 0
}

// recipesPass reports whether the files of the repository that build images name all
// arguments of FROM that have no default.
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

// undeclared reports whether FROM uses a name that no ARG declares, which is the
// subject of undefined-arg-in-from.
func undeclared(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) bool {
	scope := p.Doc.ScopeAt(s.From)
	for _, use := range facts.VariableUses(p.Doc.Text(s.Image.Span), p.Doc.Escape) {
		if _, ok := scope.Lookup(use.Name); !ok {
			return true
		}
	}
	return false
}

// withDefaults puts the defaults into the name of the image, as the builder does: an ARG
// without a default is empty.
func withDefaults(p *facts.Pass[*facts.Dockerfile], s *facts.Stage) string {
	if s.Image.Known {
		return s.Image.Text
	}
	raw, scope := p.Doc.Text(s.Image.Span), p.Doc.ScopeAt(s.From)
	var b strings.Builder
	at := 0
	for _, use := range facts.VariableUses(raw, p.Doc.Escape) {
		if use.Start < at {
			continue // inside the braces of another variable
		}
		b.WriteString(raw[at:use.Start])
		at = use.End
		v, _ := scope.Lookup(use.Name)
		switch {
		case v.Known:
			b.WriteString(v.Value)
		case use.HasDefault:
			return s.Image.Raw // FROM has a default of its own
		}
	}
	b.WriteString(raw[at:])
	return b.String()
}

// validImage reports whether a name has the parts that a reference needs. It does not
// check the characters of each part.
func validImage(ref string) bool {
	if strings.Contains(ref, "$") {
		return true
	}
	i := facts.ParseImage(ref)
	return i.Repository != "" && !strings.HasSuffix(ref, ":") && !strings.HasSuffix(ref, "@") && !strings.HasSuffix(i.Repository, "/") &&
		!strings.HasPrefix(ref, "/") && !strings.HasPrefix(ref, ":") && !strings.HasPrefix(ref, "-") && !strings.Contains(ref, ":@")
}
