package bench

import (
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
