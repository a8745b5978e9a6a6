// Command benchmarks compares dockmend with other linters on the same files, in turns,
// and writes the page and its charts. See make compare.
//
// All figures of a page are of one run, and are ratios: the load of a machine and its
// speed are the same for all of them, seconds of it say nothing about another.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/tools/corpusrun"
)

// asBuildKit is the argument with which this program lints files as BuildKit does.
const asBuildKit = "as-buildkit"

func main() {
	if len(os.Args) > 1 && os.Args[1] == asBuildKit {
		lintAsBuildKit(os.Args[2:])
		return
	}
	var o options
	flag.StringVar(&o.corpus, "corpus", "", "the folder with the files")
	flag.StringVar(&o.peers, "peers", "bin/peers", "where tools/compare/peers.sh installed the others")
	flag.StringVar(&o.page, "page", "docs/benchmarks.md", "the page to write")
	flag.StringVar(&o.charts, "charts", "docs/images", "where its charts are written")
	flag.StringVar(&o.commit, "commit", "", "of what is measured")
	flag.IntVar(&o.files, "files", 300, "at most so many files of a kind, evenly drawn")
	flag.IntVar(&o.alone, "alone", 100, "how many of them are given to each program one by one")
	flag.IntVar(&o.rounds, "rounds", 3, "how often each program runs over all files")
	flag.IntVar(&o.starts, "starts", 21, "how often each program is started to do nothing")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

type options struct {
	corpus, peers, page, charts, commit string
	files, alone, rounds, starts        int
}

// kind is what programs of one kind of file were measured on.
type kind struct {
	target lint.Target
	// name is that of the copies: some linters take files by their name only.
	name     string
	files    []string
	programs []*program
	// missing are those that are not installed.
	missing []string
}

func run(ctx context.Context, o options) error {
	if o.corpus == "" {
		return errors.New("no folder is named: -corpus")
	}
	peers, err := filepath.Abs(o.peers)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "benchmarks-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // a folder of this run alone
	dockmend, empty := filepath.Join(work, "dockmend"), filepath.Join(work, "empty")
	source := filepath.Join(work, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err
	}
	if err := errors.Join(build(ctx, dockmend, "./cmd/dockmend"), build(ctx, empty, source)); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dockerfiles := &kind{target: lint.TargetDockerfile, name: "Dockerfile"}
	dockerfiles.programs, dockerfiles.missing = dockerfileLinters(dockmend, self, peers)
	composeFiles := &kind{target: lint.TargetCompose, name: "compose.yaml"}
	composeFiles.programs, composeFiles.missing = composeLinters(dockmend, peers)
	kinds := []*kind{dockerfiles, composeFiles}
	for _, k := range kinds {
		if err := k.draw(o, filepath.Join(work, k.name)); err != nil {
			return err
		}
		if err := k.measure(ctx, o, filepath.Join(work, k.name)); err != nil {
			return err
		}
	}
	none := &program{name: "an empty Go program", path: empty, version: []string{}}
	if err := starts(ctx, o.starts, append([]*program{none}, slices.Concat(kinds[0].programs, kinds[1].programs)...)); err != nil {
		return err
	}
	return write(o, kinds, none)
}

// build builds a program as make build does.
func build(ctx context.Context, to, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", to, pkg) //nolint:gosec // what to build is named above
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", pkg, err, out)
	}
	return nil
}

// draw copies files of the corpus, evenly drawn from all of its kind, each into a folder
// of its own, so that every program sees them in the same way.
func (k *kind) draw(o options, dir string) error {
	all, err := corpusrun.Files(o.corpus, k.target)
	if err != nil {
		return err
	}
	n := min(o.files, len(all))
	for i := range n {
		src, err := os.ReadFile(filepath.Join(o.corpus, filepath.FromSlash(all[i*len(all)/n])))
		if err != nil {
			return err
		}
		name := filepath.Join(fmt.Sprintf("%05d", i), k.name)
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), src, 0o600); err != nil { //nolint:gosec // a folder that was made above
			return err
		}
		k.files = append(k.files, name)
	}
	if len(k.files) == 0 {
		return fmt.Errorf("%s: no file of the kind %v", o.corpus, k.target)
	}
	return nil
}
