package fakelab

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// operation is one of GitLab's REST API, with what the client's options have for it.
type operation struct {
	method, path string
	// params are the parameters of the query or the body that it takes, those with "!" are
	// required. A form gives "position[base_sha]" as a part of position.
	params string
	// role is the least role of who may do it.
	role int
	// source is the page of GitLab's documentation that describes it, below doc/api.
	source string
	do     func(*Lab, *call) answer
}

func (o *operation) name() string { return o.method + " " + o.path }

const (
	project = "projects/{id}"
	request = project + "/merge_requests/{iid}"
	paged   = "page per_page "
)

// operations are those that the client uses.
func operations() []*operation {
	return []*operation{
		{"GET", "user", "", 0, "users.md", currentUser},
		{"GET", "users", paged + "username", 0, "users.md", listUsers},
		{
			"GET", "groups/{group}/projects",
			paged + "include_subgroups with_shared order_by sort topic archived", 0, "groups.md", listGroupProjects,
		},
		{"GET", project + "/repository/blobs/{sha}/raw", "", Reporter, "repositories.md", rawBlob},
		{"GET", project, "statistics license", 0, "projects.md", getProject},
		{"GET", project + "/repository/branches/{branch}", "", Reporter, "branches.md", getBranch},
		{"DELETE", project + "/repository/branches/{branch}", "", Developer, "branches.md", deleteBranch},
		{"GET", project + "/repository/commits/{sha}/diff", paged + "unidiff", Reporter, "commits.md", commitDiff},
		{
			"POST", project + "/repository/commits",
			"branch! commit_message! start_branch start_sha start_project actions! author_email author_name stats force", Developer, "commits.md", createCommit,
		},
		{"GET", project + "/repository/compare", "from! to! from_project_id straight unidiff", Reporter, "repositories.md", compareCommits},
		{"GET", project + "/repository/tree", paged + "path ref recursive pagination page_token", Reporter, "repositories.md", listTree},
		{"GET", project + "/repository/files/{file}/raw", "ref lfs", Reporter, "repository_files.md", rawFile},
		{"GET", project + "/repository/files/{file}", "ref!", Reporter, "repository_files.md", getFile},
		{
			"GET", project + "/merge_requests", paged + "source_branch target_branch state", Reporter, "merge_requests.md", listRequests,
		},
		{
			"POST", project + "/merge_requests",
			"source_branch! target_branch! title! description labels assignee_ids reviewer_ids remove_source_branch", Developer, "merge_requests.md", createRequest,
		},
		{"GET", request, "render_html include_diverged_commits_count include_rebase_in_progress", Reporter, "merge_requests.md", getRequest},
		{"PUT", request, "title description state_event labels", Developer, "merge_requests.md", updateRequest},
		{"GET", request + "/versions", paged, Reporter, "merge_requests.md", listVersions},
		{"GET", request + "/versions/{version}", "unidiff", Reporter, "merge_requests.md", getVersion},
		{"GET", request + "/discussions", paged, Reporter, "discussions.md", listDiscussions},
		{"POST", request + "/discussions", "body! commit_id created_at position", Reporter, "discussions.md", createDiscussion},
		{"PUT", request + "/discussions/{discussion}", "resolved!", Developer, "discussions.md", resolveDiscussion},
		{"POST", request + "/discussions/{discussion}/notes", "body! created_at", Reporter, "discussions.md", addNote},
		{"DELETE", request + "/discussions/{discussion}/notes/{note}", "", Reporter, "discussions.md", deleteNote},
		{"POST", request + "/notes", "body! created_at internal", Reporter, "notes.md", createNote},
		{"PUT", request + "/notes/{note}", "body!", Reporter, "notes.md", updateNote},
		{"DELETE", request + "/notes/{note}", "", Reporter, "notes.md", deleteNote},
		{"GET", request + "/draft_notes", paged, Reporter, "draft_notes.md", listDrafts},
		{
			"POST", request + "/draft_notes", "note! commit_id in_reply_to_discussion_id resolve_discussion position", Reporter, "draft_notes.md", createDraft,
		},
		{"DELETE", request + "/draft_notes/{note}", "", Reporter, "draft_notes.md", deleteDraft},
		{"PUT", request + "/draft_notes/{note}/publish", "", Reporter, "draft_notes.md", publishDraft},
		{"POST", request + "/draft_notes/bulk_publish", "", Reporter, "draft_notes.md", publishDrafts},
	}
}

// fits holds a request to what the operation takes.
func (o *operation) fits(c *call) error {
	sent := map[string]bool{}
	for name := range c.URL.Query() {
		sent[name] = true
	}
	if len(c.body) > 0 {
		var body map[string]json.RawMessage
		if err := json.Unmarshal(c.body, &body); err != nil {
			return fmt.Errorf("the body is not an object: %w", err)
		}
		for name := range body {
			sent[name] = true
		}
	}
	known := map[string]bool{}
	for name := range strings.FieldsSeq(o.params) {
		name, required := strings.CutSuffix(name, "!")
		known[name] = true
		if required && !sent[name] {
			return fmt.Errorf("the parameter %s is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if !known[name] {
			return fmt.Errorf("there is no parameter %s", name)
		}
	}
	return nil
}
