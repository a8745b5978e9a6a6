package bake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
	syntax "github.com/dockmend/dockmend/internal/syntax/bake"
)

// BakeArgUndeclared finds build arguments of a target that no ARG of its Dockerfile
// declares: the builder drops them with a warning, and the image is built without what they
// say. It is a warning for a name that is near a declared one; any other is a leftover,
// mostly, and an info.
//
// Silent for arguments that need no ARG, for what other targets inherit, and for
// Dockerfiles of another frontend.
//
// There is no fix: the argument may be a leftover, or an ARG may be missing.
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
		if args == nil || isParent(p.Doc, t.Name) {
			continue
		}
		context, err := p.Project.BakeBuild(p.Doc, t)
		if err != nil || context.Dockerfile() == nil {
			continue
		}
		file := context.Dockerfile()
		declared, known := file.ArgumentNames()
		if d, ok := file.Directive("syntax"); !known || ok && !strings.Contains(d.Value, "docker/dockerfile") {
			continue
		}
		for _, pair := range args.Value.Pairs {
			name := pair.Key
			if name == "" || declared[name] || strings.Contains(name, "$") || facts.IsPredefinedArgument(name) || facts.IsPlatformArgument(name) {
				continue
			}
			f := lint.Finding{
				Span: pair.KeySpan, Severity: lint.Info,
				Message: fmt.Sprintf("no ARG of %q declares %q, so the build does without it; declare it there, or leave it out", file.Source.Path, short(name)),
			}
			near, ok := nearest.Name(name, slices.Sorted(maps.Keys(declared)))
			if ok && !slices.ContainsFunc(args.Value.Pairs, func(x syntax.Pair) bool { return x.Key == near }) {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("no ARG of %q declares %q, so the build does without it; %q is meant", file.Source.Path, short(name), short(near))
			}
			p.Report(f)
		}
	}
}
