package lsp

import (
	"cmp"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/dockmend/dockmend/internal/run"
)

// client is an editor in the process of a test.
type client struct {
	t      testing.TB
	conn   *jsonrpc2.Conn
	served chan error
	dir    string

	mu        sync.Mutex
	published chan publishParams
	applied   []workspaceEdit
	messages  []string
	shown     []string
}

// Handle implements jsonrpc2.Handler.
func (c *client) Handle(ctx context.Context, conn *jsonrpc2.Conn, request *jsonrpc2.Request) {
	switch request.Method {
	case "textDocument/publishDiagnostics":
		var p publishParams
		if err := json.Unmarshal(*request.Params, &p); err != nil {
			c.t.Error(err)
		}
		c.published <- p
	case "workspace/applyEdit":
		var p struct{ Edit workspaceEdit }
		if err := json.Unmarshal(*request.Params, &p); err != nil {
			c.t.Error(err)
		}
		c.mu.Lock()
		c.applied = append(c.applied, p.Edit)
		c.mu.Unlock()
		_ = conn.Reply(ctx, request.ID, object{"applied": true})
	case "window/showMessage", "window/logMessage":
		var p struct{ Message string }
		_ = json.Unmarshal(*request.Params, &p)
		c.mu.Lock()
		c.messages = append(c.messages, p.Message)
		c.mu.Unlock()
	case "window/showDocument":
		var p struct{ URI string }
		_ = json.Unmarshal(*request.Params, &p)
		c.mu.Lock()
		c.shown = append(c.shown, p.URI)
		c.mu.Unlock()
		_ = conn.Reply(ctx, request.ID, object{"success": true})
	default:
		if !request.Notif {
			_ = conn.Reply(ctx, request.ID, nil)
		}
	}
}

// options are those of a test: they depend on nothing of the machine.
func options(dir string) Options {
	all := run.Defaults()
	all.ShellCheck = "off"
	all.Rules.AsOf = "2026-11-30"
	return Options{Env: &run.Env{Dir: dir, Getenv: func(string) string { return "" }, Version: "test"}, Run: all, Wait: time.Millisecond}
}

// start starts a server for a folder with some capabilities of the client.
func start(tb testing.TB, dir, capabilities string) *client {
	tb.Helper()
	return startWith(tb, dir, capabilities, func(*Options) {})
}

// startWith is start with other options.
func startWith(tb testing.TB, dir, capabilities string, change func(*Options)) *client {
	tb.Helper()
	all := options(dir)
	change(&all)
	here, there := net.Pipe()
	c := &client{t: tb, dir: dir, served: make(chan error, 1), published: make(chan publishParams, 1024)}
	go func() { c.served <- Serve(context.WithoutCancel(tb.Context()), there, all) }()
	c.conn = jsonrpc2.NewConn(context.WithoutCancel(tb.Context()), jsonrpc2.NewBufferedStream(here, jsonrpc2.VSCodeObjectCodec{}), c)
	c.call("initialize", json.RawMessage(`{"processId": null, "rootUri": "`+fileURI(dir)+`", "capabilities": `+cmp.Or(capabilities, "{}")+`}`), nil)
	c.notify("initialized", object{})
	tb.Cleanup(func() {
		c.call("shutdown", nil, nil)
		c.notify("exit", nil)
		if err := <-c.served; err != nil {
			tb.Errorf("the server ended with %v", err)
		}
		_ = c.conn.Close()
	})
	return c
}

// pulling are the capabilities of a client that asks for diagnostics and counts bytes.
const pulling = `{"general": {"positionEncodings": ["utf-8"]}, "textDocument": {"diagnostic": {}, "documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}, ` +
	`"workspace": {"applyEdit": true, "workspaceEdit": {"documentChanges": true}}, "window": {"showDocument": {"support": true}}}`

func (c *client) call(method string, params, result any) {
	c.t.Helper()
	if err := c.conn.Call(context.Background(), method, params, result); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) notify(method string, params any) {
	c.t.Helper()
	if err := c.conn.Notify(context.Background(), method, params); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) uri(name string) string { return fileURI(filepath.Join(c.dir, name)) }

func (c *client) open(name, language, text string) {
	c.t.Helper()
	c.notify("textDocument/didOpen", didOpenParams{textDocumentItem{c.uri(name), language, 1, text}})
}

// change replaces a text.
func (c *client) change(name string, version int32, text string) {
	c.t.Helper()
	c.notify("textDocument/didChange", didChangeParams{versionedDocument{c.uri(name), version}, []contentChange{{Text: text}}})
}

// pull asks for the diagnostics of a file.
func (c *client) pull(name string) []diagnostic {
	c.t.Helper()
	var report diagnosticReport
	c.call("textDocument/diagnostic", diagnosticParams{TextDocument: textDocument{c.uri(name)}}, &report)
	return *report.Items
}

// next is the next report for a version of a file; those for others are passed over.
func (c *client) next(name string, version int32) []diagnostic {
	c.t.Helper()
	for p := range c.published {
		if p.URI == c.uri(name) && p.Version != nil && *p.Version == version {
			return p.Diagnostics
		}
	}
	return nil
}

func codes(found []diagnostic) []string {
	all := []string{}
	for _, d := range found {
		all = append(all, d.Code)
	}
	slices.Sort(all)
	return all
}

// tree writes files into a folder of the test's own, and makes it a work tree.
func tree(tb testing.TB, content map[string]string) string {
	tb.Helper()
	dir, err := filepath.EvalSymlinks(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	content[".git/HEAD"] = "ref: refs/heads/main\n"
	for name, text := range content {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// linted is what the command line finds in a folder, as an editor would get it, by path.
func linted(tb testing.TB, dir string) map[string][]string {
	tb.Helper()
	opts := options(dir)
	all, err := run.Open(tb.Context(), opts.Env, &opts.Run, nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer all.Close()
	results, err := all.Check(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	found := map[string][]string{}
	for _, d := range run.Merge(results).Diagnostics {
		if d.Counts() {
			found[d.Source.Path] = append(found[d.Source.Path], key(d.Rule.ID, d.Fingerprint, d.Message, newContent(d.Source.Bytes).textRange(d.Span, utf8s), severityOf(d.Severity)))
		}
	}
	for name := range found {
		slices.Sort(found[name])
	}
	return found
}

func key(rule, fingerprint, message string, at textRange, severity int) string {
	line, _ := json.Marshal([]any{at, severity, rule, message, fingerprint})
	return string(line)
}

// findings is what the server finds in all files of its folder, in the form of linted.
func (c *client) findings() map[string][]string {
	c.t.Helper()
	var report struct{ Items []diagnosticReport }
	c.call("workspace/diagnostic", workspaceDiagnosticParams{}, &report)
	found := map[string][]string{}
	for _, r := range report.Items {
		at, _ := filePath(r.URI)
		name, err := filepath.Rel(c.dir, at)
		if err != nil || r.Items == nil {
			c.t.Fatalf("%s: %v", r.URI, err)
		}
		for _, d := range *r.Items {
			if d.Data == nil {
				c.t.Fatalf("%s: %s", name, d.Message)
			}
			found[filepath.ToSlash(name)] = append(found[filepath.ToSlash(name)], key(d.Code, d.Data.Fingerprint, d.Message, d.Range, d.Severity))
		}
	}
	for name := range found {
		slices.Sort(found[name])
	}
	return found
}
