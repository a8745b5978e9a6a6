// Command scale measures how the cost of a run grows with its input: it makes
// repositories of many forms in several sizes, each twice the one before, runs
// the program on them and prints processor time, growth and memory. It exits
// with 1 when a run grows faster than its input, or needs too much memory. See
// make scale.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// options are those of the command line.
type options struct {
	program string
	only    string
	modes   string
	limits  allowance
	write   string
	size    int
	full    bool
}

func main() {
	var o options
	flag.StringVar(&o.program, "program", "", "the program to measure; empty builds the one of this module")
	flag.StringVar(&o.only, "only", "", "names of shapes, with commas between; a last * stands for any end")
	flag.StringVar(&o.modes, "modes", "lint,fix,prove,strict", "what to run: "+strings.Join(modeNames(), ", "))
	flag.Float64Var(&o.limits.ratio, "ratio", 2.3, "the most that a doubling of the input may multiply the processor time by")
	flag.IntVar(&o.limits.megabytes, "memory", 500, "the most megabytes that a run may need")
	flag.IntVar(&o.limits.seconds, "seconds", 20, "after how many seconds of processor time a run is ended")
	flag.IntVar(&o.limits.repeats, "repeats", 4, "how often a doubling that costs too much is measured again; the least time counts")
	flag.StringVar(&o.write, "write", "", "only write the first chosen shape into this folder, and end")
	flag.IntVar(&o.size, "size", 0, "the size of what -write writes; 0 stands for 8 times the smallest")
	flag.BoolVar(&o.full, "full", false, "measure each shape once, with a file as large as may be linted, and files of each kind that are filled with one thing")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// run measures and prints every chosen shape in every chosen mode.
func run(ctx context.Context, o options) (err error) {
	all := shapes()
	if o.full {
		all = append(filledShapes(), all...)
	}
	chosen := choose(all, o.only)
	if o.write != "" && len(chosen) > 0 {
		_, err := write(o.write, chosen[0].make(cmp.Or(o.size, 8*chosen[0].base)))
		return err
	}
	scratch, err := os.MkdirTemp("", "scale")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if o.program == "" {
		o.program = filepath.Join(scratch, "dockmend")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.program, "./cmd/dockmend") //nolint:gosec // a folder of its own
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("cannot build the program: %w", err)
		}
	}
	m := meter{program: o.program, scratch: scratch, limits: o.limits}
	if err := m.calibrate(ctx); err != nil {
		return err
	}
	if o.full {
		return m.full(ctx, chosen, strings.Split(o.modes, ","))
	}
	t := table{}
	fmt.Println(t.head())
	for _, s := range chosen {
		for _, mode := range strings.Split(o.modes, ",") {
			args, ok := modes()[mode]
			if !ok {
				return unknownMode(mode)
			}
			g, err := m.measure(ctx, s, args)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", s.name, mode, err)
			}
			fmt.Println(t.row(s, mode, g))
		}
	}
	fmt.Println(t.foot())
	if len(t.failed) > 0 {
		return fmt.Errorf("%d of %d rows grow or need more than they may: %s", len(t.failed), t.rows, strings.Join(t.failed, ", "))
	}
	return nil
}

// choose picks shapes by a list of names.
func choose(all []shape, only string) []shape {
	if only == "" {
		return all
	}
	names := strings.Split(only, ",")
	return slices.DeleteFunc(all, func(s shape) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			start, isPrefix := strings.CutSuffix(name, "*")
			return name == s.name || (isPrefix && strings.HasPrefix(s.name, start))
		})
	})
}

// modes are the ways to run the program, as its arguments.
func modes() map[string][]string {
	lint := []string{"lint", "--shellcheck", "off", "--fail-on", "never", "-o", "json"}
	fix := []string{"fix", "--shellcheck", "off", "--diff"}
	strict := []string{"--preset", "strict"}
	return map[string][]string{
		"lint":         lint,
		"fix":          fix,
		"prove":        slices.Concat(lint, []string{"--prove"}),
		"strict":       slices.Concat(lint, strict),
		"strict-fix":   slices.Concat(fix, strict, []string{"--unsafe"}),
		"strict-prove": slices.Concat(lint, strict, []string{"--prove"}),
	}
}

func unknownMode(mode string) error {
	return fmt.Errorf("unknown mode %q, not one of %s", mode, strings.Join(modeNames(), ", "))
}

func modeNames() []string {
	return []string{"lint", "fix", "prove", "strict", "strict-fix", "strict-prove"}
}

// table prints what was measured.
type table struct {
	rows     int
	failed   []string
	peak     int
	peakName string
}

func (*table) head() string {
	return fmt.Sprintf("%-28s %-12s %8s  %-44s %6s %5s", "shape", "mode", "KB", "processor seconds, each of twice the size", "ratio", "MB")
}

func (t *table) row(s shape, mode string, g growth) string {
	t.count(s.name+" "+mode, g.fault, g.megabytes)
	verdict := ""
	if g.fault != "" {
		verdict = "  " + g.fault
	}
	times := make([]string, len(g.seconds))
	for i, seconds := range g.seconds {
		times[i] = fmt.Sprintf("%.2f", seconds)
	}
	ratio := "-"
	if g.ratio > 0 {
		ratio = fmt.Sprintf("%.2f", g.ratio)
	}
	return fmt.Sprintf("%-28s %-12s %8d  %-44s %6s %5d%s", s.name, mode, g.bytes>>10, strings.Join(times, " "), ratio, g.megabytes, verdict)
}

// count notes a row, and what is wrong with it.
func (t *table) count(name, fault string, megabytes int) {
	t.rows++
	if fault != "" {
		t.failed = append(t.failed, name)
	}
	if megabytes > t.peak {
		t.peak, t.peakName = megabytes, name
	}
}

func (t *table) foot() string {
	return fmt.Sprintf("%d rows, %d failed; most memory: %d MB (%s)", t.rows, len(t.failed), t.peak, t.peakName)
}
