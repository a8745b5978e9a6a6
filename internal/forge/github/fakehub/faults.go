package fakehub

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// Kind is a way in which a call goes wrong.
type Kind uint8

// The kinds. What is refused is not done; what is lost, cut or hangs late is.
const (
	// Refused answers Status.
	Refused Kind = iota
	// Lost does it and answers 502.
	Lost
	// Cut does it and ends the answer in its middle.
	Cut
	// Hangs does not do it and never answers.
	Hangs
	// HangsLate does it and never answers.
	HangsLate
)

// Fault is something that goes wrong.
type Fault struct {
	// Call is a part of "POST /pulls/{pull_number}/reviews", or of "graphql Resolve".
	Call string
	// Times is how often it happens; 0 means always.
	Times  int
	Kind   Kind
	Status int
	// RetryAfter is that header in seconds; none if it is 0.
	RetryAfter int
	// Message is the body's.
	Message string

	happened int
}

func (f *Fault) String() string {
	return fmt.Sprintf("%s: kind %d, status %d", f.Call, f.Kind, f.Status)
}

// hanging is longer than any test waits.
const hanging = 20 * time.Second

// Heal ends all faults and grants everything. A call that hangs may still be going
// on, so this is no assignment.
func (h *Hub) Heal() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Faults, h.Grants = nil, nil
}

// faulty answers as the first fault for the call says, else as do.
func (h *Hub) faulty(w http.ResponseWriter, r *http.Request, call string, do func(http.ResponseWriter)) {
	for _, f := range h.Faults {
		if !strings.Contains(call, f.Call) || (f.Times > 0 && f.happened >= f.Times) {
			continue
		}
		f.happened++
		recorded := httptest.NewRecorder()
		if f.Kind == Lost || f.Kind == Cut || f.Kind == HangsLate {
			do(recorded)
		}
		switch f.Kind {
		case Refused:
			if f.RetryAfter > 0 {
				w.Header().Set("Retry-After", fmt.Sprint(f.RetryAfter))
			}
			answer(w, f.Status, map[string]string{"message": f.Message, "documentation_url": "https://docs.github.com/rest"})
		case Lost:
			w.WriteHeader(http.StatusBadGateway)
		case Cut:
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", fmt.Sprint(recorded.Body.Len()))
			w.WriteHeader(recorded.Code)
			_, _ = w.Write(recorded.Body.Bytes()[:recorded.Body.Len()/2])
			if flusher, ok := w.(http.Flusher); ok {
				flusher.Flush()
			}
			panic(http.ErrAbortHandler)
		case Hangs, HangsLate:
			h.mu.Unlock() // others go on meanwhile
			select {
			case <-r.Context().Done():
			case <-time.After(hanging):
			}
			h.mu.Lock()
		}
		return
	}
	do(w)
}

// need is a permission at a level.
type need struct{ name, level string }

// needs are the permissions of a call: GitHub's tables of what a token of
// Actions may, and for resolving what projects found by trying (facts: review
// threads).
func needs(call string) []need {
	switch {
	case strings.HasPrefix(call, "graphql Viewer"):
		return nil
	case strings.HasPrefix(call, "graphql Threads"):
		return []need{{"pull-requests", "read"}}
	case strings.HasPrefix(call, "graphql Resolve"):
		return []need{{"pull-requests", "write"}, {"contents", "write"}}
	case strings.HasPrefix(call, "graphql Blobs"), strings.HasPrefix(call, "graphql Heads"):
		return []need{{"contents", "read"}}
	case strings.HasPrefix(call, "graphql Commit"):
		return []need{{"contents", "write"}}
	case strings.HasPrefix(call, "graphql "):
		return []need{{"pull-requests", "write"}}
	}
	method, path, _ := strings.Cut(call, " ")
	level := "write"
	if method == http.MethodGet {
		level = "read"
	}
	switch {
	case path == "", path == "/rate_limit", strings.HasPrefix(path, "/orgs/"), strings.HasPrefix(path, "/users/"):
		return nil // metadata: read, which every token has
	case path == "/issues", path == "/issues/{issue_number}":
		return []need{{"issues", level}}
	case strings.HasPrefix(path, "/pulls"), strings.HasPrefix(path, "/issues"):
		return []need{{"pull-requests", level}}
	case strings.HasPrefix(path, "/code-scanning"):
		return []need{{"security-events", level}}
	case strings.HasPrefix(path, "/actions"):
		return []need{{"actions", level}}
	}
	return []need{{"contents", level}}
}

func (h *Hub) may(all []need) bool {
	if h.Grants == nil {
		return true
	}
	for _, n := range all {
		if has := h.Grants[n.name]; has != "write" && has != n.level {
			return false
		}
	}
	return true
}
