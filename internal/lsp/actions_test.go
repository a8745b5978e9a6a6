package lsp

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/text"
)

// actions asks for the actions of a range of lines.
func (c *client) actions(name string, first, last uint32, only ...string) []codeAction {
	c.t.Helper()
	p := codeActionParams{TextDocument: textDocument{c.uri(name)}, Range: textRange{position{Line: first}, position{Line: last}}}
	p.Context.Only = only
	var all []codeAction
	c.call("textDocument/codeAction", p, &all)
	return all
}

func titles(all []codeAction) []string {
	names := []string{}
	for _, a := range all {
		names = append(names, a.Title)
	}
	return names
}

// applied is a text after an edit of a client that counts bytes.
func applied(t *testing.T, src string, edit *workspaceEdit) string {
	t.Helper()
	var edits []text.Edit
	c := newContent([]byte(src))
	for _, e := range edit.DocumentChanges[0].Edits {
		edits = append(edits, text.Edit{Span: c.span(e.Range, utf8s), New: e.NewText})
	}
	after, err := text.Apply([]byte(src), edits)
	if err != nil {
		t.Fatal(err)
	}
	return string(after)
}

func TestActions(t *testing.T) {
	dir := tree(t, map[string]string{})
	c := start(t, dir, pulling)
	src := "# syntax=docker/dockerfile:1\r\nFROM debian:latest\r\n\tRUN true\r\nCMD sleep 5\r\n"
	c.open("Dockerfile", "dockerfile", src)
	all := c.actions("Dockerfile", 3, 3)
	want := []string{
		"Fix: rewrite as a JSON array (verified: same build steps, and only the image's configuration changes)",
		"Ignore shell-form-command here, with a reason",
		"Open the page of shell-form-command",
		"Fix all: 1 safe fix (verified: same build steps, and only the image's configuration changes)",
		"Pin the images of this file by digest (asks their registries)",
	}
	if diff := cmp.Diff(want, titles(all)); diff != "" {
		t.Fatal(diff)
	}
	fixed := strings.Replace(src, "sleep 5", `["sleep", "5"]`, 1)
	if got := applied(t, src, all[0].Edit); got != fixed {
		t.Errorf("the fix makes %q", got)
	}
	if got := applied(t, src, all[3].Edit); got != fixed {
		t.Errorf("all fixes make %q", got)
	}
	if !all[0].IsPreferred || *all[0].Edit.DocumentChanges[0].TextDocument.Version != 1 {
		t.Errorf("the fix is %+v", all[0])
	}
	ignored := strings.Replace(src, "CMD", "# dockmend ignore=shell-form-command -- TODO: say why\r\nCMD", 1)
	if got := applied(t, src, all[1].Edit); got != ignored {
		t.Errorf("the ignore makes %q", got)
	}
	c.change("Dockerfile", 2, ignored)
	if got, want := codes(c.pull("Dockerfile")), []string{"latest-tag"}; !slices.Equal(got, want) {
		t.Errorf("with the ignore: %q, want %q", got, want)
	}
	unsafe := titles(c.actions("Dockerfile", 1, 1, "quickfix"))
	if len(unsafe) != 3 || !strings.HasPrefix(unsafe[0], "Fix (unsafe): pin ") || !strings.Contains(unsafe[0], "erified") {
		t.Errorf("an unsafe fix: %q", unsafe)
	}
	if got := c.actions("Dockerfile", 2, 2); len(got) != 1 {
		t.Errorf("a line without findings, and nothing to fix: %q", titles(got))
	}
}

// TestIgnores: in each kind of file, the comment that is offered ignores the finding.
func TestIgnores(t *testing.T) {
	for name, src := range map[string]string{
		"compose.yaml":             "services:\n  a:\n    image: redis\n    privileged: true\n",
		"deploy.yaml":              "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: nginx:latest\n",
		".github/workflows/a.yaml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    container: node:latest\n    steps:\n      - run: docker run --privileged debian:latest\n",
		"docker-bake.hcl":          "target \"a\" {\n  target = \"gone\"\n}\n",
		"Dockerfile":               "FROM debian:latest\nRUN apt-get update \\\n  && apt-get install -y curl\nCMD sleep 5\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, tree(t, map[string]string{name: src, "Dockerfile": "FROM debian:12\n"}), pulling)
			c.open(name, "", src)
			before := c.pull(name)
			if len(before) == 0 {
				t.Fatal("no findings")
			}
			version := int32(1)
			for _, d := range before {
				all := c.actions(name, d.Range.Start.Line, d.Range.Start.Line, "quickfix")
				i := slices.IndexFunc(all, func(a codeAction) bool {
					return strings.HasPrefix(a.Title, "Ignore "+d.Code) && a.Diagnostics[0].Data.Fingerprint == d.Data.Fingerprint
				})
				if i < 0 {
					t.Errorf("no comment for %s in %q", d.Code, titles(all))
					continue
				}
				version++
				c.change(name, version, applied(t, src, all[i].Edit))
				left := c.pull(name)
				if slices.ContainsFunc(left, func(o diagnostic) bool { return o.Data.Fingerprint == d.Data.Fingerprint }) {
					t.Errorf("%s is still there", d.Code)
				}
				version++
				c.change(name, version, src)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), pulling)
	src := "FROM debian:12\nCMD sleep 5\n"
	c.open("Dockerfile", "dockerfile", src)
	run := func(name string, arguments ...any) error {
		return c.conn.Call(t.Context(), "workspace/executeCommand", object{"command": name, "arguments": arguments}, nil)
	}
	if err := run(commandFixAll, c.uri("Dockerfile")); err != nil {
		t.Fatal(err)
	}
	if err := run(commandPage, "DL3025"); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.applied) != 1 || applied(t, src, &c.applied[0]) != "FROM debian:12\nCMD [\"sleep\", \"5\"]\n" {
		t.Errorf("applied: %+v", c.applied)
	}
	if len(c.shown) != 1 || !strings.HasSuffix(c.shown[0], "/rules/invalid-exec-form-json/") {
		t.Errorf("shown: %q", c.shown)
	}
	for _, bad := range []error{run("no.such", "x"), run(commandPage), run(commandPage, "no-such-rule"), run(commandPin, 1)} {
		if bad == nil {
			t.Error("a command that is none is carried out")
		}
	}
}

// TestDifference: the edits make of one text the other, at random.
func TestDifference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a\n", "b\r\n", "c\n", "\n", "x"}
	for range 2000 {
		var sides [2]string
		for i := range sides {
			for range random.IntN(8) {
				sides[i] += pieces[random.IntN(len(pieces))]
			}
		}
		after, err := text.Apply([]byte(sides[0]), difference([]byte(sides[0]), []byte(sides[1])))
		if err != nil || string(after) != sides[1] {
			t.Fatalf("%q to %q: %q, %v", sides[0], sides[1], after, err)
		}
	}
}

// TestActionsOfWeb: the JSON that a client gets, whole.
func TestActionsAsJSON(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), "")
	c.open("Dockerfile", "dockerfile", "FROM debian:12\nCMD sleep 5\n")
	var all []json.RawMessage
	p := codeActionParams{TextDocument: textDocument{c.uri("Dockerfile")}, Range: textRange{position{1, 0}, position{1, 1}}}
	c.call("textDocument/codeAction", p, &all)
	if len(all) == 0 || !strings.Contains(string(all[0]), `"changes":{"`+c.uri("Dockerfile")+`":[{"range":{"start":{"line":1,"character":4},"end":{"line":1,"character":11}},"newText":"[\"sleep\", \"5\"]"}]}`) {
		t.Errorf("%s", all)
	}
}
