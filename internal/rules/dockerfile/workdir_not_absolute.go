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

// WorkdirNotAbsolute finds WORKDIR with a relative path and nothing that it is
// relative to.
//
// The folder then depends on what the base image has set, which may change.
// Write the whole path.
//
// Silent where an absolute WORKDIR stands above in the stage or the stages that
// it builds on, for paths that begin with a variable, for a base that is pinned by
// digest or is a distribution's, which all begin in the root folder, and for a folder
// that git has just cloned there. With the preset "hadolint" every relative path
// counts.
var WorkdirNotAbsolute = facts.Rule[*facts.Dockerfile]{
	Meta: lint.Meta{
		ID:       "workdir-not-absolute",
		Title:    "A relative WORKDIR depends on the base image",
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
			if !p.Hadolint && (absolute || s.Base().Digest != "" || isDistribution(s.Base()) && !strings.HasPrefix(path, "~") || clones(p.Doc, s, path)) {
				continue
			}
			f := lint.Finding{
				Span:    in.ArgsSpan,
				Message: fmt.Sprintf("%q is relative to what the base image sets; write the whole path", short(path)),
			}
			if base, known := facts.LookupBase(s.Base()); known && base.Entrypoint != facts.UnknownEntrypoint && p.Doc.Text(in.ArgsSpan) == path && path != "" && path[0] != '~' && path[0] != '.' {
				f.Fixes = []lint.Fix{{
					Title: "begin the path with a slash", Applicability: lint.Unsafe, MaxEffect: lint.EffectGraph,
					Edits: []lint.FileEdit{lint.Insert(in.ArgsSpan.Start, "/")},
				}}
			}
			p.Report(f)
			absolute = true // what follows is relative to the same unknown folder
		}
	}
	if p.Hadolint && len(p.Doc.Stages()) == 0 {
		for _, in := range p.Doc.Global() {
			if path := strings.Trim(in.Args, "\"'"); in.Keyword == "workdir" && !isAbsolute(path) {
				p.Report(lint.Finding{Span: in.ArgsSpan, Message: fmt.Sprintf("%q is relative to what the base image sets; write the whole path", short(path))})
			}
		}
	}
}

// isDistribution tells whether an image is one of a distribution, without programs of
// its own.
func isDistribution(i facts.Image) bool {
	return i.Known && images.IsDistribution(images.Canonical(i.Name()))
}

// clones tells whether a RUN of the stage clones a repository of the folder's name.
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

// setsWorkdir tells whether a stage or one that it builds on has a WORKDIR.
func setsWorkdir(s *facts.Stage) bool { return s.Last("workdir") != nil }

// isAbsolute knows paths of Unix and of Windows; a variable may hold either.
func isAbsolute(path string) bool {
	return strings.HasPrefix(path, "/") || strings.HasPrefix(path, "\\") || strings.HasPrefix(path, "$") || len(path) > 1 && path[1] == ':'
}
