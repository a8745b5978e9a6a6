package bake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/text"
)

// BakeArgUndeclared reports build arguments of a target that no `ARG` of its Dockerfile
// declares. The severity is warning for a name that is similar to a declared one. Other
// names are usually left over; their severity is info.
//
// # Why it matters
//
// The builder ignores the argument with a warning, so the image is built without its value.
//
// # How to fix it
//
// Correct the name, declare the `ARG` in the Dockerfile, or remove the argument.
//
// # Fix safety
//
// There is no automatic fix: the argument can be left over, or an `ARG` can be missing.
//
// # Exceptions
//
// It does not report:
//
//   - arguments that need no `ARG`, such as `HTTP_PROXY`
//   - arguments that other targets inherit
//   - Dockerfiles that another frontend reads (`# syntax=`)
var BakeArgUndeclared = facts.Rule[*facts.Bake]{
	Meta: lint.Meta{
		ID:       "bake-arg-undeclared",
		Title:    "A build argument that the Dockerfile does not declare",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkBakeArgUndeclared,
}

func checkBakeArgUndeclared(p *facts.Pass[*facts.Bake]) {
	for _, t := range p.Doc.Targets() {
		args := t.Get("args")
		if args == nil || p.Doc.IsParent(t.Name) {
			continue
		}
		context, err := p.Project.BakeBuild(p.Doc, t)
		if err != nil || context.Dockerfile() == nil {
			continue
		}
		file := context.Dockerfile()
		declared, known := file.ArgumentNames()
		d, ok := file.Directive("syntax")
		isForeign := ok && !strings.Contains(d.Value, "docker/dockerfile")
		if !known || isForeign {
			continue
		}
		names := slices.Sorted(maps.Keys(declared))
		names = names[:min(len(names), nearest.Most)]
		passed := map[string]bool{}
		for _, pair := range args.Value.Pairs {
			passed[pair.Key] = true
		}
		for _, pair := range args.Value.Pairs {
			name := pair.Key
			isGiven := facts.IsPredefinedArgument(name) || facts.IsPlatformArgument(name)
			if name == "" || declared[name] || isGiven || strings.Contains(name, "$") {
				continue
			}
			f := lint.Finding{
				Span: pair.KeySpan, Severity: lint.Info,
				Message: fmt.Sprintf("no ARG of %q declares %q, so the build does without it; declare it there, or leave it out", file.Source.Path, text.Short(name)),
			}
			near, ok := nearest.Name(name, names)
			if ok && !passed[near] {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("no ARG of %q declares %q, so the build does without it; %q is meant", file.Source.Path, text.Short(name), text.Short(near))
			}
			p.Report(f)
		}
	}
}
