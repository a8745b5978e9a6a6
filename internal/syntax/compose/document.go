// Package compose reads Compose files: which services there are, what each is
// given in effect, through anchors, merge keys and defaults of variables, and
// where all of it is written. It reads nothing but the bytes it is given:
// include, extends and env_file are data here.
package compose

import (
	"strings"
	"sync"

	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Document is one Compose file, read once. It is not changed after Parse and is
// safe for concurrent use.
type Document struct {
	// Src holds the file's bytes as they are.
	Src   []byte
	Lines *text.LineIndex
	// File is the YAML of it. Its Err says why the rest was not read.
	File *yaml.File
	// View shows what aliases and merge keys stand for. Nobody spends of it: see
	// yaml.View.
	View *yaml.View
	// Root is the mapping at the top of the first document; nil when there is none.
	Root *yaml.Node
	// Services in file order, those of "services" alone.
	Services []*Service
	// Shape says what sort of Compose file it is by its content.
	Shape Shape

	// keyValues has what KeyValues read, []KeyValue by *yaml.Node: thousands of
	// services may share one mapping by an alias.
	keyValues sync.Map
	endless   func() *yaml.Error
}

// Shape is what a file's content shows of its place in a project.
type Shape uint8

// The shapes.
const (
	// Project has services with an image or a build.
	Project Shape = iota
	// Fragment completes another file, or is completed by one: a service of it
	// has neither image nor build, or there is none at all.
	Fragment
	// Version1 is the format before 2016: the services at the top level. Compose
	// has no reader for it any more.
	Version1
	// Foreign is no Compose file: not a mapping, or without anything of one.
	Foreign
)

// Service is an entry of services.
type Service struct {
	Name string
	// Pair is the entry, Node its value with an alias followed; Node is nil when
	// it is no mapping.
	Pair *yaml.Pair
	Node *yaml.Node

	doc *Document
}

// Parse reads a file. It never fails: what cannot be read is in File.Err.
func Parse(src []byte, lines *text.LineIndex) *Document {
	file := yaml.ParseSections(src, lines)
	d := &Document{Src: src, Lines: lines, File: file, View: yaml.NewView(file)}
	d.endless = sync.OnceValue(func() *yaml.Error {
		whole := yaml.NewView(file)
		whole.Finite(d.Root)
		return whole.Err()
	})
	if root := d.File.Root().Resolve(); root != nil && root.Kind == yaml.Mapping {
		d.Root = root
	}
	for _, p := range d.View.Pairs(d.View.Get(d.Root, "services")) {
		if p.Key.Kind != yaml.Scalar || strings.HasPrefix(p.Key.Value, "x-") || p.Value.Resolve().Tag == "!reset" {
			continue
		}
		s := &Service{Name: p.Key.Value, Pair: p, doc: d}
		if n := p.Value.Resolve(); n.Kind == yaml.Mapping {
			s.Node = n
		}
		d.Services = append(d.Services, s)
	}
	d.Shape = d.shape()
	return d
}

// Endless says why what aliases and merge keys of the file stand for is more than
// is looked at, or has no end; nil for a file of which all can be seen.
func (d *Document) Endless() *yaml.Error { return d.endless() }

// sections are the keys that Compose knows at the top level.
var sections = map[string]bool{
	"name": true, "services": true, "networks": true, "volumes": true, "secrets": true, "configs": true,
	"include": true, "models": true, "version": true, "jobs": true,
}

func (d *Document) shape() Shape {
	if d.Root == nil {
		if d.File.Err != nil {
			return Fragment // nothing is known, so nothing is missing
		}
		return Foreign
	}
	known, services := false, 0
	for _, p := range d.View.Pairs(d.Root) {
		if (p.Key.Value != "version" && sections[p.Key.Value]) || strings.HasPrefix(p.Key.Value, "x-") {
			known = true
		} else if n := p.Value; !sections[p.Key.Value] && (d.View.Pair(n, "image") != nil || d.View.Pair(n, "build") != nil) {
			services++
		}
	}
	switch {
	case services > 0 && d.View.Pair(d.Root, "services") == nil:
		return Version1
	case !known && d.View.Pair(d.Root, "version") == nil:
		return Foreign
	case len(d.Services) == 0 || len(d.File.Documents) > 1 || d.File.Err != nil || d.View.Err() != nil:
		return Fragment
	}
	for _, s := range d.Services {
		if s.Node == nil || !s.HasSource() {
			return Fragment
		}
	}
	return Project
}

// HasSource reports whether the service says where its container comes from:
// image, build or provider, or the service that it extends.
func (s *Service) HasSource() bool {
	for _, key := range []string{"image", "build", "provider", "extends"} {
		if s.Has(key) {
			return true
		}
	}
	return false
}

// Has reports whether a key of the service has a value in effect.
func (s *Service) Has(key string) bool {
	p := s.Entry(key)
	return p != nil && !p.Value.IsNull() && p.Value.Resolve().Tag != "!reset"
}

// Entry is the pair of a key, through merge keys; nil when there is none.
func (s *Service) Entry(key string) *yaml.Pair { return s.doc.View.Pair(s.Node, key) }

// Get follows keys from the service down, through aliases and merge keys; the
// result is resolved, nil when there is nothing.
func (s *Service) Get(path ...string) *yaml.Node {
	return s.doc.View.Get(s.Node, path...).Resolve()
}

// Owns reports whether a pair is written in the service itself, and not in a
// mapping that several may share.
func (s *Service) Owns(p *yaml.Pair) bool {
	return p != nil && s.Node != nil && p.Key.Parent == s.Node && s.Pair.Value.Kind != yaml.Alias
}

// Span is the service's name as written.
func (s *Service) Span() text.Span { return s.Pair.Key.Span }

// Document is the file in which the service stands.
func (s *Service) Document() *Document { return s.doc }

// Service returns the service of that name, or nil.
func (d *Document) Service(name string) *Service {
	for _, s := range d.Services {
		if s.Name == name {
			return s
		}
	}
	return nil
}
