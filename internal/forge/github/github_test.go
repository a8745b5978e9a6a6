package github

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	base = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
	head = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
)

func load(t *testing.T, name, payload string) (*forge.Event, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(payload), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": file, "GITHUB_REPOSITORY": "o/r"}
	return LoadEvent(func(name string) string { return env[name] })
}

func TestLoadEvent(t *testing.T) {
	tests := []struct {
		name, payload string
		want          forge.Event
		bad           bool
	}{
		{"schedule", "", forge.Event{}, false},
		{"push", `{"before":"` + base + `","after":"` + head + `"}`, forge.Event{Base: base, Head: head}, false},
		{"push", `{"before":"` + strings.Repeat("0", 40) + `","after":"` + head + `"}`, forge.Event{}, false},
		{"push", `{"before":"main;rm","after":"` + head + `"}`, forge.Event{}, true},
		{"merge_group", `{"merge_group":{"base_sha":"` + base + `","head_sha":"` + head + `"}}`, forge.Event{Base: base, Head: head}, false},
		{
			"pull_request", `{"pull_request":{"number":7,"changed_files":3,"base":{"sha":"` + base + `","repo":{"full_name":"o/r"}},"head":{"sha":"` + head + `","repo":{"full_name":"o/r"}}}}`,
			forge.Event{Number: 7, Files: 3, Base: base, Head: head}, false,
		},
		{
			"pull_request_target", `{"pull_request":{"number":7,"base":{"sha":"` + base + `","repo":{"full_name":"o/r"}},"head":{"sha":"` + head + `","repo":null}}}`,
			forge.Event{Number: 7, Base: base, Head: head, Fork: true}, false,
		},
		{"pull_request", `{}`, forge.Event{}, true},
		{"pull_request", `[]`, forge.Event{}, true},
		{"pull_request", `{`, forge.Event{}, true},
		{"issues", `{}`, forge.Event{}, true},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, tt.name), func(t *testing.T) {
			got, err := load(t, tt.name, tt.payload)
			if (err != nil) != tt.bad {
				t.Fatalf("error %v, want one: %t", err, tt.bad)
			}
			if err != nil {
				return
			}
			tt.want.Name, tt.want.Repository = tt.name, "o/r"
			if *got != tt.want {
				t.Errorf("event %+v, want %+v", *got, tt.want)
			}
		})
	}
}

func FuzzEvent(f *testing.F) {
	for _, name := range []string{"push", "pull_request"} {
		payload, err := os.ReadFile("../../../testdata/events/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, payload)
	}
	f.Add("merge_group", []byte(`{"merge_group":{"base_sha":null}}`))
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		e := &forge.Event{Name: name}
		if readEvent(e, payload) != nil {
			return
		}
		for _, sha := range []string{e.Base, e.Head} {
			if sha != "" && !review.IsCommit(sha) {
				t.Errorf("%q is not a commit", sha)
			}
		}
		if e.Number < 0 {
			t.Errorf("pull request %d", e.Number)
		}
	})
}

func client(t *testing.T, url string) *Client {
	t.Helper()
	c, err := NewClient(Server{URL: url, Token: "ghs_example", Repository: "o/r"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestChanged(t *testing.T) {
	const was, is = "a\nb\nc\n", "x\na\nb\nB\nc\n"
	hub := fakehub.New(t)
	hub.Blobs[files.BlobHash([]byte(was), 40)] = was
	entry := func(name, status, content, patch string, changes int) map[string]any {
		e := map[string]any{"filename": name, "status": status, "sha": files.BlobHash([]byte(content), 40), "changes": changes}
		if patch != "" {
			e["patch"] = patch
		}
		return e
	}
	patch := "@@ -1,2 +1,3 @@\n a\n+b\n c"
	hub.Changed = []map[string]any{
		entry("added", "added", was, patch, 3), entry("removed", "removed", was, "", 3), entry("binary", "modified", was, "", 9),
		entry("renamed", "renamed", was, "", 0), entry("same", "modified", was, patch, 1), entry("moved", "modified", was, patch, 1),
		entry("gone", "modified", "nobody has it", patch, 1), entry("broken", "modified", was, "@@ x @@\n+b", 1),
	}
	c := client(t, hub.URL)
	d, err := c.Diff(t.Context(), &forge.Event{Number: 7})
	if err != nil {
		t.Fatal(err)
	}
	whole := []gitdiff.Range{{First: 1}}
	tests := []struct {
		path, checkout string
		want           []gitdiff.Range
		bad            bool
	}{
		{"added", was, whole, false},
		{"removed", was, nil, false},
		{"binary", was, whole, false},
		{"renamed", was, nil, false},
		{"untouched", was, nil, false},
		{"same", was, []gitdiff.Range{{First: 2, Last: 2}}, false},
		{"moved", is, []gitdiff.Range{{First: 3, Last: 3}}, false},
		{"gone", was, nil, true},
		{"broken", was, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			got, err := d.Changed(t.Context(), tt.path, []byte(tt.checkout))
			if (err != nil) != tt.bad || !slices.Equal(got, tt.want) {
				t.Errorf("changed %v, %v; want %v, an error: %t", got, err, tt.want, tt.bad)
			}
		})
	}

	if _, err := c.Diff(t.Context(), &forge.Event{Name: "schedule"}); !errors.Is(err, forge.ErrNoDiff) {
		t.Errorf("a schedule has a diff: %v", err)
	}
	if _, err := c.Diff(t.Context(), &forge.Event{Base: base, Head: head}); err != nil {
		t.Errorf("compare: %v", err)
	}
	for len(hub.Changed) < compareFiles {
		hub.Changed = append(hub.Changed, entry(fmt.Sprint(len(hub.Changed)), "added", was, "", 1))
	}
	if _, err := c.Diff(t.Context(), &forge.Event{Base: base, Head: head}); err == nil {
		t.Error("a comparison that GitHub cuts is no error")
	}
}

func TestReadFile(t *testing.T) {
	hub := fakehub.New(t)
	hub.Files[base+":a b/c.yaml"] = "x: 1\n"
	c := client(t, hub.URL)
	if got, err := c.ReadFile(t.Context(), "a b/c.yaml", base); string(got) != "x: 1\n" || err != nil {
		t.Errorf("ReadFile = %q, %v", got, err)
	}
	if _, err := c.ReadFile(t.Context(), "nowhere", base); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if err := c.Exists(t.Context(), base); err != nil {
		t.Error(err)
	}
	if err := c.Exists(t.Context(), head); err == nil {
		t.Error("an unknown commit exists")
	}
	hub.Deny["/contents/"] = 403
	if _, err := c.ReadFile(t.Context(), "nowhere", base); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "contents: read") {
		t.Errorf("a refusal does not name the permission: %v", err)
	}
	if c.Calls() != len(hub.Calls()) {
		t.Errorf("%d calls are counted, %d arrived", c.Calls(), len(hub.Calls()))
	}
}

// A redirect to another host goes without the token.
func TestTokenStaysAtItsHost(t *testing.T) {
	var token string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token = r.Header.Get("Authorization")
		w.WriteHeader(http.StatusNotFound)
	}))
	defer other.Close()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer ghs_example" {
			t.Errorf("the API got %q", got)
		}
		// Another name of this machine is another host.
		http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/x", http.StatusFound)
	}))
	defer api.Close()
	_, _ = client(t, api.URL).readBlob(context.Background(), base)
	if token != "" {
		t.Errorf("another host got %q", token)
	}
}

func TestNewClientRefuses(t *testing.T) {
	for _, s := range []Server{
		{URL: "https://api.github.com", Repository: "no-owner"}, {URL: "https://api.github.com", Repository: "a/b/c"},
		{URL: "file:///etc", Repository: "o/r"}, {URL: "://", Repository: "o/r"},
	} {
		if _, err := NewClient(s); err == nil {
			t.Errorf("%+v is accepted", s)
		}
	}
}

func TestOutputsCannotBeForged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "output")
	value := "x\n_GitHubActionsFileCommandDelimeter_\nforged=1\nEOF"
	if err := WriteOutputs(file, []Output{{"a", value}, {"b", ""}}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	name, rest, _ := strings.Cut(string(content), "<<")
	delimiter, rest, _ := strings.Cut(rest, "\n")
	got, rest, _ := strings.Cut(rest, "\n"+delimiter+"\n")
	if name != "a" || got != value || !strings.HasPrefix(rest, "b<<") || strings.HasPrefix(rest, "b<<"+delimiter) {
		t.Errorf("the runner would read %s = %q, then %q", name, got, rest)
	}
}
