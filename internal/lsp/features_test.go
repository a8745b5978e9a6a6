package lsp

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// asks opens a text in which "|" is the place that is asked about.
func (c *client) asks(name, marked string) (src string, at positionParams) {
	c.t.Helper()
	offset := strings.Index(marked, "|")
	src = marked[:offset] + marked[offset+1:]
	c.notify("textDocument/didOpen", didOpenParams{textDocumentItem{c.uri(name), "", 1, src}})
	return src, positionParams{textDocument{c.uri(name)}, newContent([]byte(src)).position(offset, utf8s)}
}

func TestComplete(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), pulling)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"Dockerfile", "FROM debian:12\nR|", []string{"RUN"}},
		{"Dockerfile", "FROM a AS Build\nFROM b\nCOPY --fr|", []string{"--from="}},
		{"Dockerfile", "FROM a AS Build\nFROM b\nCOPY --from=|", []string{"Build"}},
		{"Dockerfile", "FROM a AS one\nFROM o|", []string{"one"}},
		{"Dockerfile", "FROM a AS one\nFROM b\nRUN --mount=type=bind,from=|", []string{"one"}},
		{"Dockerfile", "FROM a\nARG VERSION=1\nRUN echo ${VER|", []string{"VERSION"}},
		{"Dockerfile", "FROM a\n# dockmend ignore=latest-|\nRUN x", []string{"latest-tag"}},
		{"Dockerfile", "FROM a\n# dockmend ignore=latest-tag,shell-form|\nRUN x", []string{"shell-form-command"}},
		{"compose.yaml", "# dockmend ignore-file=compose-cap-add-r|\nservices: {}\n", []string{"compose-cap-add-risky"}},
		{".dockmend.yaml", "pre|", []string{"presets", "preview"}},
		{".dockmend.yaml", "presets: [har|", []string{"hardening"}},
		{".dockmend.yaml", "presets:\n  - recommended\n  - str|", []string{"strict"}},
		{".dockmend.yaml", "fail-on: |", []string{"error", "never"}},
		{".dockmend.yaml", "rules:\n  latest-t|", []string{"latest-tag"}},
		{".dockmend.yaml", "rules:\n  latest-tag: o|", []string{"off"}},
		{".dockmend.yaml", "rules:\n  latest-tag:\n    severity: |", []string{"error", "off"}},
		{".dockmend.yaml", "overrides:\n  - paths: [a]\n    rules:\n      latest-tag: |", []string{"off"}},
		{".dockmend.yaml", "overrides:\n  - pa|", []string{"paths"}},
		{".dockmend.yaml", "pin:\n  mode: |", []string{"digest", "version"}},
	} {
		src, at := c.asks(tt.name, tt.text)
		var list completionList
		c.call("textDocument/completion", at, &list)
		var labels []string
		for _, item := range list.Items {
			labels = append(labels, item.Label)
			span := newContent([]byte(src)).span(item.TextEdit.Range, utf8s)
			if typed := string(span.Of([]byte(src))); strings.ContainsAny(typed, "=: ") && !strings.HasPrefix(typed, "--") {
				t.Errorf("%q replaces %q", tt.text, typed)
			}
		}
		for _, want := range tt.want {
			if !slices.Contains(labels, want) {
				t.Errorf("%q offers %q, and not %q", tt.text, labels[:min(len(labels), 10)], want)
			}
		}
	}
	_, at := c.asks("Dockerfile", "FROM a\nRUN apt-get |")
	var list completionList
	c.call("textDocument/completion", at, &list)
	if len(list.Items) > 0 {
		t.Errorf("within a command: %v", list.Items)
	}
}

// TestPlaces: what a name at "|" is defined by, and where it is used; the places have their
// text.
func TestPlaces(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), pulling)
	docker := "ARG TAG=12\nFROM debian:${TAG} AS Build\nARG TAG\nENV A=1\nRUN echo $A $TAG\nFROM build\nCOPY --from=Build --from=0 /a /b\nFROM debian:$TAG\nCOPY --from=0 /x /y\nENV A=2\nRUN echo ${A:-x}\n"
	compose := "x-a: &base {image: a}\nservices:\n  web:\n    <<: *base\n    depends_on: [db]\n    networks: {back: {}}\n    volumes: [\"data:/x\", \"./data:/y\"]\n  db:\n    extends: {service: web}\n    network_mode: service:web\n" +
		"networks: {back: {}}\nvolumes: {data: {}}\n"
	for _, tt := range []struct {
		name, text, mark string
		definition       []uint32
		references       []uint32
	}{
		{"Dockerfile", docker, "TAG=12", []uint32{0}, []uint32{1, 2, 4, 7}},
		{"Dockerfile", docker, "TAG} AS", []uint32{0}, []uint32{1, 2, 4, 7}},
		{"Dockerfile", docker, "A $TAG", []uint32{3}, []uint32{4}},
		{"Dockerfile", docker, "A:-x", []uint32{9}, []uint32{10}},
		{"Dockerfile", docker, "Build\nARG", []uint32{1}, []uint32{5, 6, 8}},
		{"compose.yaml", compose, "db]", []uint32{7}, []uint32{4}},
		{"compose.yaml", compose, "web:", []uint32{2}, []uint32{8, 9}},
		{"compose.yaml", compose, "base\n    dep", []uint32{0}, []uint32{3}},
		{"compose.yaml", compose, "back: {}}\n    vol", []uint32{10}, []uint32{5}},
		{"compose.yaml", compose, "data:/x", []uint32{11}, []uint32{6}},
		{"docker-bake.hcl", "group \"all\" {\n  targets = [\"web\"]\n}\ntarget \"web\" {}\ntarget \"b\" {\n  inherits = [\"web\"]\n}\n", "web\" {}", []uint32{3}, []uint32{1, 5}},
	} {
		t.Run(tt.mark, func(t *testing.T) {
			_, at := c.asks(tt.name, strings.Replace(tt.text, tt.mark, "|"+tt.mark, 1))
			var found []location
			c.call("textDocument/definition", at, &found)
			if diff := cmp.Diff(tt.definition, linesOf(found)); diff != "" {
				t.Errorf("defined in lines\n%s", diff)
			}
			c.call("textDocument/references", referenceParams{TextDocument: at.TextDocument, Position: at.Position}, &found)
			if diff := cmp.Diff(tt.references, linesOf(found)); diff != "" {
				t.Errorf("used in lines\n%s", diff)
			}
		})
	}
}

func linesOf(all []location) (lines []uint32) {
	for _, l := range all {
		lines = append(lines, l.Range.Start.Line)
	}
	slices.Sort(lines)
	return lines
}

func TestHover(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), pulling)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"Dockerfile", "FROM deb|ian:10\nCMD sleep 5\n", []string{"Debian 10 (buster): support ended on 2024-06-30", "eol-base-image"}},
		{"Dockerfile", "FROM debian:12\nCMD sl|eep 5\n", []string{"**shell-form-command**", "Why it matters"}},
		{"Dockerfile", "# dockmend ignore=DL30|25 -- x\nFROM debian:12\n", []string{"[shell-form-command](", "[invalid-exec-form-json]("}},
		{"compose.yaml", "services:\n  a:\n    image: postg|res:17\n", []string{"`postgres:17`", "PostgreSQL 17"}},
		{".dockmend.yaml", "rules:\n  latest-t|ag: off\n", []string{"**latest-tag**"}},
	} {
		_, at := c.asks(tt.name, tt.text)
		var h *hover
		c.call("textDocument/hover", at, &h)
		for _, want := range tt.want {
			if h == nil || !strings.Contains(h.Contents.Value, want) {
				t.Errorf("%q shows %+v, and not %q", tt.text, h, want)
			}
		}
	}
	_, at := c.asks("Dockerfile", "FROM debian:12\n\n|\n")
	var h *hover
	if c.call("textDocument/hover", at, &h); h != nil {
		t.Errorf("an empty line shows %+v", h)
	}
}

func TestSymbols(t *testing.T) {
	names := func(all []documentSymbol) (out []string) {
		for _, x := range all {
			var below []string
			for _, y := range x.Children {
				below = append(below, y.Name)
			}
			out = append(out, x.Name+" ["+strings.Join(below, " ")+"]")
		}
		return out
	}
	c := start(t, tree(t, map[string]string{}), pulling)
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"Dockerfile":      {"ARG A\nFROM a AS Build\nRUN x\nFROM b\nCOPY a b\n|", []string{"ARG []", "Build [RUN]", "FROM b [COPY]"}},
		"compose.yaml":    {"services:\n  a: {image: x}\n  b: {}\nvolumes: {}\n|", []string{"services [a b]", "volumes []"}},
		"docker-bake.hcl": {"target \"web\" {}\n|", []string{"web []"}},
	} {
		_, at := c.asks(name, tt.text)
		var all []documentSymbol
		c.call("textDocument/documentSymbol", at, &all)
		if diff := cmp.Diff(tt.want, names(all)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
