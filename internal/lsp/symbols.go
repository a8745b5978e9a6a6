package lsp

import (
	"context"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// Kinds of symbols, as the protocol numbers them.
const (
	symbolModule   = 2
	symbolClass    = 5
	symbolProperty = 7
	symbolVariable = 13
	symbolConstant = 14
	symbolArray    = 18
	symbolObject   = 19
	symbolEvent    = 24
	symbolDeepest  = 4    // how deep mappings are shown
	symbolMost     = 5000 // how many symbols of a document are shown
	symbolDetail   = 80   // bytes of a detail
)

// symbols answers textDocument/documentSymbol.
func (s *server) symbols(ctx context.Context, p *documentParams) (any, error) {
	v, err := s.look(ctx, p.TextDocument.URI)
	if v == nil {
		return []documentSymbol{}, err
	}
	all := v.symbols()
	s.mu.Lock()
	isTree := s.client.TextDocument.DocumentSymbol.Hierarchical
	s.mu.Unlock()
	if isTree {
		return all, nil
	}
	return flat([]symbolInformation{}, v.doc.uri, "", all), nil
}

// flat is the list for clients that show no tree.
func flat(into []symbolInformation, uri, container string, all []documentSymbol) []symbolInformation {
	for _, x := range all {
		into = append(into, symbolInformation{x.Name, x.Kind, location{uri, x.Range}, container})
		into = flat(into, uri, x.Name, x.Children)
	}
	return into
}

func (v *view) symbols() []documentSymbol {
	all := []documentSymbol{}
	left := symbolMost
	switch {
	case v.docker != nil:
		for _, in := range v.docker.Global() {
			all = append(all, v.instruction(in))
		}
		for _, stage := range v.docker.Stages() {
			whole := stage.From.Span
			x := v.symbol("FROM "+stage.Image.Raw, "", symbolModule, whole, stage.From.KeywordSpan)
			if stage.Name != "" {
				x.Name, x.Detail = string(stage.NameSpan.Of(v.text.src)), stage.Image.Raw
				x.Selection = v.textRange(stage.NameSpan)
			}
			for _, in := range stage.Instructions {
				whole = whole.Cover(in.Span)
				if left--; left > 0 {
					x.Children = append(x.Children, v.instruction(in))
				}
			}
			x.Range = v.textRange(whole)
			all = append(all, x)
		}
	case v.yaml != nil:
		for _, d := range v.yaml.Documents {
			all = append(all, v.keys(d.Root, 1, &left)...)
		}
	case v.bake != nil:
		for _, b := range v.bake.Blocks {
			if b.Name != "" {
				all = append(all, v.symbol(b.Name, b.Kind, symbolClass, b.NameSpan, b.NameSpan))
			}
		}
	}
	return all
}

func (v *view) symbol(name, detail string, kind int, whole, at text.Span) documentSymbol {
	if strings.TrimSpace(name) == "" {
		name = "-" // a client may refuse an empty one
	}
	detail = text.Short(detail[:min(len(detail), symbolDetail)])
	return documentSymbol{Name: name, Detail: detail, Kind: kind, Range: v.textRange(whole.Cover(at)), Selection: v.textRange(at)}
}

func (v *view) instruction(in *dockerfile.Instruction) documentSymbol {
	kind := symbolEvent
	switch in.Keyword {
	case "arg":
		kind = symbolVariable
	case "env":
		kind = symbolConstant
	case "label", "expose", "user", "workdir":
		kind = symbolProperty
	}
	return v.symbol(strings.ToUpper(in.Keyword), in.Args, kind, in.Span, in.KeywordSpan)
}

// keys are the keys of a mapping, and those below.
func (v *view) keys(n *yaml.Node, depth int, left *int) (all []documentSymbol) {
	if n == nil || n.Kind != yaml.Mapping || depth > symbolDeepest {
		return nil
	}
	for _, p := range n.Pairs {
		if *left--; *left < 0 {
			break
		}
		kind, detail := symbolProperty, ""
		switch p.Value.Kind {
		case yaml.Mapping:
			kind = symbolObject
		case yaml.Sequence:
			kind = symbolArray
		case yaml.Scalar, yaml.Alias:
			detail = p.Value.Value
		}
		x := v.symbol(p.Key.Value, detail, kind, p.Span, p.Key.Span)
		x.Children = v.keys(p.Value, depth+1, left)
		all = append(all, x)
	}
	return all
}
