package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

// Policy is a configuration that counts; Name is empty if there is none.
type Policy struct {
	Name   string
	Source []byte
	// Extended are the files that it extends, directly and by others.
	Extended []config.File
}

// NewPolicy reads what a configuration extends from where it is itself.
func NewPolicy(name string, src []byte, read Source) (Policy, error) {
	p := Policy{Name: name, Source: src}
	if name == "" || config.IsHadolint(name, src) {
		return p, nil
	}
	chain, err := config.Chain(name, src, read)
	if err == nil {
		p.Extended = chain[:len(chain)-1]
	}
	return p, err
}

// Equal reports whether both say the same.
func (p Policy) Equal(other Policy) bool {
	same := func(a, b config.File) bool { return a.Name == b.Name && bytes.Equal(a.Source, b.Source) }
	return p.Name == other.Name && bytes.Equal(p.Source, other.Source) && slices.EqualFunc(p.Extended, other.Extended, same)
}

// Read is the Source of the policy alone.
func (p Policy) Read(path string) ([]byte, error) {
	if path == p.Name {
		return p.Source, nil
	}
	for _, f := range p.Extended {
		if f.Name == path {
			return f.Source, nil
		}
	}
	return nil, fs.ErrNotExist
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
	around := policy
	if around == nil {
		around = w.ReadPolicy
	}
	if named := w.options.Config; named != "" {
		read := func() ([]byte, error) { return w.env.ReadFile(named) }
		if policy != nil {
			read = func() ([]byte, error) { return policy(w.Inside(named)) }
		}
		src, err := read()
		if err != nil {
			return nil, fmt.Errorf("--config: %w", err)
		}
		return w.parseConfig(named, src, metas, around)
	}
	if policy == nil {
		policy = w.ReadPolicy
	}
	name, src, err := FindConfig(policy)
	if err != nil {
		return nil, err
	}
	if name == "" && len(config.HadolintVariables(w.env.variable)) == 0 {
		return &config.Config{}, nil
	}
	return w.parseConfig(name, src, metas, around)
}

// FindConfig reads the first configuration that is there, of hadolint's the first that
// is one; name is empty if there is none.
func FindConfig(read Source) (name string, src []byte, err error) {
	for _, name := range append(config.Names(), config.HadolintNames()...) {
		src, err := read(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", nil, fmt.Errorf("%s cannot be read: %w", name, Plain(err))
		case slices.Contains(config.Names(), name) || config.IsHadolint(name, src):
			return name, src, nil
		}
	}
	return "", nil, nil
}

// parseConfig reads a configuration of either kind; without a name it is what the
// environment says to hadolint, which counts beside hadolint's own alone.
func (w *Workspace) parseConfig(name string, src []byte, metas []*lint.Meta, around Source) (*config.Config, error) {
	if name == "" || config.IsHadolint(name, src) {
		cfg, notices, err := config.ParseHadolintWith(name, src, metas, w.env.variable)
		w.notices = append(w.notices, notices...)
		return cfg, err
	}
	if set := config.HadolintVariables(w.env.variable); len(set) > 0 {
		w.notices = append(w.notices, fmt.Sprintf("%s: not read, since %s is the configuration; write it there", strings.Join(set, ", "), name))
	}
	chain, err := config.Chain(name, src, around)
	if err != nil {
		return nil, err
	}
	return config.ParseChain(chain, metas)
}

// notRead says which configurations were found and do not count, and why.
func (w *Workspace) notRead(found []string) {
	if w.options.Config != "" {
		return // it was chosen
	}
	const shown = 3
	below, earlier, foreign := []string{}, []string{}, []string{}
	own := slices.Contains(config.Names(), w.config)
	for _, name := range found {
		ours := strings.Contains(path.Base(name), "dockmend.")
		known := slices.Contains(config.Names(), name) || slices.Contains(config.HadolintNames(), name)
		switch {
		case name == w.config, own && !ours:
		case !known:
			below = append(below, w.Shown(name))
		case w.config == "":
			foreign = append(foreign, w.Shown(name))
		default:
			earlier = append(earlier, w.Shown(name))
		}
	}
	for _, x := range []struct {
		names []string
		why   string
	}{
		{below, "a repository has one configuration, such as .dockmend.yaml in its root; --config names another one, and overrides: in it is for some paths"},
		{earlier, w.config + " is used"},
		{foreign, "no key in it is one of hadolint's"},
	} {
		if names := x.names; len(names) > 0 {
			more := ""
			if len(names) > shown {
				names, more = names[:shown], fmt.Sprintf(" and %d more", len(names)-shown)
			}
			w.notices = append(w.notices, fmt.Sprintf("not read: %s%s: %s", strings.Join(names, ", "), more, x.why))
		}
	}
}

// policySince reads the configuration of the base, which decides in both trees. The
// work tree's counts where the base's is not valid.
func (w *Workspace) policySince(ref string) (Source, error) {
	name, src, err := FindConfig(w.since.Policy)
	if err != nil {
		return nil, fmt.Errorf("--changed-since: %w", err)
	}
	base, baseErr := NewPolicy(name, src, w.since.Policy)
	own, now, err := FindConfig(w.ReadPolicy)
	if err == nil && baseErr == nil {
		if head, err := NewPolicy(own, now, w.ReadPolicy); err == nil && head.Equal(base) {
			return nil, nil
		}
	}
	if name != "" {
		_, err := config.ParseChain(append(slices.Clone(base.Extended), config.File{Name: name, Source: src}), rules.All().Metas())
		if err = cmp.Or(baseErr, err); err != nil && !config.IsHadolint(name, src) {
			w.notices = append(w.notices, fmt.Sprintf("the configuration at %s is not valid, so the one in the work tree applies: %s", ref, FirstLine(err)))
			return nil, nil
		}
	}
	w.notices = append(w.notices, fmt.Sprintf("the configuration differs from the one at %s, which applies", ref))
	return base.Read, nil
}
