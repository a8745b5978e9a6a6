package run

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
)

// Policy is a configuration that counts; Name is empty if there is none.
type Policy struct {
	Name   string
	Source []byte
}

// Read is the Source of the policy alone.
func (p Policy) Read(path string) ([]byte, error) {
	if path != p.Name {
		return nil, fs.ErrNotExist
	}
	return p.Source, nil
}

// FirstLine is the first line of what an error says.
func FirstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// Source reads the configuration: a file of the repository by its path from
// the root. The error wraps fs.ErrNotExist for one that is not there.
type Source func(path string) ([]byte, error)

// loadConfig reads the named configuration, else the root's own, else
// hadolint's, else none.
func (w *Workspace) loadConfig(metas []*lint.Meta, policy Source) (*config.Config, error) {
	if named := w.options.Config; named != "" {
		read := func() ([]byte, error) { return w.env.ReadFile(named) }
		if policy != nil {
			read = func() ([]byte, error) { return policy(w.Inside(named)) }
		}
		src, err := read()
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		return w.parseConfig(named, src, metas)
	}
	if policy == nil {
		policy = w.ReadPolicy
	}
	name, src, err := FindConfig(policy)
	if err != nil || name == "" {
		return &config.Config{}, err
	}
	return w.parseConfig(name, src, metas)
}

// FindConfig reads the first configuration that is there; name is empty if there
// is none.
func FindConfig(read Source) (name string, src []byte, err error) {
	for _, name := range append(config.Names(), config.HadolintNames()...) {
		src, err := read(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", nil, fmt.Errorf("%s cannot be read: %w", name, Plain(err))
		default:
			return name, src, nil
		}
	}
	return "", nil, nil
}

func (w *Workspace) parseConfig(name string, src []byte, metas []*lint.Meta) (*config.Config, error) {
	for _, hadolint := range config.HadolintNames() {
		if path.Base(name) == hadolint {
			cfg, notices, err := config.ParseHadolint(name, src, metas)
			w.notices = append(w.notices, notices...)
			return cfg, err
		}
	}
	return config.Parse(name, src, metas)
}

// policySince reads the configuration of the base, which decides in both trees. The
// work tree's counts where the base's is not valid.
func (w *Workspace) policySince(ref string) (Source, error) {
	name, src, err := FindConfig(w.since.Policy)
	if err != nil {
		return nil, fmt.Errorf("--changed-since: %w", err)
	}
	own, now, err := FindConfig(w.ReadPolicy)
	if err == nil && own == name && bytes.Equal(src, now) {
		return nil, nil
	}
	base := Policy{name, src}
	if name != "" {
		if _, err := config.Parse(name, src, nil); err != nil && !slices.Contains(config.HadolintNames(), name) {
			w.notices = append(w.notices, fmt.Sprintf("the configuration at %s is not valid, so the work tree's counts: %s", ref, FirstLine(err)))
			return nil, nil
		}
	}
	w.notices = append(w.notices, fmt.Sprintf("the configuration differs from that at %s, which decides", ref))
	return base.Read, nil
}
