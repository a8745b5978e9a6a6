// Package fakelab is a GitLab for tests: a server with a project of its own, with branches,
// merge requests, discussions and drafts. Each request is held against a table of operations
// (operations.go names the page of GitLab's documentation for each) and decoded into the
// client's options; each answer is one of the client's types. GitLab's API description is
// under another licence and is not part of the module, so nothing compares the table with it.
package fakelab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// The people of the project.
const (
	// Viewer is who the token belongs to.
	Viewer = "dockmend-bot"
	// ProjectID is the project's number, Project its path.
	ProjectID = 5
	Project   = "group/below/project"
)

// Roles of the token's owner.
const (
	Reporter  = 20
	Developer = 30
)

// Lab is the server. Its exported fields are set between requests.
type Lab struct {
	URL string
	// Scope of the token is "api" or "read_api", Role that of its owner.
	Scope string
	Role  int
	// NoDrafts refuses draft notes, as servers before 15.9 do.
	NoDrafts bool
	// Late is how often the versions of a merge request are not made yet.
	Late int
	// Group has projects besides; nil for none.
	Group *Group

	t      testing.TB
	mu     sync.Mutex
	faults []*Fault
	calls  []string
	mux    *http.ServeMux
	repository
	requests  []*Request
	published int
	last      int64
}

// Kind is a way in which a call goes wrong.
type Kind uint8

// The kinds. What is refused or broken is not done; what is lost, cut or broken late is.
const (
	// Refused answers Status.
	Refused Kind = iota
	// Lost does it and answers 502.
	Lost
	// Cut does it and ends the answer in its middle.
	Cut
	// Broken does not do it and ends the connection, BrokenLate does it.
	Broken
	BrokenLate
)

// Fault is something that goes wrong.
type Fault struct {
	// Call is an operation, as "POST projects/{id}/merge_requests".
	Call string
	// Times is how often it happens; 0 means always. After is how many calls pass before.
	Times, After int
	Kind         Kind
	Status       int
}

// New starts a server that ends with the test. Its project has a branch main without files.
func New(tb testing.TB) *Lab {
	tb.Helper()
	l := &Lab{Scope: "api", Role: Developer, t: tb, mux: http.NewServeMux(), repository: newRepository()}
	l.routes()
	server := httptest.NewServer(l)
	tb.Cleanup(server.Close)
	l.URL = server.URL + "/api/v4"
	return l
}

// Calls lists the operations that were asked for, in their order.
func (l *Lab) Calls() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls)
}

// Published is how many reviews were published.
func (l *Lab) Published() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.published
}

// ServeHTTP answers a request.
func (l *Lab) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.mux.ServeHTTP(w, r) }

// answer is what a handler gives: a status and a body of the client's types.
type answer struct {
	status int
	body   any
	// raw is sent as it is, in the place of body.
	raw []byte
	// total is how many there are of a list, whose page this is.
	next int
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func made(body any) answer { return answer{status: http.StatusCreated, body: body} }

func refuse(status int, words string) answer {
	return answer{status: status, body: map[string]any{"message": words}}
}

func missing() answer { return refuse(http.StatusNotFound, "404 Not Found") }

// call is one request of a known operation.
type call struct {
	*http.Request
	body []byte
	t    testing.TB
}

// number is a number of the path.
func (c *call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.PathValue(name), 10, 64) // 0 is no number of ours
	return n
}

// into decodes the body into the client's options; what these do not have is an error.
func (c *call) into(options any) {
	c.t.Helper()
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(options); err != nil {
		c.t.Errorf("%s %s: the body does not fit: %v", c.Method, c.URL, err)
	}
}

// routes hangs the operations up.
func (l *Lab) routes() {
	for _, op := range operations() {
		l.mux.HandleFunc(op.method+" /api/v4/"+op.path, func(w http.ResponseWriter, r *http.Request) { l.serve(w, r, op) })
	}
	// A query only reads, whatever its method.
	graphQL := &operation{"POST", "graphql", "query! variables", 0, "graphql/_index.md", query}
	l.mux.HandleFunc("POST /api/graphql", func(w http.ResponseWriter, r *http.Request) { l.serve(w, r, graphQL) })
	l.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		l.t.Errorf("%s %s is no operation of GitLab's that is known here", r.Method, r.URL)
		w.WriteHeader(http.StatusNotFound)
	})
}

func (l *Lab) serve(w http.ResponseWriter, r *http.Request, op *operation) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, op.name())
	c := &call{r, body, l.t}
	if err := op.fits(c); err != nil {
		l.t.Errorf("%s %s: %v (%s)", r.Method, r.URL, err, op.source)
	}
	if p := l.Group.find(r.PathValue("id")); p != nil {
		own := l.repository
		l.repository = p.repository()
		defer func() { l.repository = own }()
	} else if id := r.PathValue("id"); id != "" && id != Project {
		l.send(w, missing())
		return
	}
	switch {
	case r.Header.Get("Private-Token") == "" && r.Header.Get("Authorization") == "":
		l.send(w, refuse(http.StatusUnauthorized, "401 Unauthorized"))
		return
	case l.Group != nil && l.Group.Limits != nil && l.Group.Limits.limited(w):
		l.send(w, refuse(http.StatusTooManyRequests, "Retry later"))
		return
	case op.method != http.MethodGet && op.path != "graphql" && l.Scope != "api":
		l.send(w, answer{status: http.StatusForbidden, body: map[string]any{
			"error": "insufficient_scope", "error_description": "The request requires higher privileges than provided by the access token.", "scope": "api",
		}})
		return
	case l.Role < op.role:
		l.send(w, refuse(http.StatusForbidden, "403 Forbidden"))
		return
	}
	f := l.fault(op.name())
	switch {
	case f == nil:
		l.send(w, op.do(l, c))
		return
	case f.Kind == Refused:
		if f.Status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "1")
		}
		l.send(w, refuse(f.Status, fmt.Sprintf("%d is asked for", f.Status)))
		return
	case f.Kind == Broken:
		panic(http.ErrAbortHandler)
	}
	done := op.do(l, c)
	switch f.Kind {
	case Lost:
		l.send(w, refuse(http.StatusBadGateway, "502 Bad Gateway"))
	case Cut:
		recorded := httptest.NewRecorder()
		l.send(recorded, done)
		w.Header().Set("Content-Length", strconv.Itoa(recorded.Body.Len()+1))
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(recorded.Body.Bytes()[:recorded.Body.Len()/2])
	default:
		panic(http.ErrAbortHandler)
	}
}

func (l *Lab) send(w http.ResponseWriter, a answer) {
	if a.next > 0 {
		w.Header().Set("X-Next-Page", strconv.Itoa(a.next))
	}
	if a.raw != nil {
		w.WriteHeader(a.status)
		_, _ = w.Write(a.raw)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	if a.status != http.StatusNoContent {
		if err := json.NewEncoder(w).Encode(a.body); err != nil {
			l.t.Error(err)
		}
	}
}

// Fail says what goes wrong from now on; without faults, nothing does. A call whose answer
// never came may still be carried out meanwhile.
func (l *Lab) Fail(faults ...*Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = faults
}

// fault is what goes wrong with this call; nil for nothing.
func (l *Lab) fault(name string) *Fault {
	for i, f := range l.faults {
		switch {
		case f.Call != name:
			continue
		case f.After > 0:
			f.After--
			continue
		case f.Times == 1:
			l.faults = slices.Delete(slices.Clone(l.faults), i, i+1)
		case f.Times > 1:
			f.Times--
		}
		return f
	}
	return nil
}

// page is one of a list, as the request asks for it.
func page[T any](c *call, all []T) answer {
	size, _ := strconv.Atoi(c.URL.Query().Get("per_page")) // 0 is the usual
	at, _ := strconv.Atoi(c.URL.Query().Get("page"))       // 0 is the first
	if size == 0 {
		size = 20
	}
	at = max(at, 1)
	from := min((at-1)*size, len(all))
	to := min(from+size, len(all))
	a := ok(append([]T{}, all[from:to]...))
	if to < len(all) {
		a.next = at + 1
	}
	return a
}

// next is a number that nothing has yet.
func (l *Lab) next() int64 {
	l.last++
	return l.last
}

// user is somebody.
func user(name string) *gitlab.BasicUser {
	return &gitlab.BasicUser{ID: userID(name), Username: name, Name: name, State: "active"}
}

// userID gives each name a number of its own.
func userID(name string) int64 {
	id := int64(7)
	for _, r := range name {
		id = (id*31 + int64(r)) % 1_000_003
	}
	return id
}

// at is the time of a number: what came later is later.
func at(n int64) *time.Time {
	t := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
	return &t
}

// words trims what GitLab trims of a note.
func words(s string) string { return strings.TrimSpace(s) }
