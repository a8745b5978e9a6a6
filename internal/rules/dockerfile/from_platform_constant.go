package dockerfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// FromPlatformConstant reports `FROM` with a constant `--platform`, such as
// `--platform=linux/amd64`.
//
// Findings have severity info and the variant `excused` where nothing in the repository
// builds for another platform: the file uses no `TARGETPLATFORM` or `TARGETARCH`, and no
// workflow, script or bake file names one.
//
// # Why it matters
//
// The stage has that platform whatever platform the build requests. On other machines it
// runs under emulation, which is slow, and an image for several platforms contains the
// wrong programs.
//
// # How to fix it
//
// Remove the flag. For a stage that cross-compiles, use `--platform=$BUILDPLATFORM`.
//
// # Exceptions
//
// It does not report:
//
//   - platforms with a variable
//   - stages whose name contains the platform, such as `build-amd64`
//   - Windows images
//   - a `FROM` below a comment that gives the reason or names the platform
var FromPlatformConstant = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "from-platform-constant",
		Title:    "FROM is fixed to one platform",
		Category: lint.Correctness,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{excused},
		OptIn:    []string{excused},
		Aliases: append(
			[]lint.Alias{{Name: "DL3029", Severity: lint.Warning}},
			lint.Names("DF061", "FromPlatformFlagConstDisallowed", "kics:no_platform_flag_with_from", "kics:using_platform_with_from", "semgrep:avoid-platform-with-from")...,
		),
	},
	Check: checkFromPlatformConstant,
}

func checkFromPlatformConstant(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		platform, ok := s.From.Flag("platform")
		if !ok || s.From.Err != nil || strings.Contains(platform.Value, "$") || s.Image.IsWindows() {
			continue
		}
		os, arch, _ := strings.Cut(strings.ToLower(platform.Value), "/")
		arch, _, _ = strings.Cut(arch, "/")
		isNamed := strings.Contains(s.Name, os) || (arch != "" && strings.Contains(s.Name, arch))
		isMeant := isNamed || p.Doc.ExplainsInstruction(s.From, "amd64", "x86", "arm", "arm64", "aarch64", "platform", "m1")
		if isMeant && !p.Hadolint {
			continue
		}
		f := lint.Finding{
			Span:    platform.Span,
			Message: fmt.Sprintf("%q fixes the stage to one platform, whatever the build requests; remove it, or use $BUILDPLATFORM or $TARGETPLATFORM", p.Doc.Text(platform.Span)),
		}
		if !namesMachine(p.Doc, s) {
			f.Fixes = []lint.Fix{{
				Title: "remove the flag", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
				Edits: []lint.FileEdit{lint.Delete(withBlanks(p.Doc, platform.Span))},
			}}
		}
		if !p.Hadolint && !followsPlatform(p.Doc) && !p.Project.NamesOtherPlatform(arch) {
			f = facts.Excuse(f)
		}
		p.Report(f)
	}
}

// followsPlatform reports whether an instruction uses the platform that a build requests,
// as a file that is built for several platforms does.
func followsPlatform(d *facts.Dockerfile) bool {
	return slices.ContainsFunc(d.Instructions, func(in *dockerfile.Instruction) bool {
		follows := strings.Contains(in.Body, "TARGETPLATFORM") || strings.Contains(in.Body, "TARGETARCH")
		return follows && in.Keyword != "FROM"
	})
}

// namesMachine reports whether a RUN, ADD or ENV of the stage names a kind of machine, as
// in a download for it, which would not run on another.
func namesMachine(d *facts.Dockerfile, s *facts.Stage) bool {
	return slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool {
		text := strings.ToLower(d.Text(in.Span))
		return slices.ContainsFunc([]string{"x86_64", "x86-64", "amd64", "x64", "aarch64", "arm64"}, func(machine string) bool {
			return strings.Contains(text, machine)
		})
	})
}
