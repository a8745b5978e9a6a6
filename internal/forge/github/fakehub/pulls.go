package fakehub

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// Open opens a pull request as a person.
func (r *Repo) Open(head, base, title string) *PullRequest {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	return r.open(head, base, title, "", "somebody")
}

// Close closes one without a merge.
func (r *Repo) Close(number int) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	r.pulls[number-1].State = "closed"
}

// Edit changes a body as a person does.
func (r *Repo) Edit(number int, change func(body string) string) {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	p := r.pulls[number-1]
	p.Body = change(p.Body)
}

func (r *Repo) open(head, base, title, body, author string) *PullRequest {
	p := &PullRequest{
		Number: len(r.pulls) + 1, Head: head, Base: base, Title: title, Body: body, State: "open", Author: author, HeadSHA: r.refs[head],
	}
	r.pulls = append(r.pulls, p)
	return p
}

func (h *Hub) servePulls(call string, in *openapi3filter.RequestValidationInput, body []byte) (status int, answer any, ok bool) {
	r := h.Repo
	number, _ := strconv.Atoi(in.PathParams["pull_number"] + in.PathParams["issue_number"])
	var p *PullRequest
	if number > 0 {
		if number > len(r.pulls) {
			return 0, nil, false
		}
		p = r.pulls[number-1]
	}
	switch call {
	case "GET /pulls":
		return http.StatusOK, h.page(r.list(in.Request.URL.Query().Get), in.Request), true
	case "POST /pulls":
		status, answer = r.makePull(body)
	case "GET /pulls/{pull_number}":
		return http.StatusOK, r.whole(p), true
	case "GET /pulls/{pull_number}/commits":
		return http.StatusOK, h.page(r.commitsOf(p), in.Request), true
	case "PATCH /pulls/{pull_number}":
		status, answer = r.editPull(p, body)
	case "GET /issues/{issue_number}/comments":
		all := []any{}
		for i, said := range p.Comments {
			all = append(all, h.said(i, said))
		}
		return http.StatusOK, h.page(all, in.Request), true
	case "POST /issues/{issue_number}/comments":
		var want struct{ Body string }
		if err := json.Unmarshal(body, &want); err != nil {
			status, answer = refused(err.Error())
			break
		}
		p.Comments = append(p.Comments, Said{Viewer, want.Body})
		return http.StatusCreated, h.said(len(p.Comments)-1, p.Comments[len(p.Comments)-1]), true
	case "POST /issues/{issue_number}/labels":
		var want struct{ Labels []string }
		status, answer = http.StatusOK, []any{}
		if err := json.Unmarshal(body, &want.Labels); err != nil {
			if err := json.Unmarshal(body, &want); err != nil {
				status, answer = refused(err.Error())
			}
		}
		p.Labels = append(p.Labels, want.Labels...)
	case "POST /issues/{issue_number}/assignees":
		var want struct{ Assignees []string }
		if err := json.Unmarshal(body, &want); err != nil {
			status, answer = refused(err.Error())
			break
		}
		p.Assignees = append(p.Assignees, want.Assignees...)
		var issues []map[string]any
		h.example("issue-items", &issues)
		return http.StatusCreated, issues[0], true
	case "POST /pulls/{pull_number}/requested_reviewers":
		status, answer = r.requestReviewers(p, body)
	default:
		return 0, nil, false
	}
	return status, answer, true
}

func (h *Hub) said(i int, s Said) any {
	comment := h.like("issue-comment", map[string]any{"id": i + 1, "body": s.Body})
	user, _ := comment["user"].(map[string]any)
	user["login"] = s.Author
	return comment
}

func (r *Repo) requestReviewers(p *PullRequest, body []byte) (int, any) {
	var want struct {
		Reviewers     []string
		TeamReviewers []string `json:"team_reviewers"`
	}
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	if len(want.TeamReviewers) > 0 || slices.Contains(want.Reviewers, "stranger") {
		return refused("Reviews may only be requested from collaborators.")
	}
	p.Reviewers = append(p.Reviewers, want.Reviewers...)
	return http.StatusCreated, r.simple(p)
}

// failed is how GitHub refuses a pull request.
func failed(words string) (int, any) {
	return http.StatusUnprocessableEntity, map[string]any{
		"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest",
		"errors": []any{map[string]any{"resource": "PullRequest", "code": "custom", "message": words}},
	}
}

func (r *Repo) makePull(body []byte) (int, any) {
	var want struct {
		Title, Head, Base, Body string
		Draft                   bool
	}
	const longest = 65_536
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	there := func(p *PullRequest) bool { return p.State == "open" && p.Head == want.Head && p.Base == want.Base }
	switch {
	case r.NoPulls:
		return http.StatusForbidden, map[string]string{
			"message": "GitHub Actions is not permitted to create or approve pull requests.", "documentation_url": "https://docs.github.com/rest",
		}
	case r.NoDrafts && want.Draft:
		return failed("Draft pull requests are not supported in this repository.")
	case len([]rune(want.Body)) > longest:
		return failed("body is too long (maximum is 65536 characters)")
	case r.refs[want.Head] == "" || r.refs[want.Base] == "":
		return failed("head or base is invalid")
	case slices.ContainsFunc(r.pulls, there):
		return failed("A pull request already exists for o:" + want.Head + ".")
	case r.within(r.refs[want.Head], r.refs[want.Base]):
		return failed("No commits between " + want.Base + " and " + want.Head)
	}
	author := r.Author
	if author == "" {
		author = Viewer
	}
	p := r.open(want.Head, want.Base, want.Title, want.Body, author)
	p.Draft = want.Draft
	return http.StatusCreated, r.whole(p)
}

func (r *Repo) editPull(p *PullRequest, body []byte) (int, any) {
	var want struct{ Title, Body, State *string }
	if err := json.Unmarshal(body, &want); err != nil {
		return refused(err.Error())
	}
	if want.Title != nil {
		p.Title = *want.Title
	}
	if want.Body != nil {
		p.Body = *want.Body
	}
	if want.State != nil {
		p.State = *want.State
	}
	return http.StatusOK, r.whole(p)
}

// list is what the API lists, the newest first.
func (r *Repo) list(query func(string) string) []any {
	all := []any{}
	for _, p := range slices.Backward(r.pulls) {
		state, head, base := query("state"), query("head"), query("base")
		if state == "" {
			state = "open"
		}
		_, branch, _ := strings.Cut(head, ":")
		isOther := state != "all" && p.State != state
		isElsewhere := (head != "" && branch != p.Head) || (base != "" && base != p.Base)
		if isOther || isElsewhere {
			continue
		}
		all = append(all, r.simple(p))
	}
	return all
}

// commitsOf are those of a pull request that its base has not, the oldest first.
func (r *Repo) commitsOf(p *PullRequest) []any {
	var example []map[string]any
	r.h.example("commit-items", &example)
	all := []any{}
	for sha := p.HeadSHA; sha != "" && !r.within(sha, r.refs[p.Base]); {
		entry := maps.Clone(example[0])
		inner, _ := entry["commit"].(map[string]any)
		inner = maps.Clone(inner)
		inner["message"] = r.commits[sha].message
		entry["sha"], entry["commit"] = sha, inner
		all = append(all, entry)
		if parents := r.commits[sha].parents; len(parents) > 0 {
			sha = parents[0]
		} else {
			sha = ""
		}
	}
	slices.Reverse(all)
	return all
}

func (r *Repo) simple(p *PullRequest) any {
	var example []map[string]any
	r.h.example("pull-request-simple-items", &example)
	example[0]["requested_teams"] = []any{} // the example's own breaks its schema
	return r.fill(example[0], p)
}

func (r *Repo) whole(p *PullRequest) any {
	pull := r.h.like("pull-request", map[string]any{"merged": p.Merged})
	pull["requested_teams"] = []any{}
	return r.fill(pull, p)
}

func (r *Repo) fill(pull map[string]any, p *PullRequest) any {
	at := func(side, branch, sha string) {
		inner, _ := pull[side].(map[string]any)
		inner["ref"], inner["sha"] = branch, sha
	}
	at("head", p.Head, p.HeadSHA)
	head, _ := pull["head"].(map[string]any)
	repo, _ := head["repo"].(map[string]any)
	repo["full_name"] = r.name
	if p.Fork != "" {
		repo["full_name"] = p.Fork
	}
	at("base", p.Base, r.refs[p.Base])
	user, _ := pull["user"].(map[string]any)
	user["login"] = p.Author
	pull["number"], pull["title"], pull["body"], pull["state"], pull["draft"] = p.Number, p.Title, p.Body, p.State, p.Draft
	pull["html_url"] = fmt.Sprintf("https://github.com/o/r/pull/%d", p.Number)
	pull["merged_at"], pull["closed_at"] = nil, nil
	if p.State == "closed" {
		pull["closed_at"] = epoch
	}
	if p.Merged {
		pull["merged_at"] = epoch
	}
	return pull
}
