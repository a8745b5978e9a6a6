package compose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/nearest"
)

// ComposeBuildArgUndeclared finds build arguments that no ARG of the Dockerfile
// declares: the builder drops them with a warning, and the image is built
// without what they say. It is a warning for a name that is near a declared one;
// any other is a leftover, mostly, and an info.
//
// Silent for the arguments that need no ARG, as those of proxies, for variables of
// Docker's commands that somebody took for arguments, as DOCKER_BUILDKIT, and where
// the Dockerfile's syntax is that of another frontend.
var ComposeBuildArgUndeclared = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-arg-undeclared",
		Title:    "A build argument that the Dockerfile does not declare",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
	},
	Check: checkComposeBuildArgUndeclared,
}

func checkComposeBuildArgUndeclared(p *facts.Pass[*facts.Compose]) {
	eachBuild(p, func(s *facts.ComposeService, b *facts.ServiceBuild) {
		section, _ := s.Build()
		if len(section.Args) == 0 {
			return
		}
		if d, ok := b.File.Directive("syntax"); ok && !strings.Contains(d.Value, "docker/dockerfile") {
			return
		}
		declared, known := b.File.ArgumentNames()
		if !known {
			return
		}
		for _, arg := range section.Args {
			if declared[arg.Key] || arg.Key == "" || strings.Contains(arg.Key, "$") || facts.IsPredefinedArgument(arg.Key) || facts.IsPlatformArgument(arg.Key) || isOfDocker(arg.Key) {
				continue
			}
			final := b.File.Final()
			f := lint.Finding{
				Span: arg.KeySpan, Severity: lint.Info,
				Message: fmt.Sprintf("no ARG of %q declares %q, so the build does without it; declare it there, or leave it out", b.File.Source.Path, shortText(arg.Key)),
				Related: []lint.Related{inDockerfile(b, final.From.Head, "the Dockerfile of the build")},
			}
			if near, ok := nearest.Name(arg.Key, slices.Sorted(maps.Keys(declared))); ok && !has(section.Args, near) {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("no ARG of %q declares %q, so the build does without it; %q is meant", b.File.Source.Path, shortText(arg.Key), shortText(near))
				if p.Doc.File.Text(arg.KeySpan) == arg.Key {
					f.Fixes = []lint.Fix{{
						Title: fmt.Sprintf("name it %q", shortText(near)), Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig, Changes: []string{"services.*.build.args"},
						Edits: []lint.FileEdit{lint.Replace(arg.KeySpan, near)},
					}}
				}
			}
			p.Report(f)
		}
	})
}

// isOfDocker tells whether a variable is one by which Docker's commands are set up.
func isOfDocker(name string) bool {
	return name == "DOCKER_BUILDKIT" || name == "COMPOSE_DOCKER_CLI_BUILD" || name == "BUILDKIT_PROGRESS"
}
