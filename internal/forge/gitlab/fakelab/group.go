package fakelab

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/files"
)

// Group is a group with many projects, by their paths below it. Its fields are set between
// requests.
type Group struct {
	Path     string
	Projects map[string]*GroupProject
	// Endless says that there is another page after each of a tree.
	Endless bool
	// Limits refuse requests; nil for none.
	Limits *Limits
}

// GroupProject is one of a group, with the files of its default branch.
type GroupProject struct {
	// Files are contents by path; a path may have a mode, as "120000 link". The content of a
	// submodule, "160000 lib", is the hash of its commit.
	Files map[string]string
	// Commit is the tip of the default branch, empty for a project without any.
	Commit                   string
	Archived, Fork, Disabled bool
	// Gone hides it from everything but lists.
	Gone   bool
	Topics []string
}

// Limits are so many requests a minute, by a clock of the test's own.
type Limits struct {
	Minutely int
	Now      func() time.Time
	ends     time.Time
	n        int
	// Refused counts what was refused.
	Refused int
}

// limited counts a request, says on the answer what is left, and refuses one too many.
func (l *Limits) limited(w http.ResponseWriter) bool {
	now := l.Now()
	if !l.ends.After(now) {
		l.ends, l.n = now.Add(time.Minute), 0
	}
	l.n++
	w.Header().Set("RateLimit-Limit", strconv.Itoa(l.Minutely))
	w.Header().Set("RateLimit-Remaining", strconv.Itoa(max(l.Minutely-l.n, 0)))
	w.Header().Set("RateLimit-Reset", strconv.FormatInt(l.ends.Unix(), 10))
	if l.n <= l.Minutely {
		return false
	}
	l.Refused++
	w.Header().Set("Retry-After", strconv.Itoa(int(l.ends.Sub(now)/time.Second)+1))
	return true
}

// find is a project by its whole path, nil for none.
func (g *Group) find(id string) *GroupProject {
	if g == nil {
		return nil
	}
	name, below := strings.CutPrefix(id, g.Path+"/")
	p := g.Projects[name]
	if !below || p == nil || p.Gone {
		return nil
	}
	return p
}

// repository is the project's, with one commit.
func (p *GroupProject) repository() repository {
	r := repository{commits: map[string]*commit{}, branches: map[string]string{}}
	if p.Commit == "" {
		return r
	}
	there := map[string]File{}
	for key, content := range p.Files {
		mode, name := "100644", key
		if m, rest, ok := strings.Cut(key, " "); ok && len(m) == 6 && strings.Trim(m, "01234567") == "" {
			mode, name = m, rest
		}
		there[name] = File{mode, content}
	}
	r.commits[p.Commit] = &commit{id: p.Commit, message: "all", author: "somebody", files: there}
	r.branches["main"] = p.Commit
	return r
}

func listGroupProjects(l *Lab, c *call) answer {
	if l.Group == nil || c.PathValue("group") != l.Group.Path {
		return missing()
	}
	query := c.URL.Query()
	all := []*gitlab.Project{}
	for i, name := range slices.Sorted(maps.Keys(l.Group.Projects)) {
		p := l.Group.Projects[name]
		if topic := query.Get("topic"); topic != "" && !slices.Contains(p.Topics, topic) {
			continue
		}
		if query.Get("include_subgroups") != "true" && strings.Contains(name, "/") {
			continue
		}
		one := &gitlab.Project{
			ID: int64(i) + 100, PathWithNamespace: l.Group.Path + "/" + name, WebURL: "https://lab.example/" + l.Group.Path + "/" + name,
			Archived: p.Archived, Topics: p.Topics, EmptyRepo: p.Commit == "", RepositoryAccessLevel: gitlab.EnabledAccessControl,
		}
		if p.Commit != "" {
			one.DefaultBranch = "main"
		}
		if p.Disabled {
			one.RepositoryAccessLevel = gitlab.DisabledAccessControl
		}
		if p.Fork {
			one.ForkedFromProject = &gitlab.ForkParent{ID: 1}
		}
		all = append(all, one)
	}
	return page(c, all)
}

// listAll lists a tree with all below it: folders before what lies in them.
func listAll(l *Lab, c *call, tip *commit) answer {
	nodes, seen := []*gitlab.TreeNode{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(tip.files)) {
		var above []string
		for at := path.Dir(name); at != "." && !seen[at]; at = path.Dir(at) {
			seen[at] = true
			above = append(above, at)
		}
		for _, at := range slices.Backward(above) {
			nodes = append(nodes, &gitlab.TreeNode{
				ID: files.BlobHash([]byte("folder "+at), 40), Name: path.Base(at), Type: "tree", Path: at, Mode: "040000",
			})
		}
		f := tip.files[name]
		n := &gitlab.TreeNode{ID: files.BlobHash([]byte(f.Content), 40), Name: path.Base(name), Type: "blob", Path: name, Mode: f.Mode}
		if f.Mode == "160000" {
			n.Type, n.ID = "commit", f.Content
		}
		nodes = append(nodes, n)
	}
	a := page(c, nodes)
	if l.Group != nil && l.Group.Endless {
		at, _ := strconv.Atoi(c.URL.Query().Get("page")) // 0 is the first
		a.next = max(at, 1) + 1
	}
	return a
}

func rawBlob(l *Lab, c *call) answer {
	for _, tip := range l.commits {
		for _, f := range tip.files {
			if files.BlobHash([]byte(f.Content), 40) == c.PathValue("sha") {
				return answer{status: http.StatusOK, raw: []byte(f.Content)}
			}
		}
	}
	return missing()
}

// schemaText is the part of GitLab's GraphQL that is known here, by the fields and arguments
// of doc/api/graphql/reference.
const schemaText = `
scalar BigInt
type Query { project(fullPath: ID!): Project }
type Project { repository: Repository }
type Repository { blobs(paths: [String!]!, ref: String): RepositoryBlobConnection }
type RepositoryBlobConnection { nodes: [RepositoryBlob] }
type RepositoryBlob { oid: String! path: String! size: BigInt rawBlob: String }
`

// maxBlobs is how many bytes of blobs a query gives, maxCost how many points one may cost.
const (
	maxBlobs = 20 << 20
	maxCost  = 250
)

func graphQLSchema() *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: schemaText})
}

// query does the one document that is known here: files of a commit.
func query(l *Lab, c *call) answer {
	var asked struct {
		Query     string
		Variables map[string]any
	}
	if err := json.Unmarshal(c.body, &asked); err != nil {
		l.t.Errorf("no GraphQL request: %v", err)
		return refuse(http.StatusBadRequest, "no GraphQL")
	}
	schema := graphQLSchema()
	document, errs := gqlparser.LoadQueryWithRules(schema, asked.Query, rules.NewDefaultRules())
	if errs != nil {
		l.t.Errorf("the document does not fit GitLab's schema: %v", errs)
		return refuse(http.StatusBadRequest, "no document")
	}
	variables, err := validator.VariableValues(schema, document.Operations[0], asked.Variables)
	if err != nil {
		l.t.Errorf("the variables do not fit GitLab's schema: %v", err)
		return refuse(http.StatusBadRequest, "no variables")
	}
	failed := func(words string) answer {
		return ok(map[string]any{"data": nil, "errors": []map[string]string{{"message": words}}})
	}
	project, _ := variables["project"].(string)
	ref, _ := variables["ref"].(string)
	paths, _ := variables["paths"].([]any)
	if len(paths)+20 > maxCost {
		return failed("Query has complexity of " + strconv.Itoa(len(paths)+20) + ", which exceeds max complexity of " + strconv.Itoa(maxCost))
	}
	p := l.Group.find(project)
	if p == nil {
		return ok(map[string]any{"data": map[string]any{"project": nil}})
	}
	r := p.repository()
	tip := r.resolve(ref)
	nodes, total := []any{}, 0
	for _, name := range paths {
		f, has := File{}, false
		if tip != nil {
			f, has = tip.files[fmt.Sprint(name)]
		}
		if !has || f.Mode == "160000" {
			continue
		}
		total += len(f.Content)
		nodes = append(nodes, map[string]any{
			"oid": files.BlobHash([]byte(f.Content), 40), "size": strconv.Itoa(len(f.Content)),
			"rawBlob": strings.ToValidUTF8(f.Content, string(utf8.RuneError)),
		})
	}
	if total > maxBlobs {
		return failed(fmt.Sprintf("Max blobs size limit exceeded (%d / 20 MiB).", total))
	}
	blobs := map[string]any{"blobs": map[string]any{"nodes": nodes}}
	return ok(map[string]any{"data": map[string]any{"project": map[string]any{"repository": blobs}}})
}
