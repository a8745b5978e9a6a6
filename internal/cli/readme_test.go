package cli_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/cli"
)

// TestReadme: the outputs that README.md shows are the real ones.
// UPDATE_SCRIPTS=1 writes them.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "README.md")
	readme, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const start, end = "<!-- output:start -->\n```text\n$ ", "```\n<!-- output:end -->"
	parts := strings.Split(string(readme), start)
	if len(parts) != 3 {
		t.Fatalf("README.md has %d marked outputs, want 2", len(parts)-1)
	}
	want := parts[0]
	for _, part := range parts[1:] {
		command, rest, _ := strings.Cut(part, "\n")
		_, after, ok := strings.Cut(rest, end)
		if !ok {
			t.Fatalf("%s: no mark after the output", command)
		}
		var out, problems bytes.Buffer
		env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems, ShellCheck: "is-not-asked", Getenv: readmeDay, Dir: root}
		if code := cli.Main(t.Context(), strings.Fields(command), env); code != 1 || problems.Len() > 0 {
			t.Fatalf("%s: exit code %d, %s", command, code, &problems)
		}
		want += start + command + "\n" + strings.TrimRight(out.String(), "\n") + "\n" + end + after
	}
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(readme)); diff != "" {
		t.Errorf("README.md is stale, run the test with UPDATE_SCRIPTS=1 (-want +got)\n%s", diff)
	}
}

// readmeDay is an environment in which nothing but the day of the run is set.
func readmeDay(name string) string {
	if name == "SOURCE_DATE_EPOCH" {
		return "1796040000" // 2026-11-30
	}
	return ""
}

// TestReadmeNamesTheAction: the tables of docs/action.md have the inputs and outputs of
// action.yml, and no others.
func TestReadmeNamesTheAction(t *testing.T) {
	read := func(name string) []byte {
		src, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	var action struct{ Inputs, Outputs map[string]any }
	if err := yaml.Unmarshal(read("action.yml"), &action); err != nil {
		t.Fatal(err)
	}
	for heading, want := range map[string]map[string]any{"| input | default | meaning |\n": action.Inputs, "| output | |\n": action.Outputs} {
		_, table, ok := strings.Cut(string(read("docs/action.md")), heading)
		if !ok {
			t.Fatalf("docs/action.md has no table %q", heading)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		var named []string
		for row := range strings.Lines(table) {
			names, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
			for name := range strings.SplitSeq(names, ", ") {
				if strings.HasPrefix(name, "`") {
					named = append(named, strings.Trim(name, "`"))
				}
			}
		}
		slices.Sort(named)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), named); diff != "" {
			t.Errorf("below %q (-action.yml +docs/action.md)\n%s", heading, diff)
		}
	}
}
