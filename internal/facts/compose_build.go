package facts

import (
	"errors"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
)

// Reasons why it is not known what a service builds, beside those of
// Project.Context. They are worded for Pass.Skip.
var (
	ErrFragment = errors.New("the file is a part of another, from whose folder its paths are read")
	ErrExtends  = errors.New("the service extends another one, which may say how it is built")
	ErrInline   = errors.New("the Dockerfile is inside the Compose file")
)

// ServiceBuild is what the build of a service reads.
type ServiceBuild struct {
	Context *BuildContext
	// File is the Dockerfile; nil if there is none that can be read.
	File *DockerfileNear
	// Stage is the one that the service runs; nil when the target names none.
	Stage *Stage
}

// builtService is an answer of Build.
type builtService struct {
	build *ServiceBuild
	err   error
}

// Build reads what a service is built from; nil for a service without build. The
// error says why it is not known: a rule then skips. It wraps fs.ErrNotExist where
// the context is not there.
func (p *Project) Build(s *ComposeService) (*ServiceBuild, error) {
	if !p.known() {
		if _, ok := s.Build(); !ok {
			return nil, nil
		}
		return nil, ErrNoFiles
	}
	b, read := p.builds[s]
	if !read {
		b.build, b.err = p.readBuild(s)
		p.builds[s] = b
	}
	return b.build, b.err
}

func (p *Project) readBuild(s *ComposeService) (*ServiceBuild, error) {
	b, ok := s.Build()
	if !ok {
		return nil, nil
	}
	switch {
	case s.file.IsFragment(s.file.Name):
		return nil, ErrFragment
	case s.Has("extends"):
		return nil, ErrExtends
	case b.Inline.Exists():
		return nil, ErrInline
	case strings.Contains(b.Target.Raw, "$"):
		return nil, ErrVariable
	case strings.HasPrefix(b.Context.Raw, "~"):
		return nil, lint.ErrOutside
	}
	folder := b.Context.Raw
	if folder == "" {
		folder = "."
	}
	home, elsewhere := p.homes[s.file]
	if !elsewhere {
		home = p.files
	}
	c, err := p.contextFrom(home, folder, b.Dockerfile.Raw)
	if err != nil {
		return nil, err
	}
	built := &ServiceBuild{Context: c, File: c.Dockerfile()}
	if built.File != nil {
		built.Stage = built.File.Target(b.Target.Raw)
	}
	return built, nil
}

// Target is the stage that a build with that target makes, by name or number;
// nil if there is none. An empty target is the last stage.
func (f *Dockerfile) Target(target string) *Stage {
	if target == "" {
		return f.Final()
	}
	stages := f.Stages()
	if s := f.named(target, len(stages)); s != nil {
		return s
	}
	if n, err := strconv.Atoi(target); err == nil && n >= 0 && n < len(stages) {
		return stages[n]
	}
	return nil
}
