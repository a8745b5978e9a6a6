// Package lsp is dockmend in an editor: a server of the Language Server Protocol. What it
// finds is what lint finds in the same files, with those that are open as they are in the
// editor.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/run"
)

// Options say how a server works.
type Options struct {
	// Env is what a run may touch. Its Stdin is not read.
	Env *run.Env
	// Run are the options of the runs. Nothing of what a client sends, or of a file of a
	// repository, widens them.
	Run run.Options
	// Wait is how long a document must rest before it is linted.
	Wait time.Duration
}

// Wait is the usual time that a document rests before it is linted.
const Wait = 80 * time.Millisecond

// ErrNoShutdown is returned for a client that went without the request "shutdown".
var ErrNoShutdown = errors.New("the client ended the connection without a shutdown")

// Codes of errors that the protocol adds to those of JSON-RPC.
const (
	codeNotInitialized = -32002
	codeCancelled      = -32800
)

// Serve speaks with a client until it ends the connection, or the context is done.
func Serve(ctx context.Context, stream io.ReadWriteCloser, options Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newServer(ctx, options)
	s.conn = jsonrpc2.NewConn(ctx, jsonrpc2.NewBufferedStream(stream, boundedCodec{}), s, jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	close(s.ready)
	<-s.conn.DisconnectNotify()
	cancel()
	s.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase < shutDown {
		return ErrNoShutdown
	}
	return nil
}

// phase is what a client may ask for.
type phase uint8

const (
	fresh phase = iota
	running
	shutDown
)

// maxRequests is how many requests may be worked on at a time.
const maxRequests = 256

// server is one client's.
type server struct {
	ctx     context.Context //nolint:containedctx // it is that of the connection
	options Options
	conn    *jsonrpc2.Conn
	// ready is closed once conn is set.
	ready chan struct{}

	// mu guards what follows: what the client has said.
	mu       sync.Mutex
	phase    phase
	client   clientCapabilities
	encoding encoding
	folders  []string
	docs     map[string]*document
	// changes counts the changes to documents and files.
	changes int
	pending map[jsonrpc2.ID]context.CancelFunc
	timer   *time.Timer
	// renew is set where files on the disk may have changed.
	renew bool

	// work is held by the one who looks at files: it guards roots and what lies in them.
	work  chan struct{}
	roots map[string]*root
	// shown are the files with findings that the client was told of, by URI.
	shown map[string]bool
	// told are messages that were shown once.
	told map[string]bool
}

func newServer(ctx context.Context, options Options) *server {
	return &server{
		ctx: ctx, options: options, ready: make(chan struct{}), docs: map[string]*document{}, pending: map[jsonrpc2.ID]context.CancelFunc{},
		work: make(chan struct{}, 1), roots: map[string]*root{}, shown: map[string]bool{}, told: map[string]bool{},
	}
}

// close ends the roots, once whoever works on them is done.
func (s *server) close() {
	s.mu.Lock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.mu.Unlock()
	s.work <- struct{}{}
	for _, r := range s.roots {
		r.close()
	}
	s.roots = nil // nobody works after that: the place in work stays taken
}

// working runs something that looks at files. Its error is that of the context, if it was
// cancelled before its turn.
func (s *server) working(ctx context.Context, run func()) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return s.ctx.Err()
	case s.work <- struct{}{}:
	}
	defer func() { <-s.work }()
	if s.roots == nil {
		return context.Canceled
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	run()
	return nil
}

// Handle implements jsonrpc2.Handler. Notifications are taken in their order; requests are
// answered as of the documents at their arrival or later ones.
func (s *server) Handle(ctx context.Context, _ *jsonrpc2.Conn, request *jsonrpc2.Request) {
	<-s.ready
	if request.Notif {
		if crash := engine.Recover("handling a notification", func() { s.notified(request.Method, request.Params) }); crash != nil {
			s.log(fmt.Sprintf("%s: %s", request.Method, crash.Problem("").Message))
		}
		return
	}
	if request.Method == "initialize" || request.Method == "shutdown" {
		s.answer(ctx, request)
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	crowded := len(s.pending) >= maxRequests
	if !crowded {
		s.pending[request.ID] = cancel
	}
	s.mu.Unlock()
	if crowded {
		cancel()
		s.reply(s.ctx, request.ID, nil, fmt.Errorf("more than %d requests are waiting", maxRequests))
		return
	}
	go func() {
		defer cancel()
		s.answer(ctx, request)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.pending, request.ID)
	}()
}

// answer answers a request, whatever happens.
func (s *server) answer(ctx context.Context, request *jsonrpc2.Request) {
	var result any
	var err error
	if crash := engine.Recover("answering a request", func() { result, err = s.asked(ctx, request) }); crash != nil {
		err = errors.New(crash.Problem("").Message)
	}
	s.reply(ctx, request.ID, result, err)
}

func (s *server) reply(ctx context.Context, id jsonrpc2.ID, result any, err error) {
	if own := (*jsonrpc2.Error)(nil); errors.As(err, &own) {
		_ = s.conn.ReplyWithError(s.ctx, id, own) // the connection is gone then
		return
	}
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		err = &jsonrpc2.Error{Code: codeCancelled, Message: "cancelled"}
	case err != nil:
		err = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: err.Error()}
	default:
		_ = s.conn.Reply(s.ctx, id, result) // the connection is gone then
		return
	}
	_ = s.conn.ReplyWithError(s.ctx, id, err.(*jsonrpc2.Error)) //nolint:errorlint // it was made above
}

// read reads the parameters of a message.
func read[T any](params *json.RawMessage) (*T, error) {
	p := new(T)
	if params == nil {
		return p, nil
	}
	if err := json.Unmarshal(*params, p); err != nil {
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
	}
	return p, nil
}

// with answers a request by a function of its parameters.
func with[P, R any](ctx context.Context, params *json.RawMessage, run func(context.Context, *P) (R, error)) (any, error) {
	p, err := read[P](params)
	if err != nil {
		return nil, err
	}
	return run(ctx, p)
}

// asked answers a request.
func (s *server) asked(ctx context.Context, request *jsonrpc2.Request) (any, error) {
	s.mu.Lock()
	now := s.phase
	s.mu.Unlock()
	switch {
	case now == fresh && request.Method != "initialize":
		return nil, &jsonrpc2.Error{Code: codeNotInitialized, Message: "the server is not initialized"}
	case now == shutDown, now == running && request.Method == "initialize":
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: "not now: " + request.Method}
	}
	params := request.Params
	switch request.Method {
	case "initialize":
		return with(ctx, params, s.initialize)
	case "shutdown":
		s.mu.Lock()
		defer s.mu.Unlock()
		s.phase = shutDown
		return nil, nil
	case "textDocument/diagnostic":
		return with(ctx, params, s.diagnostic)
	case "workspace/diagnostic":
		return with(ctx, params, s.workspaceDiagnostic)
	case "textDocument/codeAction":
		return with(ctx, params, s.codeAction)
	case "textDocument/hover":
		return with(ctx, params, s.hover)
	case "textDocument/completion":
		return with(ctx, params, s.complete)
	case "textDocument/definition":
		return with(ctx, params, s.definition)
	case "textDocument/references":
		return with(ctx, params, s.references)
	case "textDocument/documentSymbol":
		return with(ctx, params, s.symbols)
	case "workspace/executeCommand":
		return with(ctx, params, s.execute)
	}
	return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "not supported: " + request.Method}
}

// notified takes a notification. What it cannot read it leaves.
func (s *server) notified(method string, params *json.RawMessage) {
	s.mu.Lock()
	now := s.phase
	s.mu.Unlock()
	if method == "exit" {
		_ = s.conn.Close() // it may be closed already
		return
	}
	if now != running {
		return
	}
	switch method {
	case "initialized":
		s.initialized()
	case "$/cancelRequest":
		s.cancelled(params)
	case "textDocument/didOpen":
		take(params, s.didOpen)
	case "textDocument/didChange":
		take(params, s.didChange)
	case "textDocument/didSave":
		take(params, s.didSave)
	case "textDocument/didClose":
		take(params, s.didClose)
	case "workspace/didChangeWorkspaceFolders":
		take(params, s.didChangeFolders)
	case "workspace/didChangeWatchedFiles":
		take(params, s.didChangeWatched)
	}
}

func take[P any](params *json.RawMessage, run func(*P)) {
	if p, err := read[P](params); err == nil {
		run(p)
	}
}

// cancelled cancels a request that is worked on.
func (s *server) cancelled(params *json.RawMessage) {
	p, err := read[cancelParams](params)
	var id jsonrpc2.ID
	if err != nil || json.Unmarshal(p.ID, &id) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.pending[id]; cancel != nil {
		cancel()
	}
}

// Kinds of messages to people.
const (
	messageError = iota + 1
	messageWarning
	messageInfo
	messageLog
)

// log writes to the client's log of the server.
func (s *server) log(message string) {
	_ = s.conn.Notify(s.ctx, "window/logMessage", object{"type": messageLog, "message": message}) // the connection is gone then
}

// show shows a message to the person.
func (s *server) show(kind int, message string) {
	_ = s.conn.Notify(s.ctx, "window/showMessage", object{"type": kind, "message": message}) // the connection is gone then
}

// showOnce shows a message that was not shown yet. It is called by whoever works.
func (s *server) showOnce(kind int, message string) {
	if !s.told[message] {
		s.told[message] = true
		s.show(kind, message)
	}
}
