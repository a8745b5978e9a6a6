package fakehub

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Viewer is the token's identity.
const Viewer = "github-actions[bot]"

// state is what requests change.
type state struct {
	threads []*Thread
	reviews []Review
	ids     int64
	sarifs  []SARIF
}

// Thread is a thread of review comments.
type Thread struct {
	ID, Path string
	// First and Last are lines of the head; 0 on a whole file.
	First, Last int
	Resolved    bool
	// ResolvedBy is a person's login; empty for a bot, which GitHub does not name.
	ResolvedBy string
	Comments   []*Comment
}

// Comment is one of a thread.
type Comment struct {
	ID, Author, Body string
	Database         int64
	Created          time.Time
	// Minimized is the reason, empty for one that is shown.
	Minimized string
}

// Review is a review that was posted.
type Review struct {
	Body     string
	Comments int
}

// SARIF is an upload.
type SARIF struct{ Commit, Ref, Content string }

// Scanning is how code scanning behaves.
type Scanning struct {
	// Off answers 403, as where it is not switched on.
	Off bool
	// Pending is how often the status is "pending" before it ends.
	Pending int
	// Errors make it end as failed.
	Errors []string
}

// epoch is when the hub's clock starts; each comment is made a second later.
var epoch = time.Date(2026, time.November, 1, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant, which Go has no way to write

func (h *Hub) next() int64 { h.state.ids++; return h.state.ids }

// Threads are the pull request's, oldest first.
func (h *Hub) Threads() []*Thread {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.state.threads)
}

// Reviews are those posted.
func (h *Hub) Reviews() []Review {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.state.reviews)
}

// Uploads are the SARIF files that were uploaded.
func (h *Hub) Uploads() []SARIF {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.state.sarifs)
}

// Say adds a thread, or a reply to one, by somebody.
func (h *Hub) Say(t *Thread, author, body string) *Thread {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t == nil {
		t = &Thread{ID: fmt.Sprint("PRRT_", h.next()), Path: "Dockerfile", First: 1, Last: 1}
		h.state.threads = append(h.state.threads, t)
	}
	h.comment(t, author, body)
	return t
}

func (h *Hub) comment(t *Thread, author, body string) {
	id := h.next()
	t.Comments = append(t.Comments, &Comment{
		ID: fmt.Sprint("PRRC_", id), Author: author, Body: body,
		Database: 3_000_000_000 + id, Created: epoch.Add(time.Duration(id) * time.Second),
	})
}

// posted is a comment as a request has it.
type posted struct {
	Path, Body, Side string
	Line             int
	StartLine        int    `json:"start_line"`
	CommitID         string `json:"commit_id"`
	SubjectType      string `json:"subject_type"`
}

// invalid is GitHub's 422, whose errors are strings and do not say which
// comment they are about.
func invalid(why string) (int, any) {
	return http.StatusUnprocessableEntity, map[string]any{
		"message": "Unprocessable Entity", "errors": []string{why}, "documentation_url": "https://docs.github.com/rest",
	}
}

func (h *Hub) postReview(body []byte) (int, any) {
	var review struct {
		CommitID string `json:"commit_id"`
		Event    string
		Body     string
		Comments []posted
	}
	if err := json.Unmarshal(body, &review); err != nil {
		return invalid(err.Error())
	}
	if review.Event != "COMMENT" || review.Body == "" || len(review.Comments) == 0 {
		h.t.Errorf("a review that is no comment, has no body or no comments: %.200s", body)
	}
	for _, c := range review.Comments {
		if why := h.refuse(c, review.CommitID); why != "" {
			return invalid(why)
		}
	}
	for _, c := range review.Comments {
		h.begin(c)
	}
	h.state.reviews = append(h.state.reviews, Review{review.Body, len(review.Comments)})
	return http.StatusOK, h.like("pull-request-review", map[string]any{"body": review.Body, "commit_id": review.CommitID, "state": "COMMENTED"})
}

func (h *Hub) postComment(body []byte) (int, any) {
	var c posted
	if err := json.Unmarshal(body, &c); err != nil {
		return invalid(err.Error())
	}
	if why := h.refuse(c, c.CommitID); why != "" {
		return invalid(why)
	}
	h.begin(c)
	return http.StatusCreated, h.like("pull-request-review-comment", map[string]any{"body": c.Body, "path": c.Path})
}

// postReply answers a thread by the number of its first comment; a reply has no replies.
func (h *Hub) postReply(comment string, body []byte, missing any) (int, any) {
	var c posted
	if err := json.Unmarshal(body, &c); err != nil || c.Body == "" {
		return invalid("body is missing")
	}
	for _, t := range h.state.threads {
		if fmt.Sprint(t.Comments[0].Database) == comment {
			h.comment(t, Viewer, c.Body)
			return http.StatusCreated, h.like("pull-request-review-comment", map[string]any{"body": c.Body, "path": t.Path})
		}
	}
	return http.StatusNotFound, missing
}

func (h *Hub) begin(c posted) {
	t := &Thread{ID: fmt.Sprint("PRRT_", h.next()), Path: c.Path, First: c.Line, Last: c.Line}
	if c.StartLine > 0 {
		t.First = c.StartLine
	}
	h.comment(t, Viewer, c.Body)
	h.state.threads = append(h.state.threads, t)
}

// refuse says why GitHub would not take a comment.
func (h *Hub) refuse(c posted, commit string) string {
	const longest = 65_536
	first := c.Line
	if c.StartLine > 0 {
		first = c.StartLine
	}
	i := slices.IndexFunc(h.Changed, func(entry map[string]any) bool { return entry["filename"] == c.Path })
	patch := ""
	if i >= 0 {
		patch, _ = h.Changed[i]["patch"].(string)
	}
	switch {
	case h.Head != "" && commit != h.Head:
		return "commit_id is not part of the pull request"
	case len([]rune(c.Body)) > longest:
		return "body is too long (maximum is 65536 characters)"
	case i < 0:
		return "Path could not be resolved"
	case c.SubjectType == "file":
		return ""
	case c.Side != "RIGHT":
		return "side is not what this fake knows"
	case c.StartLine >= c.Line && c.StartLine > 0:
		return "Pull request review thread start line must precede the end line."
	case !inOneHunk(patch, c.Line, c.Line):
		return "Pull request review thread line must be part of the diff"
	case !inOneHunk(patch, first, c.Line):
		return "Pull request review thread start line must be part of the same hunk as the line."
	}
	return ""
}

// inOneHunk reads a patch apart from how dockmend does.
func inOneHunk(patch string, first, last int) bool {
	line, sawFirst := 0, false
	for text := range strings.Lines(patch) {
		switch text[0] {
		case '@':
			_, rest, _ := strings.Cut(text, "+")
			digits := rest[:strings.IndexAny(rest, ", ")]
			line, _ = strconv.Atoi(digits)
			sawFirst = false
			continue
		case '-', '\\':
			continue
		}
		sawFirst = sawFirst || line == first
		if line == last {
			return sawFirst
		}
		line++
	}
	return false
}

// pulls are the open pull requests from a head, "owner:branch".
func (h *Hub) pulls(head string) []any {
	all := []any{}
	for _, p := range h.Pulls {
		if p["_head"] != head {
			continue
		}
		var example []map[string]any
		h.example("pull-request-simple-items", &example)
		pull := maps.Clone(example[0])
		pull["requested_teams"] = []any{} // the example's own breaks its schema
		for key, value := range p {
			if inner, ok := value.(map[string]any); ok {
				old, _ := pull[key].(map[string]any)
				merged := maps.Clone(old)
				maps.Copy(merged, inner)
				pull[key] = merged
			} else if key != "_head" {
				pull[key] = value
			}
		}
		all = append(all, pull)
	}
	return all
}

func (h *Hub) artifacts() any {
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(h.Artifacts)) {
		id := len(list) + 1
		list = append(list, map[string]any{
			"id": id, "node_id": "A", "name": name, "size_in_bytes": len(h.Artifacts[name]), "url": h.URL,
			"archive_download_url": h.URL, "expired": false, "created_at": epoch, "expires_at": epoch, "updated_at": epoch,
		})
	}
	return map[string]any{"total_count": len(list), "artifacts": list}
}

// serveStorage is the host that keeps artifacts.
func (h *Hub) serveStorage(w http.ResponseWriter, r *http.Request, id string) {
	if token := r.Header.Get("Authorization"); token != "" {
		h.t.Errorf("the storage got the token %q", token)
	}
	names := slices.Sorted(maps.Keys(h.Artifacts))
	i, err := strconv.Atoi(id)
	if err != nil || i < 1 || i > len(names) {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(h.Artifacts[names[i-1]])
}

func (h *Hub) postSARIF(body []byte) (int, any) {
	if h.Scanning.Off {
		return http.StatusForbidden, map[string]any{"message": "Code scanning is not enabled for this repository.", "documentation_url": "https://docs.github.com/rest"}
	}
	var upload struct {
		CommitSHA string `json:"commit_sha"`
		Ref       string
		SARIF     string
	}
	err := json.Unmarshal(body, &upload)
	var packed, content []byte
	if err == nil {
		packed, err = base64.StdEncoding.DecodeString(upload.SARIF)
	}
	var r *gzip.Reader
	if err == nil {
		r, err = gzip.NewReader(bytes.NewReader(packed))
	}
	if err == nil {
		content, err = io.ReadAll(r)
	}
	if err != nil || !json.Valid(content) {
		h.t.Errorf("the upload is no SARIF, packed and encoded: %v", err)
		return http.StatusBadRequest, map[string]any{"message": "bad"}
	}
	h.state.sarifs = append(h.state.sarifs, SARIF{upload.CommitSHA, upload.Ref, string(content)})
	id := "47177e22-5596-11eb-80a1-c1e54ef945c" + fmt.Sprint(len(h.state.sarifs)%10)
	return http.StatusAccepted, map[string]any{"id": id, "url": h.URL + "/x"}
}

func (h *Hub) sarifStatus(string) (int, any) {
	if h.Scanning.Pending > 0 {
		h.Scanning.Pending--
		return http.StatusOK, map[string]any{"processing_status": "pending"}
	}
	if len(h.Scanning.Errors) > 0 {
		return http.StatusOK, map[string]any{"processing_status": "failed", "errors": h.Scanning.Errors}
	}
	return http.StatusOK, map[string]any{"processing_status": "complete", "analyses_url": h.URL + "/x"}
}

// page is one page of a list; the answer's header names the next one.
func (h *Hub) page(all []any, r *http.Request) []any {
	query := r.URL.Query()
	per, err := strconv.Atoi(query.Get("per_page"))
	if err != nil {
		per = 30
	}
	number, _ := strconv.Atoi(query.Get("page"))
	number = max(number, 1)
	from := min((number-1)*per, len(all))
	to := min(from+per, len(all))
	if to < len(all) {
		query.Set("page", fmt.Sprint(number+1))
		h.link = fmt.Sprintf("<%s%s?%s>; rel=\"next\"", h.URL, r.URL.Path, query.Encode())
	}
	return all[from:to]
}

// Repository is the description's example of a repository, under another name.
func (h *Hub) Repository(fullName string) map[string]any {
	var example []map[string]any
	h.example("pull-request-simple-items", &example)
	base, _ := example[0]["base"].(map[string]any)
	repo, _ := base["repo"].(map[string]any)
	repo = maps.Clone(repo)
	repo["full_name"] = fullName
	return repo
}
