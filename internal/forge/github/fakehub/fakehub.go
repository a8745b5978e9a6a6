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
	"github.com/vektah/gqlparser/v2/ast"
)

// Hub is the server and what it knows about one repository. Its exported fields
// are set between requests; what the API changes is read by methods.
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
	// Head is the pull request's head commit; a review of another one is refused.
	Head string
	// Grants are the token's permissions, "pull-requests" to "read" or "write";
	// nil grants all.
	Grants map[string]string
	// Faults are what goes wrong.
	Faults []*Fault
	// Pulls are the open pull requests that a list gives.
	Pulls []map[string]any
	// Snapshots are commits with all their files, by hash, where a test has no Repo.
	Snapshots map[string]Snapshot
	// MergeBase is the merge base that a comparison names; empty for the example's.
	MergeBase string
	// listed has the contents of snapshots whose trees were listed, by name.
	listed map[string]string
	// Artifacts are zip archives of a workflow run by the artifact's name.
	Artifacts map[string][]byte
	// Scanning is the state of code scanning.
	Scanning Scanning
	// Repo is the git repository; nil where a test needs none.
	Repo *Repo
	// Org is an organisation; nil where a test needs none.
	Org *Org
	// Seen, if set, is called with each request before it is answered.
	Seen func(r *http.Request, body []byte)

	published

	t     testing.TB
	mu    sync.Mutex
	calls []string
	state state
	// shas are the names of contents that were worked out.
	shas map[string]string
	// link is the header of the answer that is being made.
	link string
}

// New starts a hub that ends with the test.
func New(tb testing.TB) *Hub {
	tb.Helper()
	known, err := descriptions()
	if err != nil {
		tb.Fatal(err)
	}
	h := &Hub{
		Files: map[string]string{}, Blobs: map[string]string{}, Deny: map[string]int{},
		Artifacts: map[string][]byte{}, listed: map[string]string{}, shas: map[string]string{},
		t: tb, published: known,
	}
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	h.URL = server.URL
	return h
}

// published is what GitHub says of its API; hubs share it and never change it.
type published struct {
	doc    *openapi3.T
	router routers.Router
	schema *ast.Schema
}

// descriptions reads GitHub's once for all tests, since that takes longer than most
// of them.
var descriptions = sync.OnceValues(func() (published, error) { //nolint:gochecknoglobals // a value that is worked out once and never changed
	doc, err := description()
	if err != nil {
		return published{}, err
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return published{}, err
	}
	schema, err := graphqlSchema()
	return published{doc, router, schema}, err
})

// unpacked reads a file of testdata.
func unpacked(name string) ([]byte, error) {
	_, here, _, _ := runtime.Caller(0)
	packed, err := os.ReadFile(filepath.Join(filepath.Dir(here), "testdata", name))
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// description loads GitHub's.
func description() (*openapi3.T, error) {
	src, err := unpacked("openapi.json.gz")
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

// Watch sets Seen while requests may be under way.
func (h *Hub) Watch(seen func(*http.Request, []byte)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Seen = seen
}

// ServeHTTP checks a request, answers it, and checks the answer.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	h.mu.Lock()
	seen := h.Seen
	h.mu.Unlock()
	if seen != nil {
		seen(r, body)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, r.Method+" "+r.URL.RequestURI())
	for part, status := range h.Deny {
		if strings.Contains(r.URL.Path, part) {
			answer(w, status, map[string]string{"message": "Resource not accessible by integration"})
			return
		}
	}
	if h.Org != nil && h.Org.Limits != nil && r.URL.Path != "/rate_limit" {
		resource := "core"
		if r.URL.Path == "/graphql" {
			resource = "graphql"
		}
		if h.Org.Limits.limited(w, resource) {
			return
		}
	}
	if r.URL.Path == "/graphql" {
		h.serveGraphQL(w, r, body)
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/storage/"); ok {
		h.serveStorage(w, r, name)
		return
	}
	input, err := h.request(r)
	if err != nil {
		h.t.Errorf("%s %s does not fit GitHub's description: %v", r.Method, r.URL, err)
		answer(w, http.StatusUnprocessableEntity, map[string]string{"message": err.Error()})
		return
	}
	call := in(input)
	if r.Header.Get("Authorization") != "" && !h.may(needs(call)) {
		answer(w, http.StatusForbidden, map[string]string{"message": "Resource not accessible by integration"})
		return
	}
	h.faulty(w, r, call, func(w http.ResponseWriter) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		h.serveREST(w, r, call, input, body)
	})
}

// in names an operation, without the repository.
func in(input *openapi3filter.RequestValidationInput) string {
	return input.Route.Method + " " + strings.TrimPrefix(input.Route.Path, "/repos/{owner}/{repo}")
}

func (h *Hub) serveREST(w http.ResponseWriter, r *http.Request, call string, input *openapi3filter.RequestValidationInput, body []byte) {
	if call == "GET /actions/artifacts/{artifact_id}/{archive_format}" {
		// Another host, as GitHub has it: the token may not go there.
		http.Redirect(w, r, strings.Replace(h.URL, "127.0.0.1", "localhost", 1)+"/storage/"+input.PathParams["artifact_id"], http.StatusFound) //nolint:gosec // a test's server, and its own address
		return
	}
	h.link = ""
	status, answered := h.answer(call, input, body)
	recorded := httptest.NewRecorder()
	answer(recorded, status, answered)
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: recorded.Header(), Body: io.NopCloser(bytes.NewReader(recorded.Body.Bytes())),
	})
	if err != nil {
		h.t.Errorf("the answer to %s %s does not fit GitHub's description: %v", r.Method, r.URL, err)
	}
	if strings.Contains(r.Header.Get("Accept"), "raw") && status == http.StatusOK {
		content, _ := h.blob(input.PathParams["file_sha"])
		_, _ = io.WriteString(w, content)
		return
	}
	if h.link != "" {
		w.Header().Set("Link", h.link)
	}
	answer(w, status, answered)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil { // 204 has none
		_ = json.NewEncoder(w).Encode(body)
	}
}

// request finds the operation. OpenAPI has no parameter with slashes, so those
// of a file's path are packed for it.
func (h *Hub) request(r *http.Request) (*openapi3filter.RequestValidationInput, error) {
	packed := r.Clone(r.Context())
	for _, folder := range []string{"/contents/", "/git/ref/", "/git/refs/"} {
		if before, path, ok := strings.Cut(r.URL.Path, folder); ok {
			packed.URL.Path = before + folder + strings.ReplaceAll(path, "/", "\x00")
			packed.URL.RawPath = ""
		}
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

func (h *Hub) answer(call string, in *openapi3filter.RequestValidationInput, body []byte) (int, any) {
	if status, body, ok := h.serveOrg(call, in, body); ok {
		return status, body
	}
	if status, body, ok := h.serveRepo(call, in, body); ok {
		return status, body
	}
	missing := map[string]string{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
	switch p := in.PathParams; call {
	case "GET /contents/{path}":
		content, ok := h.Files[in.Request.URL.Query().Get("ref")+":"+p["path"]]
		if !ok {
			return http.StatusNotFound, missing
		}
		return http.StatusOK, h.like("content-file-response-if-content-is-a-file", map[string]any{
			"path": p["path"], "size": len(content), "encoding": "base64", "content": base64.StdEncoding.EncodeToString([]byte(content)),
		})
	case "GET /git/trees/{tree_sha}":
		if status, tree, ok := h.snapshotTree(p["tree_sha"]); ok {
			return status, tree
		}
		return http.StatusNotFound, missing
	case "GET /git/commits/{commit_sha}":
		if commit, ok := h.snapshotCommit(p["commit_sha"]); ok {
			return http.StatusOK, commit
		}
		for name := range h.Files {
			if strings.HasPrefix(name, p["commit_sha"]+":") {
				return http.StatusOK, h.like("git-commit-2", map[string]any{"sha": p["commit_sha"]})
			}
		}
		return http.StatusNotFound, missing
	case "GET /git/blobs/{file_sha}":
		content, ok := h.blob(p["file_sha"])
		if !ok {
			return http.StatusNotFound, missing
		}
		return http.StatusOK, h.like("blob", map[string]any{"sha": p["file_sha"], "size": len(content), "content": content})
	case "GET /pulls/{pull_number}/files":
		return http.StatusOK, h.page(h.entries(), in.Request)
	case "GET /pulls":
		return http.StatusOK, h.pulls(in.Request.URL.Query().Get("head"))
	case "POST /pulls/{pull_number}/reviews":
		return h.postReview(body)
	case "POST /pulls/{pull_number}/comments":
		return h.postComment(body)
	case "POST /pulls/{pull_number}/comments/{comment_id}/replies":
		return h.postReply(p["comment_id"], body, missing)
	case "POST /code-scanning/sarifs":
		return h.postSARIF(body)
	case "GET /code-scanning/sarifs/{sarif_id}":
		return h.sarifStatus(p["sarif_id"])
	case "GET /actions/runs/{run_id}/artifacts":
		return http.StatusOK, h.artifacts()
	case "GET /compare/{basehead}":
		comparison := map[string]any{"files": h.entries()}
		if h.MergeBase != "" {
			comparison["merge_base_commit"] = map[string]any{}
			example := h.like("commit-comparison", nil)
			commit, _ := example["merge_base_commit"].(map[string]any)
			commit["sha"] = h.MergeBase
			comparison["merge_base_commit"] = commit
		}
		return http.StatusOK, h.like("commit-comparison", comparison)
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
