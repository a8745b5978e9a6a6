package lsp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/text"
)

// FuzzMessages sends what a client may and may not send: framed messages with any method and
// parameters, and bytes that are no message. The server answers or ends; it does not crash.
func FuzzMessages(f *testing.F) {
	f.Add("textDocument/hover", `{"textDocument":{"uri":"file:///x/Dockerfile"},"position":{"line":4294967295,"character":4294967295}}`, "Content-Length: 3\r\n\r\n{}}")
	f.Add("textDocument/didOpen", `{"textDocument":{"uri":"untitled:1","languageId":"dockerfile","version":1,"text":"FROM a\nRUN <<E\n"}}`, "")
	f.Add("textDocument/didChange", `{"textDocument":{"uri":"untitled:1","version":2},"contentChanges":[{"range":{"start":{"line":9,"character":9},"end":{"line":0,"character":0}},"text":"\ud800"}]}`, "Content-Length: -1\r\n\r\n")
	f.Add("workspace/executeCommand", `{"command":"dockmend.openPage","arguments":[{}]}`, "X: y\r\n\r\n")
	f.Add("textDocument/codeAction", `{"textDocument":{"uri":"untitled:1"},"context":{"only":[""]}}`, "Content-Length: 99999999999\r\n\r\n")
	f.Add("workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///%00"},{"uri":"::"}],"removed":[null]}}`, "")
	f.Add("$/cancelRequest", `{"id":{}}`, "\x00")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, method, params, rest string) {
		// Folders of the machine, and what waits for a person's registries, are not for here.
		if strings.Contains(method+params, "initialize") || strings.Contains(params, "file:") || strings.Contains(params, commandPin) {
			return
		}
		here, there := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- Serve(context.Background(), there, options(dir)) }()
		go func() { _, _ = io.Copy(io.Discard, here) }()
		send := func(id int, method, params string) {
			message := object{"jsonrpc": "2.0", "method": method}
			if id > 0 {
				message["id"] = id
			}
			if json.Valid([]byte(params)) {
				message["params"] = json.RawMessage(params)
			}
			src, err := json.Marshal(message)
			if err != nil {
				return
			}
			_, _ = fmt.Fprintf(here, "Content-Length: %d\r\n\r\n%s", len(src), src)
		}
		send(1, "initialize", `{"capabilities":{"textDocument":{"diagnostic":{}}}}`)
		send(0, "textDocument/didOpen", `{"textDocument":{"uri":"untitled:1","languageId":"dockerfile","version":1,"text":"FROM debian:latest AS x\nARG A=ö\nRUN echo $A\nCMD sleep 5\n"}}`)
		send(0, method, params)
		send(2, method, params)
		send(3, "textDocument/diagnostic", `{"textDocument":{"uri":"untitled:1"}}`)
		_, _ = io.WriteString(here, rest)
		_ = here.Close()
		if err := <-served; err != nil && !errors.Is(err, ErrNoShutdown) {
			t.Error(err)
		}
	})
}

// FuzzPositions: an edit at any range makes the same text as a slow way to count, and a place
// in it is found again.
func FuzzPositions(f *testing.F) {
	for i, src := range fuzzseed.Texts(f, "dockerfile") {
		if i%8 == 0 {
			f.Add([]byte(src), "x\r\n", uint32(i), uint32(3), uint32(i+1), uint32(7), i%16 == 0)
		}
	}
	f.Add([]byte("\xEF\xBB\xBFa😀ö\rb\r\nc\xff\n"), "", uint32(0), uint32(2), uint32(2), uint32(1), false)
	f.Fuzz(func(t *testing.T, src []byte, insert string, line, char, endLine, endChar uint32, bytewise bool) {
		if !utf8.Valid(src) {
			return // JSON holds no such text
		}
		c, e := newContent(src), encoding(bytewise)
		r := textRange{position{line, char}, position{endLine, endChar}}
		span := c.span(r, e)
		if want := slowOffset(src, r.Start, e); span.Start != want {
			t.Fatalf("offset %d, want %d", span.Start, want)
		}
		if back := c.offset(c.position(span.Start, e), e); back != span.Start {
			t.Fatalf("%d is found again as %d", span.Start, back)
		}
		now := c.change(contentChange{Range: &r, Text: insert}, e)
		want, err := text.Apply(src, []text.Edit{{Span: span, New: insert}})
		if err != nil || !bytes.Equal(now.src, want) {
			t.Fatalf("%q, want %q, %v", now.src, want, err)
		}
	})
}

// slowOffset counts from the start.
func slowOffset(src []byte, p position, e encoding) int {
	at, line, units := 0, uint32(0), uint32(0)
	for at < len(src) {
		isEnd := src[at] == '\n' || src[at] == '\r'
		if line == p.Line {
			if isEnd || units >= p.Character {
				return at
			}
		}
		if isEnd {
			if src[at] == '\r' && at+1 < len(src) && src[at+1] == '\n' {
				at++
			}
			at++
			line, units = line+1, 0
			continue
		}
		r, size := utf8.DecodeRune(src[at:])
		n := uint32(1)
		if e == utf8s {
			n = uint32(size)
		} else if r > 0xFFFF {
			n = 2
		}
		if line == p.Line && units+n > p.Character {
			return at
		}
		units += n
		at += size
	}
	return at
}

// FuzzViews asks about a place of any text of each kind.
func FuzzViews(f *testing.F) {
	for kind, name := range map[string]string{"dockerfile": "Dockerfile", "compose": "compose.yaml", "bake": "docker-bake.hcl"} {
		for i, src := range fuzzseed.Texts(f, kind) {
			if i%8 == 0 {
				f.Add(name, src, uint32(i))
			}
		}
	}
	f.Add(".dockmend.yaml", "rules:\n  latest-tag: {severity: \n- a: b\n", uint32(20))
	f.Fuzz(func(t *testing.T, name, src string, at uint32) {
		s := newServer(context.Background(), options("."))
		v := &view{s: s, doc: &document{uri: "untitled:1", name: name}, text: newContent([]byte(src))}
		d := &document{language: "dockerfile"}
		if strings.HasSuffix(name, ".yaml") {
			d.language = "dockercompose"
		}
		v.target, v.known = *d.target(), true
		v.parse()
		offset := int(at) % (len(src) + 1)
		for _, p := range append(v.places(), v.at(offset)...) {
			if p.span.Start < 0 || p.span.End > len(src) || p.span.Start > p.span.End {
				t.Fatalf("a place of %d bytes at %v", len(src), p)
			}
		}
		v.symbols()
		v.rulesAt(offset)
		v.imageAt(offset)
		c := &completing{v: v, at: offset, list: &completionList{}}
		c.configuration(v.before(offset))
		if v.docker != nil {
			c.dockerfile(v.before(offset))
		}
	})
}

// TestHeaders: frames that are none end the connection, and do not take memory.
func TestHeaders(t *testing.T) {
	for _, tt := range []string{
		"Content-Length: 99999999999\r\n\r\n", "Content-Length: 5\r\n\r\n{}", "\r\n\r\n", strings.Repeat("A: b\r\n", 100), strings.Repeat("x", 1<<16), "Content-Length: 4294967295\r\n\r\n",
	} {
		var v any
		if err := (boundedCodec{}).ReadObject(bufio.NewReader(strings.NewReader(tt)), &v); err == nil {
			t.Errorf("%.40q is read as %v", tt, v)
		}
	}
	var v map[string]any
	src := "Content-Length: 3\r\n\r\nnil" + "Content-Type: x\r\ncontent-length: 8\r\n\r\n{\"a\": 1}"
	if err := (boundedCodec{}).ReadObject(bufio.NewReader(strings.NewReader(src)), &v); err != nil || v["a"] != 1.0 {
		t.Errorf("after a message that is none: %v, %v", v, err)
	}
}

// TestHugeText: a text past the limits is said to be too large, and questions about it are
// answered.
func TestHugeText(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), pulling)
	c.open("Dockerfile", "dockerfile", "FROM debian:12\n"+strings.Repeat("RUN true\n", 1<<19))
	if got := codes(c.pull("Dockerfile")); len(got) != 1 || got[0] != "limit-reached" {
		t.Errorf("got %q", got)
	}
	for _, method := range []string{"textDocument/hover", "textDocument/completion", "textDocument/definition"} {
		c.call(method, positionParams{textDocument{c.uri("Dockerfile")}, position{1, 2}}, nil)
	}
	c.notify("textDocument/didChange", didChangeParams{versionedDocument{c.uri("Dockerfile"), 2}, []contentChange{
		{Range: &textRange{position{1, 0}, position{1 << 31, 0}}, Text: ""},
	}})
	if got := c.pull("Dockerfile"); len(got) != 0 {
		t.Errorf("once it is small: %q", codes(got))
	}
}
