package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/run"
)

// execute answers workspace/executeCommand.
func (s *server) execute(ctx context.Context, p *executeParams) (any, error) {
	var argument string
	if len(p.Arguments) != 1 || json.Unmarshal(p.Arguments[0], &argument) != nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: p.Command + " takes one text"}
	}
	switch p.Command {
	case commandPage:
		return s.openPage(argument)
	case commandPin:
		return nil, s.pin(ctx, argument)
	case commandFixAll:
		return nil, s.fixAll(ctx, argument)
	}
	return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "there is no command " + p.Command}
}

// openPage opens the page of a rule in the person's browser. A client that cannot do that
// gets the address.
func (s *server) openPage(rule string) (any, error) {
	found := rules.All().Find(rule)
	if len(found) == 0 {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: "there is no rule " + rule}
	}
	address := found[0].HelpURI()
	s.mu.Lock()
	opens := s.client.Window.ShowDocument.Support
	s.mu.Unlock()
	if opens {
		return address, s.conn.Call(s.ctx, "window/showDocument", object{"uri": address, "external": true}, nil)
	}
	s.show(messageInfo, address)
	return address, nil
}

// pin pins the images of a document by digest.
func (s *server) pin(ctx context.Context, uri string) error {
	var d *document
	var dir string
	changed := map[string][]byte{}
	err := s.working(ctx, func() {
		s.sync(ctx)
		if d = s.document(uri); d == nil || s.roots[d.root] == nil {
			d = nil
			return
		}
		r := s.roots[d.root]
		dir = r.dir
		for name, other := range r.set {
			changed[name] = nonNil(other.text.src)
		}
	})
	if err != nil || d == nil {
		return err
	}
	options := s.options.Run
	fixed, left, err := run.PinOne(ctx, s.options.Env, &options, dir, d.name, maps.Clone(changed))
	if err != nil {
		return err
	}
	if len(left) > 0 {
		s.show(messageWarning, "not pinned: "+strings.Join(left[:min(len(left), 5)], "; "))
	}
	return s.apply(ctx, d, fixed, "pin images by digest")
}

// fixAll applies all safe fixes of a document.
func (s *server) fixAll(ctx context.Context, uri string) error {
	var d *document
	var fix func(context.Context, bool) *engine.Fixed
	err := s.working(ctx, func() {
		s.sync(ctx)
		if d = s.document(uri); d == nil || s.roots[d.root] == nil {
			return
		}
		if x := s.resultOf(ctx, d); x != nil {
			fix = s.roots[d.root].live.FixOne(x.file)
		}
	})
	if err != nil || fix == nil {
		return err
	}
	return s.apply(ctx, d, fix(ctx, false), "apply all safe fixes")
}

// apply asks the client to change a document as the fixes do. The client refuses where the
// document has changed meanwhile, or is asked not at all.
func (s *server) apply(ctx context.Context, d *document, fixed *engine.Fixed, label string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !fixed.Changed() {
		s.show(messageInfo, "nothing to change: "+label)
		return nil
	}
	if now := s.document(d.uri); now == nil || now.text != d.text {
		return fmt.Errorf("%s: the document has changed; try again", label)
	}
	edit := s.workspaceEdit(d, d.text, difference(fixed.Before, fixed.After))
	return s.conn.Call(ctx, "workspace/applyEdit", object{"label": label, "edit": edit}, nil)
}
