// Package fakehub is a GitHub for tests: a server with a state of its own whose
// every request and answer is held against GitHub's description of its API
// (testdata/openapi.json.gz, cut to what is used; see testdata/LICENSE).
package fakehub

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Hub is the server and what it knows about one repository. Its fields are set
// before the first request.
type Hub struct {
	URL string
	// Files are the repository's, by "commit:path".
	Files map[string]string
	// Blobs are contents by their hash.
	Blobs map[string]string
	// Changed are the entries of a pull request's files, or of a comparison.
	Changed []map[string]any
	// Deny answers a status to requests whose path holds the key.
	Deny map[string]int

	t      testing.TB
	doc    *openapi3.T
	router routers.Router
	mu     sync.Mutex
	calls  []string
}

// New starts a hub that ends with the test.
func New(tb testing.TB) *Hub {
	tb.Helper()
	doc, err := description()
	if err != nil {
		tb.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		tb.Fatal(err)
	}
	h := &Hub{Files: map[string]string{}, Blobs: map[string]string{}, Deny: map[string]int{}, t: tb, doc: doc, router: router}
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	h.URL = server.URL
	return h
}

// description loads GitHub's.
func description() (*openapi3.T, error) {
	_, here, _, _ := runtime.Caller(0)
	packed, err := os.ReadFile(filepath.Join(filepath.Dir(here), "testdata", "openapi.json.gz"))
	if err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	src, err := io.ReadAll(unpacked)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(src)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	return doc, nil
}

// Calls lists the requests so far, "GET /repos/...", in their order.
func (h *Hub) Calls() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.calls...)
}

// ServeHTTP checks a request, answers it, and checks the answer.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.calls = append(h.calls, r.Method+" "+r.URL.RequestURI())
	h.mu.Unlock()
	for part, status := range h.Deny {
		if strings.Contains(r.URL.Path, part) {
			answer(w, status, map[string]string{"message": "Resource not accessible by integration"})
			return
		}
	}
	input, err := h.request(r)
	if err != nil {
		h.t.Errorf("%s %s does not fit GitHub's description: %v", r.Method, r.URL, err)
		answer(w, http.StatusUnprocessableEntity, map[string]string{"message": err.Error()})
		return
	}
	status, body := h.answer(input)
	recorded := httptest.NewRecorder()
	answer(recorded, status, body)
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: recorded.Header(), Body: io.NopCloser(bytes.NewReader(recorded.Body.Bytes())),
	})
	if err != nil {
		h.t.Errorf("the answer to %s %s does not fit GitHub's description: %v", r.Method, r.URL, err)
	}
	if strings.Contains(r.Header.Get("Accept"), "raw") && status == http.StatusOK {
		_, _ = io.WriteString(w, h.Blobs[input.PathParams["file_sha"]])
		return
	}
	answer(w, status, body)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// request finds the operation. OpenAPI has no parameter with slashes, so those
// of a file's path are packed for it.
func (h *Hub) request(r *http.Request) (*openapi3filter.RequestValidationInput, error) {
	packed := r.Clone(r.Context())
	if before, path, ok := strings.Cut(r.URL.Path, "/contents/"); ok {
		packed.URL.Path = before + "/contents/" + strings.ReplaceAll(path, "/", "\x00")
		packed.URL.RawPath = ""
	}
	route, params, err := h.router.FindRoute(packed)
	if err != nil {
		return nil, err
	}
	for name, value := range params {
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		params[name] = strings.ReplaceAll(value, "\x00", "/")
	}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	return input, openapi3filter.ValidateRequest(context.Background(), input)
}

func (h *Hub) answer(in *openapi3filter.RequestValidationInput) (int, any) {
	missing := map[string]string{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
	switch p := in.PathParams; in.Route.Method + " " + strings.TrimPrefix(in.Route.Path, "/repos/{owner}/{repo}") {
	case "GET /contents/{path}":
		content, ok := h.Files[in.Request.URL.Query().Get("ref")+":"+p["path"]]
		if !ok {
			return http.StatusNotFound, missing
		}
		return http.StatusOK, h.like("content-file-response-if-content-is-a-file", map[string]any{
			"path": p["path"], "size": len(content), "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(content)),
		})
	case "GET /git/commits/{commit_sha}":
		for name := range h.Files {
			if strings.HasPrefix(name, p["commit_sha"]+":") {
				return http.StatusOK, h.like("git-commit-2", map[string]any{"sha": p["commit_sha"]})
			}
		}
		return http.StatusNotFound, missing
	case "GET /git/blobs/{file_sha}":
		content, ok := h.Blobs[p["file_sha"]]
		if !ok {
			return http.StatusNotFound, missing
		}
		return http.StatusOK, h.like("blob", map[string]any{"sha": p["file_sha"], "size": len(content), "content": content})
	case "GET /pulls/{pull_number}/files":
		return http.StatusOK, h.entries()
	case "GET /compare/{basehead}":
		return http.StatusOK, h.like("commit-comparison", map[string]any{"files": h.entries()})
	}
	return http.StatusNotFound, missing
}

// entries are the changed files, each with what else GitHub says of one.
func (h *Hub) entries() []any {
	var example []map[string]any
	h.example("diff-entry-items", &example)
	all := []any{}
	for _, changed := range h.Changed {
		entry := maps.Clone(example[0])
		delete(entry, "patch")
		maps.Copy(entry, changed)
		all = append(all, entry)
	}
	return all
}

// like is the description's own example with some values replaced.
func (h *Hub) like(example string, values map[string]any) map[string]any {
	whole := map[string]any{}
	h.example(example, &whole)
	maps.Copy(whole, values)
	return whole
}

func (h *Hub) example(name string, into any) {
	example, ok := h.doc.Components.Examples[name]
	if !ok {
		panic(fmt.Sprintf("the description has no example %q", name))
	}
	src, err := json.Marshal(example.Value.Value)
	if err == nil {
		err = json.Unmarshal(src, into)
	}
	if err != nil {
		panic(err)
	}
}
