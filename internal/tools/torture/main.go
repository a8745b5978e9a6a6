// Command torture applies the fixes of every rule to mutants of its cases, and of the
// Dockerfiles and other files of a corpus, and looks whether each did what it may: the
// file parses or loads as before, no fix exceeds what its rule declares, and what the
// file runs makes the same calls in dash, bash and busybox's shell, whether commands
// work or fail. After unsafe fixes it runs them with -unsafe only: what each may change
// of the calls is not declared for all rules.
//
//	torture [-corpus DIR] [-seed N] [-sample N] [-rule ID] [-scripts=false] [-unsafe] [-for 1h]
//
// It ends with 1 where something differs.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	var o options
	flag.StringVar(&o.corpus, "corpus", "", "also take the files below this folder")
	flag.Uint64Var(&o.seed, "seed", 1, "which mutants are drawn")
	flag.IntVar(&o.sample, "sample", 0, "how many mutants are drawn; 0 takes all")
	flag.StringVar(&o.rule, "rule", "", "the mutants of one rule alone")
	flag.BoolVar(&o.scripts, "scripts", true, "run what the files run, in a folder with nothing but shells")
	flag.DurationVar(&o.limit, "for", 0, "after how long to begin no further mutant")
	flag.BoolVar(&o.unsafe, "unsafe", false, "run what files run after unsafe fixes too")
	flag.Parse()
	r, err := torture(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(2)
	}
	for _, d := range r.differences {
		fmt.Println(d)
	}
	fmt.Printf("%d mutants, %d changed by fixes, %d fixes, %d scripts run, %d differences\n", r.mutants, r.changed, r.fixes, r.runs, len(r.differences))
	if len(r.differences) > 0 {
		os.Exit(1)
	}
}
