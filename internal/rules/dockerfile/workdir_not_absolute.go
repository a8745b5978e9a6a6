package dockerfile

import (
	"fmt"
	"index/suffixarray"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/images"
	"github.com/dockmend/dockmend/internal/lint"
)

// WorkdirNotAbsolute reports `WORKDIR` with a relative path, if the stage has not set an
// absolute one before.
//
// # Why it matters
//
// The path is relative to the working directory of the base image. If a new version of the
// base image changes it, files land in another directory and the program does not find
// them.
//
// # How to fix it
//
// Write the absolute path:
//
//	WORKDIR /app
//
// # Exceptions
//
// It does not report:
//
//   - a relative path after an absolute `WORKDIR` of the stage, or of one that it builds
//     on
//   - paths that begin with a variable
//   - base images that are pinned by digest, and images of distributions, which begin in
//     the root directory
//   - a directory that a `RUN` has created with `git clone`
//
// With the preset `hadolint`, every relative path is reported.
var WorkdirNotAbsolute = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "workdir-not-absolute",
		Title:    "Relative WORKDIR depends on the base image",
		Category: lint.Correctness,
		Severity: lint.Info,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Aliases: append(
			[]lint.Alias{{Name: "DL3000", Severity: lint.Error}},
			lint.Names("CKV_DOCKER_10", "DF009", "DS009", "WorkdirRelativePath", "kics:workdir_path_not_absolute")...,
		),
	},
	Check: checkWorkdirNotAbsolute,
}

func checkWorkdirNotAbsolute(p *facts.Pass[*facts.Dockerfile]) {
	for _, s := range p.Doc.Stages() {
		absolute := s.Parent != nil && setsWorkdir(s.Parent)
		for _, in := range s.Instructions {
			if in.Keyword != "workdir" || in.Err != nil {
				continue
			}
			path := strings.Trim(in.Args, "\"'")
			if isAbsolute(path) {
				absolute = true
				continue
			}
			if !p.Hadolint &&
				(absolute || s.Base().Digest != "" || (isDistribution(s.Base()) && !strings.HasPrefix(path, "~")) || clones(p.Doc, s, path)) {
				continue
			}
			f := lint.Finding{
				Span:    in.ArgsSpan,
				Message: fmt.Sprintf("%q is relative to the working directory of the base image, which can change; write an absolute path", short(path)),
			}
			if base, known := facts.LookupBase(s.Base()); known && base.Entrypoint != facts.UnknownEntrypoint && p.Doc.Text(in.ArgsSpan) == path &&
				path != "" &&
				path[0] != '~' &&
				path[0] != '.' {
				f.Fixes = []lint.Fix{{
					Title: "begin the path with a slash", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Insert(in.ArgsSpan.Start, "/")},
				}}
			}
			p.Report(f)
			absolute = true // later paths are relative to the same unknown folder
		}
	}
	if p.Hadolint && len(p.Doc.Stages()) == 0 {
		for _, in := range p.Doc.Global() {
			if path := strings.Trim(in.Args, "\"'"); in.Keyword == "workdir" && !isAbsolute(path) {
				p.Report(lint.Finding{Span: in.ArgsSpan, Message: fmt.Sprintf("%q is relative to the working directory of the base image, which can change; write an absolute path", short(path))})
			}
		}
	}
}

// isDistribution reports whether an image is that of a distribution, without other
// programs.
func isDistribution(i facts.Image) bool {
	return i.Known && images.IsDistribution(images.Canonical(i.Name()))
}

// clones reports whether a RUN of the stage clones a repository of the folder's name.
func clones(d *facts.Dockerfile, s *facts.Stage, path string) bool {
	name := baseName(strings.TrimRight(path, "/"))
	cloning := facts.Once(d, "index of the RUNs that clone", s, func() *suffixarray.Index {
		var bodies []byte
		for _, in := range s.Own("run") {
			if strings.Contains(in.Body, "clone") && slices.ContainsFunc(d.Commands(in), func(c *facts.Command) bool { return c.Name() == "git" }) {
				bodies = append(append(bodies, in.Body...), 0)
			}
		}
		return suffixarray.New(bodies)
	})
	return name != "" && len(cloning.Lookup([]byte(name), 1)) > 0
}

// setsWorkdir reports whether a stage or one that it builds on has a WORKDIR.
func setsWorkdir(s *facts.Stage) bool { return s.Last("workdir") != nil }
