// Command mutate runs dockmend on files that are broken in many small ways, in
// this process: cases of the rules and files of a corpus, of which bytes, words and
// lines are changed, moved and doubled. A run must not crash, hang or say that it
// is incomplete, its JSON must be as the schema says, and a second fix must find
// nothing to do. It exits with 1 and keeps what shows a fault otherwise. See make
// mutate.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// options are those of the command line.
type options struct {
	seed   uint64
	corpus string
	keep   string
	jobs   int
	// counts has how many mutants each mode is given.
	counts map[string]*int
}

func main() {
	o := options{counts: map[string]*int{}}
	flag.Uint64Var(&o.seed, "seed", 1, "makes other mutants: the same ones for the same number")
	flag.StringVar(&o.corpus, "corpus", "", "a folder whose files are broken too")
	flag.StringVar(&o.keep, "keep", filepath.Join(os.TempDir(), "dockmend-mutants"), "where what shows a fault is kept")
	flag.IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many runs go on at a time")
	for _, m := range modes() {
		o.counts[m.name] = flag.Int(m.name, m.usual, m.about)
	}
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// run breaks files in every mode and prints what became of it.
func run(ctx context.Context, o options) error {
	pool, err := load(o.corpus)
	if err != nil {
		return err
	}
	c, err := newChecker(o.keep)
	if err != nil {
		return err
	}
	faults := 0
	for _, m := range modes() {
		n := *o.counts[m.name]
		found, err := all(ctx, c, m, pool, n, o)
		if err != nil {
			return err
		}
		fmt.Printf("%-10s %8d mutants, %d faults\n", m.name, n, found)
		faults += found
	}
	if faults > 0 {
		return fmt.Errorf("%d faults; what shows them is in %s", faults, o.keep)
	}
	return nil
}

// all runs a mode on n mutants, some of them in each run, on several goroutines.
// The mutants are the same for any number of these.
func all(ctx context.Context, c *checker, m mode, pool pool, n int, o options) (faults int, err error) {
	var found atomic.Int64
	var failed error
	var once sync.Once
	batches := make(chan int)
	var wg sync.WaitGroup
	for range max(o.jobs, 1) {
		wg.Go(func() {
			for i := range batches {
				mutants := pool.mutants(m, o.seed, uint64(i), min(perRun, n-i*perRun)) //nolint:gosec // a small number
				bad, err := c.batch(ctx, m, mutants, fmt.Sprintf("%s-%d-%d", m.name, o.seed, i))
				found.Add(int64(bad))
				if err != nil {
					once.Do(func() { failed = err })
				}
			}
		})
	}
	for i := 0; i*perRun < n; i++ {
		batches <- i
	}
	close(batches)
	wg.Wait()
	return int(found.Load()), failed
}

// perRun is how many mutants are looked at together.
const perRun = 20

// batch checks mutants together, and where that shows a fault, each by itself, and
// keeps those that show it alone.
func (c *checker) batch(ctx context.Context, m mode, mutants []mutant, name string) (faults int, err error) {
	files := map[string][]byte{}
	for i, x := range mutants {
		for path, content := range x {
			files[fmt.Sprintf("m%02d/%s", i, path)] = content
		}
	}
	if m.alone {
		files = nil
	}
	var why string
	if files != nil {
		if why, err = c.check(ctx, m, files, name); err != nil || why == "" {
			return 0, err
		}
	}
	for i, x := range mutants {
		alone, err := c.check(ctx, m, x, fmt.Sprintf("%s-%d", name, i))
		if err != nil {
			return faults, err
		}
		if alone != "" {
			faults++
			fmt.Printf("%s-%d: %s\n", name, i, alone)
			if err := c.store(x, fmt.Sprintf("%s-%d", name, i), alone); err != nil {
				return faults, err
			}
		}
	}
	if faults == 0 && why != "" {
		fmt.Printf("%s, only together: %s\n", name, why)
		return 1, c.store(files, name, why)
	}
	return faults, nil
}

// store keeps the files of a fault, and what it was.
func (c *checker) store(files map[string][]byte, name, why string) error {
	dir := filepath.Join(c.keep, name)
	return errors.Join(write(dir, files), os.WriteFile(dir+".txt", []byte(why+"\n"), 0o644))
}

func write(dir string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// oneLine cuts a text for the list of faults.
func oneLine(s string) string {
	const longest = 600
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), longest)]
}
