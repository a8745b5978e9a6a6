// Command compare runs another linter and dockmend on the Dockerfiles or compose
// files below a folder, and prints for each of the other's codes how many places
// both name, and how many only one does. See make compare-hadolint,
// compare-checkov and compare-compose.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/tools/corpusrun"
)

// place is where a code is said.
type place struct {
	file string
	line int
	code string
}

// peer is a linter to compare with.
type peer struct {
	name   string
	target lint.Target
	// preset is that of ours with its rules; prefixes are those of its codes.
	preset   string
	prefixes []string
	// ask runs the program with no configuration. refused are files that it cannot
	// parse.
	ask func(program, dir string, files []string) (said map[place]bool, refused map[string]bool, err error)
}

func peers() []peer {
	return []peer{
		{name: "hadolint", target: lint.TargetDockerfile, preset: "hadolint", prefixes: []string{"DL", "SC"}, ask: askHadolint},
		{name: "checkov", target: lint.TargetDockerfile, preset: "strict", prefixes: []string{"CKV"}, ask: askCheckov},
		{name: "dclint", target: lint.TargetCompose, preset: "strict", prefixes: []string{"dclint:"}, ask: askDclint},
		{name: "compose-lint", target: lint.TargetCompose, preset: "strict", prefixes: []string{"CL-"}, ask: askComposeLint},
	}
}

func main() {
	name := flag.String("peer", "hadolint", "hadolint, checkov, dclint or compose-lint")
	program := flag.String("program", "", "its program, if not its name")
	examples := flag.Int("examples", 3, "how many places to show of each kind")
	only := flag.String("code", "", "only this code, with all its places")
	withShellCheck := flag.Bool("shellcheck", false, "compare the codes of ShellCheck too")
	flag.Parse()
	if err := run(flag.Arg(0), *name, *program, *examples, *only, *withShellCheck); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(dir, name, program string, examples int, only string, withShellCheck bool) error {
	i := slices.IndexFunc(peers(), func(p peer) bool { return p.name == name })
	if i < 0 || dir == "" {
		return errors.New("which linter, and which folder? compare -peer hadolint DIR")
	}
	other := peers()[i]
	files, err := corpusrun.Files(dir, other.target)
	if err != nil {
		return err
	}
	start := time.Now()
	theirs, refused, err := other.ask(cmp.Or(program, name), dir, files)
	if err != nil {
		return err
	}
	asked := time.Now()
	ours, err := askDockmend(dir, files, other, withShellCheck)
	if err != nil {
		return err
	}
	fmt.Printf("%d files; %s does not parse %d of them, which are left out; it took %.1f s, dockmend %.1f s\n\n",
		len(files), name, len(refused), asked.Sub(start).Seconds(), time.Since(asked).Seconds())
	table(name, theirs, ours, refused, examples, only, withShellCheck)
	return nil
}

// askDockmend lints the files with the rules that the other linter has. The line
// of a finding is that of its instruction, as in other linters.
func askDockmend(dir string, files []string, other peer, withShellCheck bool) (map[place]bool, error) {
	result, err := corpusrun.Lint(context.Background(), dir, other.target, files, other.preset, withShellCheck)
	if err != nil {
		return nil, err
	}
	said := map[place]bool{}
	parsed := map[*lint.Source]*dockerfile.Document{}
	for _, d := range result.Diagnostics {
		line := d.Start().Line
		if other.target == lint.TargetDockerfile && parsed[d.Source] == nil {
			parsed[d.Source] = dockerfile.Parse(d.Source.Bytes)
		}
		if doc := parsed[d.Source]; doc != nil {
			line = firstLine(doc, d)
		}
		for _, name := range d.Aliases() {
			theirs := slices.ContainsFunc(other.prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
			if d.Counts() && theirs {
				said[place{d.Source.Path, line, name}] = true
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

// table prints a row for each code. Others name the first line of an instruction,
// or of all that they say it of, so what is said of a file is counted.
func table(name string, theirs, ours map[place]bool, refused map[string]bool, examples int, only string, withShellCheck bool) {
	type counts struct{ theirs, ours map[string]int }
	codes := map[string]*counts{}
	count := func(said map[place]bool, of func(*counts) map[string]int) {
		for p := range said {
			isShellCheck := strings.HasPrefix(p.code, "SC") && !withShellCheck
			isOther := only != "" && p.code != only
			if refused[p.file] || isShellCheck || isOther {
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
	fmt.Printf("| code | both | only %[1]s | only dockmend | files with only %[1]s's | files with only dockmend's |\n", name)
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
