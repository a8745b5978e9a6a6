// Command noise counts what the default rules say on the files of one kind below
// some folders: findings a file, and for each rule in what share of the files it
// fires. With -sample it prints findings to be judged, drawn by a seed. See
// make noise.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/tools/corpusrun"
)

func main() {
	only := flag.String("only", "", "only files whose path begins so")
	preset := flag.String("preset", "recommended", "the preset")
	withShellCheck := flag.Bool("shellcheck", false, "run ShellCheck too")
	sample := flag.Int("sample", 0, "how many findings to print")
	seed := flag.Uint64("seed", 1, "by which they are drawn")
	perRule := flag.Int("per-rule", 5, "at most so many of one rule")
	kind := flag.String("target", "dockerfile", "the kind of files")
	least := flag.String("least", "info", "the least severity that counts")
	flag.Parse()
	severity, err := lint.ParseSeverity(*least)
	target, targetErr := lint.ParseTarget(*kind)
	if err == nil {
		err = targetErr
	}
	if err == nil && flag.NArg() == 0 {
		err = errors.New("no folder is named")
	}
	for _, dir := range flag.Args() {
		if err == nil {
			err = count(dir, target, *only, *preset, *withShellCheck, severity, *sample, *seed, *perRule)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "noise:", err)
		os.Exit(1)
	}
}

func count(
	dir string, target lint.Target, only, preset string, withShellCheck bool, least lint.Severity, sample int, seed uint64,
	perRule int,
) error {
	files, err := corpusrun.Files(dir, target)
	if err != nil {
		return err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return !strings.HasPrefix(f, only) })
	result, err := corpusrun.Lint(context.Background(), dir, target, files, preset, withShellCheck)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		fmt.Printf("%s: no file of this kind\n", filepath.Base(dir))
		return nil
	}
	found := slices.DeleteFunc(result.Diagnostics, func(d *lint.Diagnostic) bool { return !d.Counts() || d.Severity < least })
	if sample > 0 {
		draw(found, sample, seed, perRule)
		return nil
	}
	perFile := map[string]int{}
	inFiles := map[string]map[string]bool{}
	for _, d := range found {
		perFile[d.Source.Path]++
		key := d.Rule.ID + " (" + d.Severity.String() + ")"
		if inFiles[key] == nil {
			inFiles[key] = map[string]bool{}
		}
		inFiles[key][d.Source.Path] = true
	}
	counts := make([]int, len(files))
	for i, f := range files {
		counts[i] = perFile[f]
	}
	slices.Sort(counts)
	fmt.Printf("%s: %d files, %d findings; a file has %d in the median, %d at the 90th percentile\n",
		filepath.Base(dir), len(files), len(found), counts[len(counts)/2], counts[len(counts)*9/10])
	type share struct {
		rule  string
		files int
	}
	var shares []share
	for rule, in := range inFiles {
		shares = append(shares, share{rule, len(in)})
	}
	slices.SortFunc(shares, func(a, b share) int {
		return cmp.Or(cmp.Compare(b.files, a.files), cmp.Compare(a.rule, b.rule))
	})
	for _, s := range shares {
		fmt.Printf("%5.1f %% %s\n", 100*float64(s.files)/float64(len(files)), s.rule)
	}
	return nil
}

// draw prints findings in an order that the seed decides.
func draw(found []*lint.Diagnostic, n int, seed uint64, perRule int) {
	order := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a sample that anybody can draw again
	order.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
	taken := map[string]int{}
	for _, d := range found {
		if n == 0 {
			return
		}
		if taken[d.Rule.ID] == perRule {
			continue
		}
		taken[d.Rule.ID]++
		n--
		line := d.Source.Lines.FullLine(d.Start().Line)
		text := strings.TrimSpace(string(line.Of(d.Source.Bytes)))
		fmt.Printf(
			"%s:%d: %s %s: %s\n    %s\n", d.Source.Path, d.Start().Line, d.Severity, d.Rule.ID, report.Terminal(d.Message),
			report.Terminal(text[:min(len(text), 160)]),
		)
	}
}
