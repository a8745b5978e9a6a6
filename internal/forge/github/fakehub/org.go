package fakehub

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// Org is an organisation with many repositories. Its fields are set between requests.
type Org struct {
	Name  string
	Repos map[string]*OrgRepo
	// Limits refuse requests; nil for none.
	Limits *Limits

	names map[string]string
}

// OrgRepo is one of an organisation, with the files of its default branch.
type OrgRepo struct {
	// Files are contents by path; a path may have a mode, as "120000 link". The content
	// of a submodule, "160000 lib", is the hash of its commit.
	Files map[string]string
	// Commit is the tip of the default branch, empty for a repository without any.
	Commit                   string
	Archived, Fork, Disabled bool
	// Gone hides it from everything but lists.
	Gone   bool
	Topics []string
	// Repo, if set, is this repository with its branches and pull requests; Files and
	// Commit are then those of its default branch.
	Repo *Repo
	// Issues are those of the repository.
	Issues []*Issue
	// Most is how many entries a list of a tree has before it is cut; 0 for no bound.
	Most int
}

// Limits are GitHub's, by a clock of the test's own.
type Limits struct {
	// Hourly is how many requests each of REST and GraphQL take in an hour.
	Hourly int
	// Minutely is how many all together take in a minute; 0 for any number.
	Minutely int
	// Now is the time.
	Now func() time.Time

	hours, minutes map[string]window
	// Refused counts what was refused.
	Refused int
}

type window struct {
	ends time.Time
	n    int
}

// limited counts a request, says on the answer what is left, and refuses one too many.
func (l *Limits) limited(w http.ResponseWriter, resource string) bool {
	now := l.Now()
	if l.hours == nil {
		l.hours, l.minutes = map[string]window{}, map[string]window{}
	}
	count := func(in map[string]window, key string, length time.Duration) window {
		c := in[key]
		if !c.ends.After(now) {
			c = window{ends: now.Add(length)}
		}
		c.n++
		in[key] = c
		return c
	}
	hour := count(l.hours, resource, time.Hour)
	w.Header().Set("X-Ratelimit-Remaining", strconv.Itoa(max(l.Hourly-hour.n, 0)))
	w.Header().Set("X-Ratelimit-Reset", strconv.FormatInt(hour.ends.Unix()+1, 10))
	if hour.n > l.Hourly {
		l.Refused++
		answer(w, http.StatusForbidden, map[string]string{"message": "API rate limit exceeded"})
		return true
	}
	if l.Minutely == 0 {
		return false
	}
	if minute := count(l.minutes, "all", time.Minute); minute.n > l.Minutely {
		l.Refused++
		w.Header().Set("Retry-After", strconv.Itoa(int(minute.ends.Sub(now)/time.Second)+1))
		answer(w, http.StatusForbidden, map[string]string{"message": "You have exceeded a secondary rate limit"})
		return true
	}
	return false
}

// find is a repository by its whole name.
func (o *Org) find(owner, name string) *OrgRepo {
	if o == nil || owner != o.Name || o.Repos[name] == nil || o.Repos[name].Gone {
		return nil
	}
	r := o.Repos[name]
	if r.Repo != nil {
		r.Commit, r.Files = r.Repo.refs[r.Repo.Default], map[string]string{}
		for path, e := range r.Repo.trees[r.Repo.commits[r.Commit].tree] {
			r.Files[path] = r.Repo.h.Blobs[e.sha]
		}
	}
	return r
}

// serveOrg answers what is about the organisation; ok is false for others.
func (h *Hub) serveOrg(call string, in *openapi3filter.RequestValidationInput, body []byte) (status int, answer any, ok bool) {
	if h.Org == nil {
		return 0, nil, false
	}
	p := in.PathParams
	switch call {
	case "GET /orgs/{org}/repos", "GET /users/{username}/repos":
		if p["org"] != h.Org.Name {
			status, answer = notFound()
			return status, answer, true
		}
		return http.StatusOK, h.page(h.orgRepos(), in.Request), true
	case "GET /rate_limit":
		return http.StatusOK, h.rateLimit(), true
	}
	r := h.Org.find(p["owner"], p["repo"])
	if r == nil {
		return 0, nil, false
	}
	if status, answer, ok := h.serveIssues(r, call, in, body); ok {
		return status, answer, true
	}
	if r.Repo != nil && (call != "GET /git/trees/{tree_sha}" || p["tree_sha"] != r.Commit) {
		h.Repo = r.Repo
		return 0, nil, false
	}
	switch call {
	case "GET /git/trees/{tree_sha}":
		status, answer = h.orgTree(r, p["tree_sha"], in.Request.URL.Query().Has("recursive"))
		return status, answer, true
	case "GET /git/blobs/{file_sha}":
		if content, ok := h.blob(p["file_sha"]); ok {
			return http.StatusOK, h.like("blob", map[string]any{"sha": p["file_sha"], "size": len(content), "content": content}), true
		}
	}
	status, answer = notFound()
	return status, answer, true
}

func (h *Hub) orgRepos() []any {
	var example []map[string]any
	h.example("minimal-repository-items", &example)
	all := []any{}
	for _, name := range slices.Sorted(maps.Keys(h.Org.Repos)) {
		r := h.Org.Repos[name]
		one := maps.Clone(example[0])
		topics := []any{}
		for _, t := range r.Topics {
			topics = append(topics, t)
		}
		maps.Copy(one, map[string]any{
			"name": name, "full_name": h.Org.Name + "/" + name, "html_url": "https://github.com/" + h.Org.Name + "/" + name,
			"archived": r.Archived, "fork": r.Fork, "disabled": r.Disabled, "topics": topics, "default_branch": "main",
		})
		all = append(all, one)
	}
	return all
}

func (h *Hub) rateLimit() any {
	limits := h.like("rate-limit-overview", nil)
	left, most := 4999, 5000
	if l := h.Org.Limits; l != nil {
		most = l.Hourly
		left = max(most-l.hours["core"].n, 0)
	}
	resources, _ := limits["resources"].(map[string]any)
	for _, name := range []string{"core", "graphql"} {
		r, _ := resources[name].(map[string]any)
		r["limit"], r["remaining"] = most, left
	}
	return limits
}

// orgTree is a folder of a repository: the root by the commit's hash, another by one that
// the list of its own folder gave.
func (h *Hub) orgTree(r *OrgRepo, sha string, recursive bool) (int, any) {
	folder := ""
	if sha != r.Commit {
		known := false
		if folder, known = h.Org.names[sha]; !known {
			return notFound()
		}
	}
	entries, seen := []any{}, map[string]bool{}
	add := func(name, mode, kind, sha string, size int) {
		e := map[string]any{"path": name, "mode": mode, "type": kind, "sha": sha, "url": "https://api.github.com/x"}
		if kind == "blob" {
			e["size"] = size
		}
		entries = append(entries, e)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Files)) {
		mode, name := "100644", key
		if m, rest, ok := strings.Cut(key, " "); ok && len(m) == 6 && strings.Trim(m, "01234567") == "" {
			mode, name = m, rest
		}
		name, below := strings.CutPrefix(name, folder)
		if !below {
			continue
		}
		for at := path.Dir(name); at != "." && at != "/" && recursive; at = path.Dir(at) {
			if !seen[at] {
				seen[at] = true
				add(at, "040000", "tree", h.treeName(folder+at+"/"), 0)
			}
		}
		if first, _, deep := strings.Cut(name, "/"); deep && !recursive {
			if !seen[first] {
				seen[first] = true
				add(first, "040000", "tree", h.treeName(folder+first+"/"), 0)
			}
			continue
		}
		content := r.Files[key]
		if mode == "160000" {
			add(name, mode, "commit", content, 0)
			continue
		}
		sha := h.nameOf(content)
		add(name, mode, "blob", sha, len(content))
	}
	cut := r.Most > 0 && len(entries) > r.Most
	if cut {
		entries = entries[:r.Most]
	}
	return http.StatusOK, map[string]any{"sha": sha, "url": "https://api.github.com/x", "tree": entries, "truncated": cut}
}

// treeName is a name for a folder.
func (h *Hub) treeName(folder string) string {
	sha := blobName("folder " + folder)
	if h.Org.names == nil {
		h.Org.names = map[string]string{}
	}
	h.Org.names[sha] = folder
	return sha
}

// nameOf is the name of a content, which can be asked for from then on.
func (h *Hub) nameOf(content string) string {
	if sha, ok := h.shas[content]; ok {
		return sha
	}
	sha := blobName(content)
	h.shas[content], h.Blobs[sha] = sha, content
	return sha
}

// orgObject is a repository for GraphQL, nil for one that is not there.
func (h *Hub) orgObject(owner, name string, blob func(map[string]any) any) any {
	r := h.Org.find(owner, name)
	if r == nil {
		return nil
	}
	return object{
		"nameWithOwner": owner + "/" + name, "url": "https://github.com/" + owner + "/" + name,
		"isDisabled": r.Disabled, "isEmpty": r.Commit == "", "isArchived": r.Archived, "isFork": r.Fork,
		"object": func(arguments map[string]any) any {
			if arguments["expression"] != "HEAD" {
				return blob(arguments)
			}
			if r.Commit == "" {
				return nil
			}
			return object{"oid": r.Commit}
		},
	}
}

// CommitName is a name for a commit.
func CommitName(of string) string { return blobName(fmt.Sprint("commit ", of)) }
