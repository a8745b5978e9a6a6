package acceptance

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/shellcheck"
	"github.com/dockmend/dockmend/internal/tools/corpusrun"
)

// BenchmarkShellCheck measures a run with ShellCheck. x-shellcheck is our own
// processor time as a ratio to that of the program on the same scripts.
func BenchmarkShellCheck(b *testing.B) {
	program, err := shellcheck.Find("shellcheck")
	if err != nil {
		b.Skip("SKIPPED: ", err)
	}
	c := load(b)
	catalog := rules.All()
	set, err := (&config.Config{}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		b.Fatal(err)
	}
	checker := &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}, ShellCheck: program}
	var ours, theirs time.Duration
	for b.Loop() {
		self, children := cpu(b), usedBy(b, syscall.RUSAGE_CHILDREN)
		engine.Run(b.Context(), checker, c.engineFiles(func(name string) engine.Policy { return set.For(name) }), 1)
		ours += cpu(b) - self
		theirs += usedBy(b, syscall.RUSAGE_CHILDREN) - children
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-shellcheck")
	b.ReportMetric(float64(len(c.files)), "files")
}

// BenchmarkHadolint runs both programs on the same files, in turns. The metrics
// are hadolint's processor time as ratios to dockmend's, without ShellCheck and
// with it; hadolint always has it. DOCKMEND_HADOLINT names the program.
func BenchmarkHadolint(b *testing.B) {
	hadolint, dir := os.Getenv("DOCKMEND_HADOLINT"), os.Getenv("DOCKMEND_CORPUS")
	if hadolint == "" || dir == "" {
		b.Skip("SKIPPED: DOCKMEND_HADOLINT or DOCKMEND_CORPUS is not set: hadolint was not measured")
	}
	if _, err := exec.LookPath("shellcheck"); err != nil {
		b.Skip("SKIPPED: ", err)
	}
	c := load(b)
	program := build(b, b.TempDir(), "dockmend", "github.com/dockmend/dockmend/cmd/dockmend")
	lintDir := []string{"lint", "--no-gitignore", "--fail-on", "never", "--jobs", "1", "-o", "json=" + os.DevNull}
	var theirs, plain, checked time.Duration
	for b.Loop() {
		b.Chdir(dir)
		for part := range slices.Chunk(c.names, 200) {
			theirs += run(b, hadolint, append([]string{"--no-fail", "-f", "json", "--"}, part...)...)
		}
		plain += run(b, program, append(lintDir, "--shellcheck", "off")...)
		checked += run(b, program, lintDir...)
	}
	b.ReportMetric(float64(theirs)/float64(plain), "x-faster")
	b.ReportMetric(float64(theirs)/float64(checked), "x-faster-with-shellcheck")
	b.ReportMetric(float64(len(c.files)), "files")
}

// BenchmarkComposeLinters runs dclint, compose-lint and dockmend on the same
// compose files, in turns: each in one process for all of them, with its own
// defaults and a report in JSON. The metrics are the others' times as ratios to
// dockmend's, by the clock and of the processor. DOCKMEND_DCLINT and
// DOCKMEND_COMPOSE_LINT name the programs.
func BenchmarkComposeLinters(b *testing.B) {
	dclint, composeLint, dir := os.Getenv("DOCKMEND_DCLINT"), os.Getenv("DOCKMEND_COMPOSE_LINT"), os.Getenv("DOCKMEND_CORPUS")
	if dclint == "" || composeLint == "" || dir == "" {
		b.Skip("SKIPPED: DOCKMEND_DCLINT, DOCKMEND_COMPOSE_LINT or DOCKMEND_CORPUS is not set: the linters of compose files were not measured")
	}
	files, err := corpusrun.Files(dir, lint.TargetCompose)
	if err != nil {
		b.Fatal(err)
	}
	dockmend := build(b, b.TempDir(), "dockmend", "github.com/dockmend/dockmend/cmd/dockmend")
	b.Chdir(dir)
	var ours, byDclint, byComposeLint spent
	for b.Loop() {
		byDclint.add(b, dclint, append([]string{"-f", "json"}, files...))
		byComposeLint.add(b, composeLint, append([]string{"check", "--format", "json", "--"}, files...))
		ours.add(b, dockmend, append([]string{"lint", "--no-gitignore", "-o", "json"}, files...))
	}
	b.ReportMetric(byDclint.clock.Seconds()/ours.clock.Seconds(), "x-dclint")
	b.ReportMetric(byDclint.processor.Seconds()/ours.processor.Seconds(), "x-dclint-processor")
	b.ReportMetric(byComposeLint.clock.Seconds()/ours.clock.Seconds(), "x-compose-lint")
	b.ReportMetric(byComposeLint.processor.Seconds()/ours.processor.Seconds(), "x-compose-lint-processor")
	b.ReportMetric(ours.clock.Seconds()/float64(b.N), "s-dockmend")
	b.ReportMetric(ours.processor.Seconds()/float64(b.N), "s-dockmend-processor")
	b.ReportMetric(float64(len(files)), "files")
}

// spent is the time that runs of a program took.
type spent struct{ clock, processor time.Duration }

// add runs a linter that says by its exit code that it found something, or that
// one of the files is broken.
func (s *spent) add(b *testing.B, name string, args []string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), name, args...)
	start := time.Now()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		b.Fatalf("%s: %v", name, err)
	}
	s.clock += time.Since(start)
	s.processor += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
