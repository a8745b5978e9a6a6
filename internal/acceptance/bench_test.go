// Package acceptance holds whole runs to what others say of the same files: BuildKit,
// Compose, people who labelled findings. Its benchmarks measure whole runs, as ratios to
// BuildKit's own parser on the same files in the same run: milliseconds of one machine say
// nothing about another. DOCKMEND_CORPUS names a folder with Dockerfiles; without it the
// files of testdata are measured, which are few. DOCKMEND_BENCH_SELECT names rules, as
// --select does, to see what they cost.
package acceptance

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/rules"
)

type corpus struct {
	names []string
	files [][]byte
}

func load(tb testing.TB) corpus {
	tb.Helper()
	dir := os.Getenv("DOCKMEND_CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "testdata")
		tb.Log("DOCKMEND_CORPUS is not set: only the few files of testdata are measured")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	tree, err := files.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = tree.Close() }()
	found, err := discover.Find(tree, nil, discover.Options{NoGitignore: true})
	if err != nil {
		tb.Fatal(err)
	}
	var c corpus
	for _, f := range found.Files {
		if f.Target != lint.TargetDockerfile {
			continue
		}
		src, err := root.ReadFile(f.Path)
		if err != nil {
			tb.Fatal(err)
		}
		c.names = append(c.names, f.Path)
		c.files = append(c.files, src)
	}
	return c
}

// parseAll does with every file what a build does before it begins.
func (c corpus) parseAll() {
	quiet := linter.New(&linter.Config{SkipAll: true})
	for _, src := range c.files {
		if result, err := parser.Parse(bytes.NewReader(src)); err == nil {
			_, _, _ = instructions.Parse(result.AST, quiet) // what fails costs too
		}
	}
}

// lintAll lints every file from memory, on one goroutine.
func (c corpus) lintAll(tb testing.TB) *lint.Result {
	tb.Helper()
	catalog := rules.All()
	flags := config.Flags{}
	if only := os.Getenv("DOCKMEND_BENCH_SELECT"); only != "" {
		flags.Select = strings.Split(only, ",")
	}
	set, err := (&config.Config{}).Resolve(catalog.Metas(), flags)
	if err != nil {
		tb.Fatal(err)
	}
	return c.lintWith(tb, catalog, func(name string) engine.Policy { return set.For(name) })
}

func (c corpus) lintWith(tb testing.TB, catalog *rules.Catalog, policy func(name string) engine.Policy) *lint.Result {
	tb.Helper()
	checker := &engine.Checker{Catalog: catalog, Settings: &lint.Settings{}}
	return engine.Run(tb.Context(), checker, c.engineFiles(policy), 1)
}

// engineFiles are the files, read from memory.
func (c corpus) engineFiles(policy func(name string) engine.Policy) []engine.File {
	files := make([]engine.File, len(c.files))
	for i, src := range c.files {
		files[i] = engine.File{
			Path: c.names[i], Context: buildcontext.None(), Policy: policy(c.names[i]),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(src)), nil },
		}
	}
	return files
}

// cpu is the processor time that this process has used.
func cpu(tb testing.TB) time.Duration {
	tb.Helper()
	return usedBy(tb, syscall.RUSAGE_SELF)
}

func usedBy(tb testing.TB, who int) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkLint measures the check of every file. x-buildkit is its processor
// time as a ratio to BuildKit's parser.Parse and instructions.Parse, both taken
// in turns.
func BenchmarkLint(b *testing.B) {
	c := load(b)
	c.parseAll()
	c.lintAll(b)
	var parsing, linting time.Duration
	var before, after runtime.MemStats
	var mallocs, allocated uint64
	for b.Loop() {
		start := cpu(b)
		c.parseAll()
		parsed := cpu(b)
		runtime.ReadMemStats(&before)
		c.lintAll(b)
		runtime.ReadMemStats(&after)
		linting += cpu(b) - parsed
		parsing += parsed - start
		mallocs += after.Mallocs - before.Mallocs
		allocated += after.TotalAlloc - before.TotalAlloc
	}
	n := float64(b.N) * float64(len(c.files))
	b.ReportMetric(float64(linting)/float64(parsing), "x-buildkit")
	b.ReportMetric(float64(mallocs)/n, "allocs/file")
	b.ReportMetric(float64(allocated)/n, "B/file")
	b.ReportMetric(float64(len(c.files)), "files")
}

// BenchmarkStart measures the start of the program, as a ratio to one that does
// nothing.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	program := build(b, dir, "dockmend", "github.com/dockmend/dockmend/cmd/dockmend")
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	empty := build(b, dir, "empty", source)
	var ours, theirs time.Duration
	for b.Loop() {
		theirs += run(b, empty)
		ours += run(b, program, "version")
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-empty")
}

// BenchmarkMemory reports the largest resident size of a run over the corpus.
func BenchmarkMemory(b *testing.B) {
	dir := os.Getenv("DOCKMEND_CORPUS")
	if dir == "" {
		b.Skip("DOCKMEND_CORPUS is not set: peak memory was not measured")
	}
	program := build(b, b.TempDir(), "dockmend", "github.com/dockmend/dockmend/cmd/dockmend")
	var peak int64
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), program, "lint", "--no-gitignore", "--fail-on", "never", "-o", "json", dir)
		cmd.Stdout = io.Discard
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok {
			b.Skip("this system does not say how much memory a process took")
		}
		peak = max(peak, usage.Maxrss)
	}
	b.ReportMetric(float64(peak)/1024, "MiB-peak")
}

// build builds a program as make build does.
func build(b *testing.B, dir, name, pkg string) string {
	b.Helper()
	out := filepath.Join(dir, name)
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if message, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, message)
	}
	return out
}

// run returns the processor time of a program.
func run(b *testing.B, name string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
