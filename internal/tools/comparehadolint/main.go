// Command comparehadolint runs hadolint and dockmend, with its preset hadolint,
// on the Dockerfiles below a folder, and prints for each code how many places
// both name, and which only one does. See make compare-hadolint.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/tools/corpusrun"
)

// batch is how many files one process of hadolint gets.
const batch = 200

// place is where a code is said.
type place struct {
	file string
	line int
	code string
}

func main() {
	hadolint := flag.String("hadolint", "hadolint", "the program hadolint")
	examples := flag.Int("examples", 3, "how many places to show of each kind")
	only := flag.String("code", "", "only this code, with all its places")
	withShellCheck := flag.Bool("shellcheck", false, "compare the codes of ShellCheck too")
	flag.Parse()
	if err := run(flag.Arg(0), *hadolint, *examples, *only, *withShellCheck); err != nil {
		fmt.Fprintln(os.Stderr, "comparehadolint:", err)
		os.Exit(1)
	}
}

func run(dir, hadolint string, examples int, only string, withShellCheck bool) error {
	if dir == "" {
		return errors.New("which folder? comparehadolint [flags] DIR")
	}
	files, err := corpusrun.Files(dir)
	if err != nil {
		return err
	}
	theirs, refused, err := askHadolint(hadolint, dir, files)
	if err != nil {
		return err
	}
	ours, err := askDockmend(dir, files, withShellCheck)
	if err != nil {
		return err
	}
	fmt.Printf("%d files; hadolint does not parse %d of them, which are left out\n\n", len(files), len(refused))
	table(theirs, ours, refused, examples, only, withShellCheck)
	return nil
}

// askHadolint runs the program with no configuration.
func askHadolint(program, dir string, files []string) (said map[place]bool, refused map[string]bool, err error) {
	said, refused = map[place]bool{}, map[string]bool{}
	for part := range slices.Chunk(files, batch) {
		cmd := exec.CommandContext(context.Background(), program, append([]string{"--no-color", "--no-fail", "-f", "json", "--"}, part...)...) //nolint:gosec // the program that the flag names
		cmd.Dir = dir
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", program, err)
		}
		var findings []struct {
			File, Code string
			Line       int
		}
		if err := json.Unmarshal(out, &findings); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", program, err)
		}
		for _, f := range findings {
			if f.Code == "DL1000" {
				refused[f.File] = true
			}
			said[place{f.File, f.Line, f.Code}] = true
		}
	}
	return said, refused, nil
}

// askDockmend lints the files with the preset hadolint. The line of a finding is
// that of its instruction, as in hadolint.
func askDockmend(dir string, files []string, withShellCheck bool) (map[place]bool, error) {
	result, err := corpusrun.Lint(context.Background(), dir, files, "hadolint", withShellCheck)
	if err != nil {
		return nil, err
	}
	said := map[place]bool{}
	parsed := map[*lint.Source]*dockerfile.Document{}
	for _, d := range result.Diagnostics {
		if parsed[d.Source] == nil {
			parsed[d.Source] = dockerfile.Parse(d.Source.Bytes)
		}
		for _, name := range d.Aliases() {
			if d.Counts() && (strings.HasPrefix(name, "DL") || strings.HasPrefix(name, "SC")) {
				said[place{d.Source.Path, firstLine(parsed[d.Source], d), name}] = true
			}
		}
	}
	return said, nil
}

// firstLine is the first line of the instruction in which a finding stands, else
// the finding's own.
func firstLine(doc *dockerfile.Document, d *lint.Diagnostic) int {
	for _, in := range doc.Instructions {
		if in.Span.Start <= d.Span.Start && d.Span.Start < in.Span.End {
			return d.Source.Lines.Position(in.Span.Start).Line
		}
	}
	return d.Start().Line
}

// table prints a row for each code. hadolint names the first line of an
// instruction, dockmend the very place, so instructions of a file are counted.
func table(theirs, ours map[place]bool, refused map[string]bool, examples int, only string, withShellCheck bool) {
	type counts struct{ theirs, ours map[string]int }
	codes := map[string]*counts{}
	count := func(said map[place]bool, of func(*counts) map[string]int) {
		for p := range said {
			if refused[p.file] || strings.HasPrefix(p.code, "SC") && !withShellCheck || only != "" && p.code != only {
				continue
			}
			if codes[p.code] == nil {
				codes[p.code] = &counts{map[string]int{}, map[string]int{}}
			}
			of(codes[p.code])[p.file]++
		}
	}
	count(theirs, func(c *counts) map[string]int { return c.theirs })
	count(ours, func(c *counts) map[string]int { return c.ours })
	fmt.Println("| code | both | only hadolint | only dockmend | files with only hadolint's | files with only dockmend's |")
	fmt.Println("|---|---:|---:|---:|---|---|")
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		c := codes[code]
		both, less, more := 0, 0, 0
		var lessIn, moreIn []string
		for _, file := range slices.Sorted(maps.Keys(union(c.theirs, c.ours))) {
			t, o := c.theirs[file], c.ours[file]
			both += min(t, o)
			if t > o {
				less += t - o
				lessIn = append(lessIn, file)
			}
			if o > t {
				more += o - t
				moreIn = append(moreIn, file)
			}
		}
		shown := examples
		if only != "" {
			shown = len(lessIn) + len(moreIn)
		}
		fmt.Printf("| %s | %d | %d | %d | %s | %s |\n", code, both, less, more, first(lessIn, shown), first(moreIn, shown))
	}
}

func union(a, b map[string]int) map[string]int {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func first(names []string, n int) string { return strings.Join(names[:min(n, len(names))], " ") }
