package lsp

import (
	"context"

	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/bake"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// view is a document as what it is read as, for questions about its text alone. Broken text
// has a view like any other.
type view struct {
	s      *server
	doc    *document
	text   *content
	target lint.Target
	// known is false for a text that is none of the kinds.
	known bool
	// One of these is set, if known.
	docker *facts.Dockerfile
	yaml   *yaml.File
	bake   *bake.File
}

// look is the view of an open document; nil if it is not open or too large.
func (s *server) look(ctx context.Context, uri string) (*view, error) {
	d := s.document(uri)
	if d == nil || len(d.text.src) > maxViewed {
		return nil, nil
	}
	v := &view{s: s, doc: d, text: d.text}
	if named := d.target(); named != nil {
		v.target, v.known = *named, true
	}
	if d.root != "" {
		err := s.working(ctx, func() {
			s.sync(ctx)
			if r := s.roots[d.root]; r != nil && r.live != nil {
				if f, ok := r.live.File(d.name, d.target()); ok {
					v.target, v.known = f.Target, true
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	if !v.known && d.name != "" && !isConfig(d.name) {
		v.target, v.known = discover.Known(d.name)
	}
	if v.known {
		v.parse()
	}
	return v, nil
}

// maxViewed is the size in bytes of a document that is read for a question about a place.
const maxViewed = 1 << 20

func (v *view) parse() {
	src := lint.NewSource(v.doc.name, v.text.src)
	switch v.target {
	case lint.TargetDockerfile:
		v.docker = facts.NewDockerfile(facts.ParseDockerfile(src))
		v.docker.Name = v.doc.name
	case lint.TargetBake:
		v.bake = bake.Parse(src.Bytes)
	case lint.TargetIgnoreFile:
	case lint.TargetCompose, lint.TargetKubernetes, lint.TargetWorkflow:
		v.yaml = yaml.Parse(src.Bytes, src.Lines)
	}
}

func (v *view) offset(p position) int { return v.text.offset(p, v.s.encoding) }

func (v *view) textRange(span text.Span) textRange { return v.text.textRange(span, v.s.encoding) }

// line is the line of an offset.
func (v *view) line(offset int) text.Span { return v.text.line(v.text.lineOf(offset)) }

// before is the text of the line up to an offset.
func (v *view) before(offset int) string {
	line := v.line(offset)
	return string(v.text.src[line.Start:max(min(offset, line.End), line.Start)])
}
