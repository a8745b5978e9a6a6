package config

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/lint"
)

// File is a configuration, or one that it extends, by its path from the root.
type File struct {
	Name   string
	Source []byte
}

// maxExtends is how many files a configuration may extend, one after the other.
const maxExtends = 5

// Chain reads what a configuration extends: itself is the last. read reads a file of the
// same repository by its path from the root.
func Chain(name string, src []byte, read func(string) ([]byte, error)) ([]File, error) {
	chain := []File{{name, src}}
	for {
		first := chain[0]
		next, line, err := extended(first.Name, first.Source)
		if err != nil || next == "" {
			return chain, err
		}
		at := fmt.Sprintf("%s:%d: extends", first.Name, line)
		switch {
		case !isInside(next):
			return nil, fmt.Errorf("%s: %s is not a file of this repository, written from its root", at, quote(next))
		case len(chain) > maxExtends:
			return nil, fmt.Errorf("%s: more than %d files, one after the other", at, maxExtends)
		}
		for _, f := range chain {
			if f.Name == path.Clean(next) {
				return nil, fmt.Errorf("%s: %s extends itself", at, quote(next))
			}
		}
		if read == nil {
			return nil, fmt.Errorf("%s: it cannot be used here", at)
		}
		source, err := read(path.Clean(next))
		if err != nil {
			return nil, fmt.Errorf("%s: %s cannot be read: %w", at, quote(next), err)
		}
		chain = append([]File{{path.Clean(next), source}}, chain...)
	}
}

// isInside reports whether a path stays in the repository, as far as it says.
func isInside(name string) bool {
	clean := path.Clean(name)
	if path.IsAbs(name) || strings.ContainsAny(name, "\\\x00:@") {
		return false
	}
	return clean != "." && clean != ".." && !strings.HasPrefix(clean, "../")
}

// extended is what a file extends; empty for nothing. What is wrong with the rest of it is
// for Parse to say.
func extended(name string, src []byte) (next string, line int, err error) {
	root := newDecoder(name, src, nil).load()
	if root == nil || root.Kind != yaml.MappingNode {
		return "", 0, nil
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "extends" {
			continue
		}
		value := root.Content[i+1]
		if value.Kind != yaml.ScalarNode || value.Value == "" || isNull(value) {
			return "", 0, fmt.Errorf("%s:%d: extends must be the path of a file", name, value.Line)
		}
		return value.Value, value.Line, nil
	}
	return "", 0, nil
}

// ParseChain reads a configuration with what it extends: each file says more than those
// before it. Lists are replaced, maps and overrides are added to.
func ParseChain(chain []File, metas []*lint.Meta) (*Config, error) {
	c := &Config{}
	var errs []error
	for _, f := range chain {
		d := newDecoder(f.Name, f.Source, metas)
		c.File = f.Name
		if root := d.load(); root != nil {
			d.object(root, "the configuration", fields(c, d.names))
		}
		errs = append(errs, d.err())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}
