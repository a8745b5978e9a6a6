package fakehub

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// maxIssueBody is how many characters an issue takes.
const maxIssueBody = 65_536

// Issue is one of a repository of an organisation. Its number is its place, from 1.
type Issue struct {
	Author, Title, Body, State string
	// Pull says that it is a pull request, which lists of issues have too.
	Pull bool
}

// serveIssues answers what is about the issues of a repository; ok is false for others.
func (h *Hub) serveIssues(
	r *OrgRepo, call string, in *openapi3filter.RequestValidationInput, body []byte,
) (status int, answer any, ok bool) {
	var want struct{ Title, Body, State *string }
	set := func(i *Issue) {
		for _, x := range []struct{ from, to *string }{{want.Title, &i.Title}, {want.Body, &i.Body}, {want.State, &i.State}} {
			if x.from != nil {
				*x.to = *x.from
			}
		}
	}
	switch call {
	case "GET /issues":
		state, all := in.Request.URL.Query().Get("state"), []any{}
		for i, x := range r.Issues { // the oldest first, as it is asked for
			if state == "all" || x.State == state {
				all = append(all, h.issue(i, x))
			}
		}
		return http.StatusOK, h.page(all, in.Request), true
	case "POST /issues":
		if err := json.Unmarshal(body, &want); err != nil {
			status, answer = refused(err.Error())
			return status, answer, true
		}
		made := &Issue{Author: Viewer, State: "open"}
		set(made)
		if len([]rune(made.Body)) > maxIssueBody {
			status, answer = refused("body is too long (maximum is 65536 characters)")
			return status, answer, true
		}
		r.Issues = append(r.Issues, made)
		return http.StatusCreated, h.issue(len(r.Issues)-1, made), true
	case "PATCH /issues/{issue_number}":
		n, err := strconv.Atoi(in.PathParams["issue_number"])
		if err != nil || n < 1 || n > len(r.Issues) || r.Repo != nil {
			return 0, nil, false
		}
		if err := json.Unmarshal(body, &want); err != nil {
			status, answer = refused(err.Error())
			return status, answer, true
		}
		set(r.Issues[n-1])
		return http.StatusOK, h.issue(n-1, r.Issues[n-1]), true
	}
	return 0, nil, false
}

func (h *Hub) issue(i int, x *Issue) any {
	one := h.like("issue", map[string]any{
		"number": i + 1, "state": x.State, "title": x.Title, "body": x.Body, "html_url": fmt.Sprintf("https://github.com/o/r/issues/%d", i+1),
	})
	user, _ := one["user"].(map[string]any)
	user = maps.Clone(user)
	user["login"] = x.Author
	one["user"] = user
	if !x.Pull {
		delete(one, "pull_request")
	}
	return one
}
