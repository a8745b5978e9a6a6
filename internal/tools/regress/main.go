// Command regress measures what lint and fix cost beside another commit, and fails
// where they cost more than 5 % more. It counts instructions and allocations under
// valgrind, which say the same on a busy machine: two runs of one program differ by
// less than 0.2 %.
//
// A commit that costs more on purpose says so in its message, as a trailer that
// names the command, the measure, the most that is accepted, and why:
//
//	Accepted-Regression: lint instructions 12% -- every file is parsed by two readers now
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/internal/tools/rulesource"
)

func main() {
	base := flag.String("base", "", "the commit to measure beside")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *base); err != nil {
		fmt.Fprintln(os.Stderr, "regress:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// workload is a command line and the folders of testdata that it reads.
type workload struct {
	name    string
	args    []string
	folders []string
}

func workloads() []workload {
	common := []string{"--jobs", "1", "--shellcheck", "off", "--preset", "strict", "--fail-on", "never"}
	return []workload{
		{"lint", append([]string{"lint", "-o", "json"}, common...), []string{"corpus", "example", "compat/repository"}},
		{"fix", append([]string{"fix", "--diff", "--unsafe"}, common...), []string{"example", "compat/repository"}},
	}
}

func run(ctx context.Context, out io.Writer, base string) error {
	if base == "" {
		return errors.New("no commit to measure beside: make regress BASE=<commit>")
	}
	if _, err := exec.LookPath("valgrind"); err != nil {
		return fmt.Errorf("%w; it is the package valgrind of Debian and Ubuntu", err)
	}
	root, err := rulesource.Root()
	if err != nil {
		return err
	}
	commit, err := output(ctx, root, "git", "rev-parse", "--verify", base+"^{commit}")
	if err != nil {
		return err
	}
	said, err := output(ctx, root, "git", "log", "--format=%(trailers:key="+trailer+",valueonly)", commit+"..HEAD")
	if err != nil {
		return err
	}
	accepted, err := parseAccepted(said)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "regress")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	other := filepath.Join(scratch, "source")
	if _, err := output(ctx, root, "git", "clone", "-q", "--shared", "--no-checkout", root, other); err != nil {
		return err
	}
	if _, err := output(ctx, other, "git", "checkout", "-q", "--detach", commit); err != nil {
		return err
	}
	// Names of one length, since a program sees its own.
	programs := map[string]string{"base": filepath.Join(scratch, "base"), "head": filepath.Join(scratch, "head")}
	for name, folder := range map[string]string{"base": other, "head": root} {
		if _, err := output(ctx, folder, "go", "build", "-trimpath", "-buildvcs=false", "-o", programs[name], "./cmd/dockmend"); err != nil {
			return err
		}
	}
	var all []result
	for _, w := range workloads() {
		folder := filepath.Join(scratch, "set-"+w.name)
		for _, name := range w.folders {
			if err := os.CopyFS(filepath.Join(folder, name), os.DirFS(filepath.Join(root, "testdata", name))); err != nil {
				return err
			}
		}
		before, err := measure(ctx, programs["base"], folder, w.args)
		if err != nil {
			return err
		}
		after, err := measure(ctx, programs["head"], folder, w.args)
		if err != nil {
			return err
		}
		all = append(all, result{w.name, "instructions", before.instructions, after.instructions},
			result{w.name, "allocations", before.allocations, after.allocations})
	}
	_, _ = fmt.Fprintf(out, "beside %s:\n", commit[:12])
	return judge(out, all, accepted)
}

// output runs a program in a folder; the error has what it said.
func output(ctx context.Context, dir, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // the developer names the programs
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, problems.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// measure runs a program under callgrind, with one thread that nothing interrupts
// and without a garbage collector, so that it does the same each time.
func measure(ctx context.Context, program, dir string, args []string) (cost, error) {
	profile := program + ".callgrind"
	tool := []string{
		"--tool=callgrind", "--callgrind-out-file=" + profile,
		"--dump-instr=yes", "--compress-strings=no", "--compress-pos=no", program,
	}
	cmd := exec.CommandContext(ctx, "valgrind", append(tool, args...)...) //nolint:gosec // the program that was just built
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/nonexistent", "HOME=" + dir, "GODEBUG=asyncpreemptoff=1", "GOMAXPROCS=1", "GOGC=off"}
	var problems strings.Builder
	cmd.Stderr = &problems
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 {
		err = nil // findings are left
	}
	if err != nil {
		return cost{}, fmt.Errorf("valgrind %s %s: %w\n%s", program, strings.Join(args, " "), err, problems.String())
	}
	start, err := entry(program)
	if err != nil {
		return cost{}, err
	}
	f, err := os.Open(profile)
	if err != nil {
		return cost{}, err
	}
	defer func() { _ = f.Close() }()
	return readProfile(f, start)
}
