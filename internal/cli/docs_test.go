package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/dockmend/dockmend/internal/audit"
	"github.com/dockmend/dockmend/internal/cli"
)

// fence is a block of code of a page, with its language.
var fence = regexp.MustCompile("(?ms)^ *```(sh|yaml)\n(.*?)^ *```$")

// expression is what GitHub replaces in a workflow before a shell sees it.
var expression = regexp.MustCompile(`\$\{\{.*?\}\}`)

// scripts are those of a block: all of it, or what a workflow runs.
func scripts(t *testing.T, at, language, block string) []string {
	t.Helper()
	if language != "yaml" {
		return []string{block}
	}
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(block), &root); err != nil {
		t.Errorf("%s: a block is no YAML: %v\n%s", at, err, block)
		return nil
	}
	var all []string
	var walk func(n *yaml.Node, isScript bool)
	walk = func(n *yaml.Node, isScript bool) {
		if n.Kind == yaml.ScalarNode && isScript {
			all = append(all, n.Value)
		}
		for i, child := range n.Content {
			key := ""
			if n.Kind == yaml.MappingNode && i%2 == 1 {
				key = n.Content[i-1].Value
			}
			list := isScript && n.Kind == yaml.SequenceNode
			walk(child, list || slices.Contains([]string{"run", "script", "before_script"}, key))
		}
	}
	walk(&root, false)
	return all
}

// commands are the calls of dockmend in a script, with variables that are set to 1.
func commands(t *testing.T, at, script string) (all [][]string) {
	t.Helper()
	parsed, err := syntax.NewParser().Parse(strings.NewReader(expression.ReplaceAllString(script, "1")), at)
	if err != nil {
		t.Errorf("%s: a script cannot be parsed: %v\n%s", at, err, script)
		return nil
	}
	one := expand.FuncEnviron(func(string) string { return "1" })
	syntax.Walk(parsed, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 || call.Args[0].Lit() != "dockmend" {
			return true
		}
		args, err := expand.Fields(&expand.Config{Env: one}, call.Args...)
		if err != nil {
			t.Errorf("%s: %v", at, err)
			return true
		}
		all = append(all, args)
		return true
	})
	return all
}

// The commands of the pages and of the workflows in them exist, with these flags and formats.
func TestDocumentedCommands(t *testing.T) {
	pages := []string{"../../README.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/ci/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	n := map[string]int{}
	for _, page := range pages {
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range fence.FindAllStringSubmatch(string(src), -1) {
			if !strings.Contains(block[2], "dockmend ") {
				continue
			}
			for _, script := range scripts(t, page, block[1], block[2]) {
				for _, args := range commands(t, page, script) {
					n[filepath.Base(page)]++
					documented(t, page, args)
				}
			}
		}
	}
	t.Log(n)
	if n["many-repositories.md"] != 4 || len(n) < 8 {
		t.Errorf("commands were found on these pages: %v", n)
	}
}

// documented asks a command for its help, which reads the flags before it.
func documented(t *testing.T, page string, args []string) {
	t.Helper()
	var out, problems bytes.Buffer
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems, Dir: t.TempDir(), Getenv: readmeDay, ShellCheck: "is-not-asked"}
	code := cli.Main(t.Context(), append(slices.Clone(args), "--help"), env)
	if code != 0 || problems.Len() > 0 {
		t.Errorf("%s: %q: exit %d, %s", page, args, code, &problems)
		return
	}
	name := "dockmend"
	for _, word := range args[1:] {
		if strings.HasPrefix(word, "-") || !strings.Contains(out.String(), name+" "+word) {
			break
		}
		name += " " + word
	}
	if len(args) > 1 && name == "dockmend" && !strings.HasPrefix(args[1], "-") {
		t.Errorf("%s: %q: there is no such command", page, args)
	}
	if !strings.HasPrefix(name, "dockmend audit merge") {
		return
	}
	for i, arg := range args {
		if arg != "-o" {
			continue
		}
		if _, err := audit.ParseOutputs(args[i+1 : i+2]); err != nil {
			t.Errorf("%s: %q: %v", page, args, err)
		}
	}
}
