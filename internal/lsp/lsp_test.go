package lsp

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const badDockerfile = "FROM debian:latest\nRUN echo ö😀 && true\nCMD sleep 5\n"

func TestPush(t *testing.T) {
	dir := tree(t, map[string]string{"Dockerfile": "FROM debian:12\n"})
	c := start(t, dir, "")
	c.open("Dockerfile", "dockerfile", badDockerfile)
	if got, want := codes(c.next("Dockerfile", 1)), []string{"latest-tag", "shell-form-command"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	// "latest" becomes "12", by a range.
	c.notify("textDocument/didChange", didChangeParams{versionedDocument{c.uri("Dockerfile"), 2}, []contentChange{
		{Range: &textRange{position{0, 12}, position{0, 18}}, Text: "12"},
	}})
	if got, want := codes(c.next("Dockerfile", 2)), []string{"shell-form-command"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	c.notify("textDocument/didClose", documentParams{textDocument{c.uri("Dockerfile")}})
	for p := range c.published {
		if p.URI == c.uri("Dockerfile") && p.Version == nil {
			if len(p.Diagnostics) != 0 {
				t.Errorf("a closed file has %v", p.Diagnostics)
			}
			break
		}
	}
}

// TestEncodings: the same place in UTF-16 code units and in bytes.
func TestEncodings(t *testing.T) {
	dir := tree(t, map[string]string{})
	text := "FROM debian:12\r\nENV A=\"ö😀\" DB_PASSWORD=hunter2hunter2\r\n"
	for capabilities, want := range map[string]uint32{"": 11, pulling: 14} {
		c := start(t, dir, capabilities)
		c.open("Dockerfile", "dockerfile", text)
		var found []diagnostic
		if capabilities == "" {
			found = c.next("Dockerfile", 1)
		} else {
			found = c.pull("Dockerfile")
		}
		i := slices.IndexFunc(found, func(d diagnostic) bool { return d.Range.Start.Line == 1 })
		if i < 0 || found[i].Range.Start.Character < want {
			t.Errorf("with %q: %+v, want one at or after character %d", capabilities, found, want)
		}
	}
}

// TestNeighbours: an unsaved file changes what is found in the one next to it, both ways.
func TestNeighbours(t *testing.T) {
	dir := tree(t, map[string]string{
		"Dockerfile": "FROM debian:12\nCOPY app.txt secret.txt /srv/\nCMD [\"cat\", \"/srv/app.txt\"]\n", "app.txt": "", "secret.txt": "", ".dockerignore": "*.log\n",
	})
	c := start(t, dir, pulling)
	before := codes(c.pullOpen("Dockerfile", "dockerfile"))
	if slices.Contains(before, "copy-ignored-file") {
		t.Fatalf("before: %q", before)
	}
	c.open(".dockerignore", "ignore", "*.txt\n")
	if got := codes(c.pull("Dockerfile")); !slices.Contains(got, "copy-ignored-file") {
		t.Errorf("with an ignore file that is not saved: %q", got)
	}
	c.change(".dockerignore", 2, "*.log\n")
	if got := codes(c.pull("Dockerfile")); !slices.Equal(got, before) {
		t.Errorf("once it is as before: %q, want %q", got, before)
	}
}

// pullOpen opens a file as it is on the disk.
func (c *client) pullOpen(name, language string) []diagnostic {
	c.t.Helper()
	src, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	c.open(name, language, string(src))
	return c.pull(name)
}

// TestConfiguration: the repository's counts once it is saved; its mistakes are shown as
// they are typed.
func TestConfiguration(t *testing.T) {
	dir := tree(t, map[string]string{"Dockerfile": badDockerfile, ".dockmend.yaml": "rules: {latest-tag: off}\n"})
	c := start(t, dir, pulling)
	if got, want := codes(c.pullOpen("Dockerfile", "dockerfile")), []string{"shell-form-command"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	c.open(".dockmend.yaml", "yaml", "presets: [recommended]\nrulez: {}\n")
	found := c.pull(".dockmend.yaml")
	if len(found) != 1 || found[0].Range.Start.Line != 1 {
		t.Errorf("a mistake in line 2: %+v", found)
	}
	if got := c.pull("Dockerfile"); len(got) != 1 {
		t.Errorf("a configuration that is not saved counts: %q", codes(got))
	}
	if err := os.WriteFile(filepath.Join(dir, ".dockmend.yaml"), []byte("rules: {all: off}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.notify("textDocument/didSave", documentParams{textDocument{c.uri(".dockmend.yaml")}})
	if got := c.pull("Dockerfile"); len(got) != 0 {
		t.Errorf("with the saved configuration: %q", codes(got))
	}
}

// TestNotLinted: what lint leaves out has no findings, and a file that only its language
// shows has.
func TestNotLinted(t *testing.T) {
	dir := tree(t, map[string]string{".gitignore": "build/\n", ".dockmend.yaml": "exclude: [third/**]\n"})
	c := start(t, dir, pulling)
	for _, name := range []string{"build/Dockerfile", "third/Dockerfile", "notes.txt"} {
		language := "dockerfile"
		if name == "notes.txt" {
			language = "plaintext"
		}
		c.open(name, language, badDockerfile)
		if got := c.pull(name); len(got) > 0 {
			t.Errorf("%s: %q", name, codes(got))
		}
	}
	c.open("image.build", "dockerfile", badDockerfile)
	if got := c.pull("image.build"); len(got) != 2 {
		t.Errorf("a file that is a Dockerfile by its language: %q", codes(got))
	}
	c.notify("textDocument/didOpen", didOpenParams{textDocumentItem{"untitled:Untitled-1", "dockerfile", 1, badDockerfile}})
	var report diagnosticReport
	c.call("textDocument/diagnostic", diagnosticParams{TextDocument: textDocument{"untitled:Untitled-1"}}, &report)
	if len(*report.Items) != 2 {
		t.Errorf("a document that is no file: %q", codes(*report.Items))
	}
}

// TestUnchanged: what did not change has its id, and an edit elsewhere leaves it.
func TestUnchanged(t *testing.T) {
	dir := tree(t, map[string]string{"a/Dockerfile": badDockerfile, "b/Dockerfile": badDockerfile})
	c := start(t, dir, pulling)
	c.open("a/Dockerfile", "dockerfile", badDockerfile)
	var first, second struct{ Items []diagnosticReport }
	c.call("workspace/diagnostic", workspaceDiagnosticParams{}, &first)
	previous := workspaceDiagnosticParams{}
	for _, r := range first.Items {
		previous.PreviousResultIDs = append(previous.PreviousResultIDs, struct {
			URI   string `json:"uri"`
			Value string `json:"value"`
		}{r.URI, r.ResultID})
	}
	c.change("a/Dockerfile", 2, badDockerfile+"USER root\n")
	c.call("workspace/diagnostic", previous, &second)
	kinds := map[string]string{}
	for _, r := range second.Items {
		kinds[filepath.Base(filepath.Dir(r.URI))] = r.Kind
	}
	if want := map[string]string{"a": "full", "b": "unchanged"}; !maps.Equal(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

// TestProtocol: what a client may not ask for, and when.
func TestProtocol(t *testing.T) {
	c := start(t, tree(t, map[string]string{}), "")
	for method, params := range map[string]string{
		"initialize": "{}", "no/such": "{}", "textDocument/diagnostic": "[1]",
	} {
		if err := c.conn.Call(t.Context(), method, json.RawMessage(params), nil); err == nil {
			t.Errorf("%s is answered", method)
		}
	}
	c.notify("textDocument/didChange", didChangeParams{versionedDocument{"file:///nowhere", 1}, nil})
	c.notify("$/cancelRequest", object{"id": 99})
	c.notify("no/such", nil)
	var report diagnosticReport
	c.call("textDocument/diagnostic", diagnosticParams{TextDocument: textDocument{"file:///nowhere"}}, &report)
	if len(*report.Items) != 0 {
		t.Errorf("a document that is not open: %v", *report.Items)
	}
}

// TestEqualsLint: the server finds in all files what the command line finds.
func TestEqualsLint(t *testing.T) {
	dir := tree(t, map[string]string{
		"Dockerfile": badDockerfile, "compose.yaml": "services:\n  a:\n    build: .\n    image: redis\n    privileged: true\n", "api/Dockerfile": "FROM scratch AS x\nCOPY --from=y /a /b\n",
		"deploy/app.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: nginx}]\n", ".dockerignore": "[\n", "docker-bake.hcl": "target \"a\" {\n  dockerfile = \"Gone\"\n}\n",
	})
	c := start(t, dir, pulling)
	if diff := cmp.Diff(linted(t, dir), c.findings()); diff != "" {
		t.Errorf("lint and the server differ (-lint +server):\n%s", diff)
	}
}
