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

// ComposeBuildArgUndeclared reports entries of `build.args` that no `ARG` of the
// Dockerfile declares. The severity is warning where the name is similar to a declared
// one, which is most likely a typing error, and info otherwise.
//
// # Why it matters
//
// The builder ignores the argument and prints only a warning. The image is built with
// the default, or without the value.
//
// # How to fix it
//
// Correct the name, declare it in the Dockerfile with `ARG`, or remove the entry.
//
// # Exceptions
//
// It does not report:
//
//   - arguments that need no `ARG`, such as `HTTP_PROXY` and `TARGETPLATFORM`
//   - variables that configure Docker's commands, such as `DOCKER_BUILDKIT`
//   - Dockerfiles whose `# syntax=` names another frontend than `docker/dockerfile`
//   - names that contain a variable
var ComposeBuildArgUndeclared = facts.Rule[*facts.Compose]{
	Meta: lint.Meta{
		ID:       "compose-build-arg-undeclared",
		Title:    "Build argument is not declared in the Dockerfile",
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
			if declared[arg.Key] || arg.Key == "" || strings.Contains(arg.Key, "$") || facts.IsPredefinedArgument(arg.Key) {
				continue
			}
			if facts.IsPlatformArgument(arg.Key) || isOfDocker(arg.Key) {
				continue
			}
			final := b.File.Final()
			f := lint.Finding{
				Span: arg.KeySpan, Severity: lint.Info,
				Message: fmt.Sprintf("%q has no ARG %q, so the build ignores this argument; declare it there, or remove it here", b.File.Source.Path, shortText(arg.Key)),
				Related: []lint.Related{inDockerfile(b, final.From.Head, "the Dockerfile of the build")},
			}
			if near, ok := nearest.Name(arg.Key, slices.Sorted(maps.Keys(declared))); ok && !has(section.Args, near) {
				f.Severity = lint.Warning
				f.Message = fmt.Sprintf("%q has no ARG %q, so the build ignores this argument; write %q, which it declares", b.File.Source.Path, shortText(arg.Key), shortText(near))
				if p.Doc.File.Text(arg.KeySpan) == arg.Key {
					f.Fixes = []lint.Fix{{
						Title: fmt.Sprintf(
							"rename it to %q",
							shortText(near),
						), Applicability: lint.Unsafe, MaxEffect: lint.EffectConfig, Changes: []string{"services.*.build.args"},
						Edits: []lint.FileEdit{lint.Replace(arg.KeySpan, near)},
					}}
				}
			}
			p.Report(f)
		}
	})
}

// isOfDocker reports whether a variable configures Docker's commands.
func isOfDocker(name string) bool {
	return name == "DOCKER_BUILDKIT" || name == "COMPOSE_DOCKER_CLI_BUILD" || name == "BUILDKIT_PROGRESS"
}
