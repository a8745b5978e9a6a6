package fakehub

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func graphqlSchema() (*ast.Schema, error) {
	src, err := unpacked("schema.graphql.gz")
	if err != nil {
		return nil, err
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(src)})
	if err != nil {
		return nil, err
	}
	return schema, nil
}

// object is a value of a type with fields. Of a field that takes arguments the
// value may be a func of them.
type object map[string]any

// serveGraphQL does a document that fits GitHub's schema.
func (h *Hub) serveGraphQL(w http.ResponseWriter, r *http.Request, body []byte) {
	var request struct {
		Query     string
		Variables map[string]any
	}
	if err := json.Unmarshal(body, &request); err != nil {
		h.t.Errorf("no GraphQL request: %v", err)
		return
	}
	document, errs := gqlparser.LoadQueryWithRules(h.schema, request.Query, rules.NewDefaultRules())
	if errs != nil {
		h.t.Errorf("the document does not fit GitHub's schema: %v", errs)
		answer(w, http.StatusBadRequest, nil)
		return
	}
	operation := document.Operations[0]
	variables, err := validator.VariableValues(h.schema, operation, request.Variables)
	if err != nil {
		h.t.Errorf("the variables of %s do not fit GitHub's schema: %v", operation.Name, err)
		answer(w, http.StatusBadRequest, nil)
		return
	}
	call := "graphql " + operation.Name
	if r.Header.Get("Authorization") == "" || !h.may(needs(call)) {
		h.fail(w, "FORBIDDEN", "Resource not accessible by integration")
		return
	}
	h.faulty(w, r, call, func(w http.ResponseWriter) {
		root := object{"viewer": object{"login": Viewer}, "repository": h.repository}
		for _, mutation := range []string{"resolveReviewThread", "minimizeComment", "deletePullRequestReviewComment", "createCommitOnBranch"} {
			root[mutation] = func(arguments map[string]any) any {
				input, _ := arguments["input"].(map[string]any)
				return h.mutate(mutation, input)
			}
		}
		data := h.selected(operation.SelectionSet, root, variables)
		if data == nil {
			h.fail(w, "NOT_FOUND", "Could not resolve to a node")
			return
		}
		answer(w, http.StatusOK, map[string]any{"data": data})
	})
}

func (h *Hub) fail(w http.ResponseWriter, kind, message string) {
	answer(w, http.StatusOK, map[string]any{"data": nil, "errors": []map[string]string{{"type": kind, "message": message}}})
}

// selected makes the answer to a selection, and holds each value against the
// field's type. It is nil where a value is that may not be.
func (h *Hub) selected(set ast.SelectionSet, from object, variables map[string]any) map[string]any {
	out := map[string]any{}
	for _, s := range set {
		if inline, ok := s.(*ast.InlineFragment); ok { // of the one type that the value has
			for name, value := range h.selected(inline.SelectionSet, from, variables) {
				out[name] = value
			}
			continue
		}
		field, ok := s.(*ast.Field)
		if !ok {
			h.t.Errorf("this fake knows no named fragments")
			return nil
		}
		value, ok := from[field.Name]
		if !ok {
			h.t.Errorf("this fake has no field %s", field.Name)
			return nil
		}
		if f, ok := value.(func(map[string]any) any); ok {
			value = f(field.ArgumentMap(variables))
		}
		made, ok := h.complete(field, field.Definition.Type, value, variables)
		if !ok {
			return nil
		}
		out[field.Alias] = made
	}
	return out
}

func (h *Hub) complete(field *ast.Field, t *ast.Type, value any, variables map[string]any) (any, bool) {
	if value == nil {
		if field.Name == "repository" || field.Name == "pullRequest" || !t.NonNull {
			_, mutation := map[string]bool{"resolveReviewThread": true, "minimizeComment": true, "deletePullRequestReviewComment": true, "createCommitOnBranch": true}[field.Name]
			return nil, !mutation
		}
		h.t.Errorf("field %s may not be null", field.Name)
		return nil, false
	}
	if t.Elem != nil {
		list := []any{}
		for _, x := range value.([]any) {
			made, ok := h.complete(field, t.Elem, x, variables)
			if !ok {
				return nil, false
			}
			list = append(list, made)
		}
		return list, true
	}
	if inner, ok := value.(object); ok {
		made := h.selected(field.SelectionSet, inner, variables)
		return made, made != nil
	}
	fits := true
	switch t.Name() {
	case "Boolean":
		_, fits = value.(bool)
	case "Int":
		_, fits = value.(int)
	case "String", "ID", "BigInt", "GitObjectID":
		_, fits = value.(string)
	case "DateTime":
		_, fits = value.(time.Time)
	}
	if !fits {
		h.t.Errorf("field %s is a %s, not %T", field.Name, t.Name(), value)
	}
	return value, fits
}

// perPage is the fake's most threads on a page, fewer than GitHub's, so that
// tests need few threads to turn one.
const perPage = 10

func (h *Hub) repository(arguments map[string]any) any {
	blob := func(arguments map[string]any) any {
		oid, _ := arguments["oid"].(string)
		content, ok := h.blob(oid)
		if !ok {
			return nil
		}
		binary := strings.Contains(content, "\x00")
		var text any
		if !binary {
			text = strings.ToValidUTF8(content, "\uFFFD")
		}
		return object{"oid": oid, "text": text, "isTruncated": false, "byteSize": len(content), "isBinary": binary}
	}
	if h.Org != nil {
		owner, _ := arguments["owner"].(string)
		name, _ := arguments["name"].(string)
		return h.orgObject(owner, name, blob)
	}
	return object{"object": blob, "pullRequest": func(map[string]any) any {
		return object{"headRefOid": h.Head, "reviewThreads": func(arguments map[string]any) any {
			from := 0
			if after, ok := arguments["after"].(string); ok {
				from, _ = strconv.Atoi(after)
			}
			to := min(from+perPage, len(h.state.threads))
			nodes := []any{}
			for _, t := range h.state.threads[from:to] {
				nodes = append(nodes, h.thread(t))
			}
			return object{"nodes": nodes, "pageInfo": object{"hasNextPage": to < len(h.state.threads), "endCursor": fmt.Sprint(to)}}
		}}
	}}
}

func (h *Hub) thread(t *Thread) object {
	var by any
	if t.ResolvedBy != "" {
		by = object{"login": t.ResolvedBy}
	}
	return object{
		"id": t.ID, "isResolved": t.Resolved, "path": t.Path, "resolvedBy": by,
		"viewerCanResolve": h.may(needs("graphql Resolve")),
		"comments": func(arguments map[string]any) any {
			nodes := []any{}
			first, _ := arguments["first"].(int64)
			for _, c := range t.Comments[:min(int(first), len(t.Comments))] {
				nodes = append(nodes, comment(c))
			}
			return object{"totalCount": len(t.Comments), "nodes": nodes}
		},
	}
}

func comment(c *Comment) object {
	login, bot := strings.CutSuffix(c.Author, "[bot]")
	kind := "User"
	if bot {
		kind = "Bot"
	}
	var reason any
	if c.Minimized != "" {
		reason = c.Minimized
	}
	return object{
		"id": c.ID, "fullDatabaseId": fmt.Sprint(c.Database), "createdAt": c.Created, "body": c.Body, "isMinimized": c.Minimized != "",
		"minimizedReason": reason, "viewerDidAuthor": c.Author == Viewer, "author": object{"__typename": kind, "login": login},
	}
}

// mutate does a mutation; nil for what is not there.
func (h *Hub) mutate(name string, input map[string]any) any {
	if name == "createCommitOnBranch" && h.Repo != nil {
		return h.Repo.append(input)
	}
	for i, t := range h.state.threads {
		if name == "resolveReviewThread" && t.ID == input["threadId"] {
			t.Resolved, t.ResolvedBy = true, ""
			return object{"thread": object{"id": t.ID, "isResolved": true}}
		}
		for j, c := range t.Comments {
			switch {
			case name == "minimizeComment" && c.ID == input["subjectId"]:
				c.Minimized = strings.ToLower(fmt.Sprint(input["classifier"]))
				return object{"minimizedComment": object{"isMinimized": true}}
			case name == "deletePullRequestReviewComment" && c.ID == input["id"]:
				t.Comments = append(t.Comments[:j:j], t.Comments[j+1:]...)
				if len(t.Comments) == 0 {
					h.state.threads = append(h.state.threads[:i:i], h.state.threads[i+1:]...)
				}
				return object{"pullRequestReviewComment": object{"id": c.ID}}
			}
		}
	}
	return nil
}
