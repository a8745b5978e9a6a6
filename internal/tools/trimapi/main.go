// Command trimapi cuts GitHub's descriptions of its API to what the tests use:
// the operations of operations.txt with every component that they reach, and the
// types of GraphQL that our documents reach. The descriptions come from the npm
// packages @octokit/openapi and @octokit/graphql-schema, both MIT:
//
//	npm pack @octokit/openapi @octokit/graphql-schema   # and unpack both
//	go run ./internal/tools/trimapi -openapi .../generated/api.github.com.json -graphql .../schema.graphql
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

func main() {
	dir := flag.String("dir", "internal/forge/github/fakehub/testdata", "where operations.txt is and the results go")
	openapi := flag.String("openapi", "", "GitHub's OpenAPI description; without it that file stays")
	graphql := flag.String("graphql", "", "GitHub's GraphQL schema; without it that file stays")
	flag.Parse()
	var err error
	if *openapi != "" {
		err = trimOpenAPI(*openapi, *dir)
	}
	if err == nil && *graphql != "" {
		err = trimGraphQL(*graphql, *dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "trimapi:", err)
		os.Exit(1)
	}
}

// node is any value of JSON.
type node = map[string]any

func trimOpenAPI(src, dir string) error {
	raw, err := os.ReadFile(src)
	if err != nil {
		return err
	}
	var doc node
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	operations, err := os.ReadFile(filepath.Join(dir, "operations.txt"))
	if err != nil {
		return err
	}
	all, _ := doc["paths"].(node)
	paths := node{}
	for line := range strings.Lines(string(operations)) {
		method, path, _ := strings.Cut(strings.TrimSpace(line), " ")
		item, _ := all[path].(node)
		operation, ok := item[strings.ToLower(method)]
		if !ok {
			return fmt.Errorf("%s has no %s %s", src, method, path)
		}
		kept, ok := paths[path].(node)
		if !ok {
			kept = node{}
			paths[path] = kept
		}
		kept[strings.ToLower(method)] = operation
		if parameters, ok := item["parameters"]; ok {
			kept["parameters"] = parameters
		}
	}
	components, _ := doc["components"].(node)
	kept := node{}
	reach(paths, components, kept)
	out, err := json.Marshal(node{"openapi": doc["openapi"], "info": doc["info"], "servers": doc["servers"], "paths": paths, "components": kept})
	if err != nil {
		return err
	}
	return pack(filepath.Join(dir, "openapi.json.gz"), out)
}

// reach keeps the components that a value refers to, and those that they do.
func reach(value any, components, kept node) {
	switch v := value.(type) {
	case []any:
		for _, x := range v {
			reach(x, components, kept)
		}
	case node:
		if ref, ok := v["$ref"].(string); ok {
			kind, name, _ := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
			group, ok := kept[kind].(node)
			if !ok {
				group = node{}
				kept[kind] = group
			}
			if _, done := group[name]; !done {
				from, _ := components[kind].(node)
				group[name] = from[name]
				reach(group[name], components, kept)
			}
		}
		for _, x := range v {
			reach(x, components, kept)
		}
	}
}

// roots are the fields of Query and Mutation that our documents use.
var roots = map[string][]string{
	"Query":    {"id", "repository", "viewer", "node"},
	"Mutation": {"resolveReviewThread", "minimizeComment", "deletePullRequestReviewComment", "createCommitOnBranch"},
}

// whole are the types that are kept with each field whose type is kept too.
var whole = []string{
	"Repository", "PullRequest", "PullRequestReviewThread", "PullRequestReviewThreadConnection", "PullRequestReviewComment",
	"PullRequestReviewCommentConnection", "PageInfo", "User", "Actor", "Bot", "Minimizable", "Node",
	"ResolveReviewThreadInput", "ResolveReviewThreadPayload", "MinimizeCommentInput", "MinimizeCommentPayload", "ReportedContentClassifiers",
	"DeletePullRequestReviewCommentInput", "DeletePullRequestReviewCommentPayload", "PullRequestReviewThreadSubjectType", "DiffSide",
	"CreateCommitOnBranchInput", "CreateCommitOnBranchPayload", "CommittableBranch", "CommitMessage", "FileChanges", "FileAddition", "FileDeletion",
	"Base64String", "Commit", "Blob", "GitObject",
	"ID", "Int", "Float", "String", "Boolean", "DateTime", "URI", "HTML", "BigInt", "GitObjectID", "Date",
}

func trimGraphQL(src, dir string) error {
	raw, err := os.ReadFile(src)
	if err != nil {
		return err
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: src, Input: once(string(raw))})
	if err != nil {
		return err
	}
	kept := map[string]bool{"Query": true, "Mutation": true}
	for _, name := range whole {
		if schema.Types[name] == nil {
			return fmt.Errorf("%s has no type %s", src, name)
		}
		kept[name] = true
	}
	for name, t := range schema.Types {
		if !kept[name] && !t.BuiltIn {
			delete(schema.Types, name)
			continue
		}
		t.Fields = keepFields(t, roots[name], kept)
		t.Interfaces = keepNames(t.Interfaces, kept)
		t.Types = keepNames(t.Types, kept)
		t.Description, t.Directives = "", nil
	}
	schema.Subscription = nil
	for name, d := range schema.Directives {
		if d.Position == nil || !d.Position.Src.BuiltIn {
			delete(schema.Directives, name)
		}
	}
	var out bytes.Buffer
	formatter.NewFormatter(&out, formatter.WithoutDescription()).FormatSchema(schema)
	return pack(filepath.Join(dir, "schema.graphql.gz"), out.Bytes())
}

func keepFields(t *ast.Definition, only []string, kept map[string]bool) ast.FieldList {
	var fields ast.FieldList
	for _, f := range t.Fields {
		wanted := kept[f.Type.Name()]
		if only != nil {
			wanted = false
			for _, name := range only {
				wanted = wanted || name == f.Name
			}
		}
		if !wanted {
			continue
		}
		f.Description, f.Directives = "", nil
		var arguments ast.ArgumentDefinitionList
		for _, a := range f.Arguments {
			if kept[a.Type.Name()] {
				a.Description, a.Directives = "", nil
				arguments = append(arguments, a)
			}
		}
		f.Arguments = arguments
		fields = append(fields, f)
	}
	return fields
}

func keepNames(names []string, kept map[string]bool) []string {
	var out []string
	for _, n := range names {
		if kept[n] {
			out = append(out, n)
		}
	}
	return out
}

var (
	fieldStart  = regexp.MustCompile(`\n\n(  ["\w])`)
	fieldName   = regexp.MustCompile(`(?m)^  (\w+)[:(]`)
	description = regexp.MustCompile(`(?s)""".*?"""`)
)

// once drops the second definition of a field within one type: the schema as it
// is shipped has two such, which the parser refuses.
func once(schema string) string {
	const head = "\ntype EnterpriseOwnerInfo {"
	from := strings.Index(schema, head)
	if from < 0 {
		return schema
	}
	to := from + strings.Index(schema[from:], "\n}\n")
	seen := map[string]bool{}
	var fields []string
	for _, field := range strings.Split(fieldStart.ReplaceAllString(schema[from:to], "\x00$1"), "\x00") {
		if m := fieldName.FindStringSubmatch(description.ReplaceAllString(field, "")); m != nil {
			if seen[m[1]] {
				continue
			}
			seen[m[1]] = true
		}
		fields = append(fields, field)
	}
	return schema[:from] + strings.Join(fields, "\n\n") + schema[to:]
}

// pack writes a file that is the same for the same content.
func pack(name string, content []byte) error {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}
