package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/lint"
)

// write writes the page and its charts.
func write(o options, kinds []*kind, none *program) error {
	var b strings.Builder
	b.WriteString("# How dockmend compares in time and memory\n\n<!-- make compare writes this page -->\n\n" +
		"All figures on this page are of one run of `make compare`: every program ran on the same files, " +
		"one after the other in turns, " +
		"so that the load of the machine was the same for all. They are ratios of what each took to what dockmend took. " +
		"Seconds of this machine would say nothing about another, and another choice of files gives other ratios.\n\n")
	fmt.Fprintf(&b, "Measured on %s", time.Now().UTC().Format(time.DateOnly))
	if o.commit != "" {
		fmt.Fprintf(&b, " at commit %s", o.commit)
	}
	fmt.Fprintf(&b, ", on %s. Other work went on at the same time (load %s), ", machine(), load())
	b.WriteString("which ratios of processor time show little of, and times by the clock more.\n\n")
	for _, k := range kinds {
		k.write(&b, none)
		name := "benchmarks-" + strings.ToLower(strings.TrimSuffix(k.name, ".yaml")) + ".svg"
		if err := os.WriteFile(filepath.Join(o.charts, name), []byte(bars(k)), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&b, "![Processor time of each program, as a ratio to dockmend's](images/%s)\n\n", name)
		k.writeSizes(&b)
	}
	b.WriteString("## What is compared\n\n" +
		"| program | version | how it is run |\n|---|---|---|\n")
	for _, k := range kinds {
		for _, p := range k.programs {
			line := strings.Join(append([]string{filepath.Base(p.path)}, p.args...), " ")
			fmt.Fprintf(&b, "| %s | %s | `%s` and the files |\n", p.name, versionOf(p), line)
		}
	}
	for _, name := range slices.Concat(kinds[0].missing, kinds[1].missing) {
		fmt.Fprintf(&b, "\nNot measured, since it was not installed: %s.\n", name)
	}
	b.WriteString("\n- **Processor time** is that of the whole process and of those that it starts, " +
		"user and system together, over all rounds.\n" +
		"- **dockmend** runs with its default rules, on one core, and asks BuildKit and Compose whether they take each file.\n" +
		"- **BuildKit's own lint** is its parser, its compiler for one target and its checks, " +
		"called in a process without a daemon; base images are answered at once.\n" +
		"- **hadolint** has ShellCheck built in, so its row is comparable to the one with ShellCheck.\n" +
		"- **tally** runs without its slow checks, which ask registries.\n" +
		"- A **crash** is a signal or a panic, **slow** more than 20 seconds for one file, and **not read** an exit code that says so.\n\n" +
		"Faster is not better by itself: how much each reports, and how often it is right, is measured in [noise](noise.md).\n\n" +
		"## Do it yourself\n\n" +
		"    make compare CORPUS=a-folder-with-many-projects\n\n" +
		"It installs the programs from PyPI, npm and crates.io below `bin/peers`, and writes this page anew.\n")
	return os.WriteFile(o.page, []byte(b.String()), 0o644)
}

func (k *kind) write(b *strings.Builder, none *program) {
	what := map[lint.Target]string{lint.TargetDockerfile: "Dockerfiles", lint.TargetCompose: "Compose files"}[k.target]
	first := k.programs[0]
	fmt.Fprintf(b, "## %s\n\n%d files in one process, %d rounds; ", what, len(k.files), first.total.runs)
	fmt.Fprintf(b, "%d files alone, one process each.\n\n", first.alone)
	b.WriteString("| program | processor time | by the clock | memory at most | start, compared with an empty Go program | " +
		"crashes | slow | not read |\n" +
		"|---|---|---|---|---|---|---|---|\n")
	for _, p := range k.programs {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %d | %d | %d |\n", p.name,
			ratio(p.total.processor.Seconds(), first.total.processor.Seconds()), ratio(p.total.clock.Seconds(), first.total.clock.Seconds()),
			ratio(float64(p.total.memory), float64(first.total.memory)), ratio(p.start, none.start), p.crashed, p.slow, p.refused)
	}
	b.WriteString("\n")
}

// writeSizes writes what the programs take for fewer files.
func (k *kind) writeSizes(b *strings.Builder) {
	b.WriteString("Processor time for each file, where a process gets so many of them, compared with dockmend's for all:\n\n| program |")
	var sizes []int
	for n := 1; n < len(k.files); n *= 10 {
		sizes = append(sizes, n)
	}
	sizes = append(sizes, len(k.files))
	for _, n := range sizes {
		fmt.Fprintf(b, " %d |", n)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(sizes)) + "\n")
	each := func(p *program, n int) float64 { return p.some[n].processor.Seconds() / float64(p.some[n].runs*n) }
	for _, p := range k.programs {
		fmt.Fprintf(b, "| %s |", p.name)
		for _, n := range sizes {
			fmt.Fprintf(b, " %s |", ratio(each(p, n), each(k.programs[0], len(k.files))))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
}

// ratio is a quotient with two digits.
func ratio(a, b float64) string {
	switch r := a / b; {
	case b == 0:
		return "?"
	case r < 0.995:
		return strconv.FormatFloat(r, 'f', 2, 64)
	case r < 9.95:
		return strconv.FormatFloat(r, 'f', 1, 64)
	default:
		return strconv.FormatFloat(r, 'f', 0, 64)
	}
}

// machine describes the processor, the memory and the system, without a name.
func machine() string {
	model := "a processor that does not say its name"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^model name\s*: (.+)$`).FindStringSubmatch(string(text)); m != nil {
			model = strings.TrimSpace(m[1])
		}
	}
	memory := ""
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		if m := regexp.MustCompile(`(?m)^MemTotal:\s+(\d+) kB`).FindStringSubmatch(string(text)); m != nil {
			if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
				memory = fmt.Sprintf(", %d GB of memory", n>>20)
			}
		}
	}
	return fmt.Sprintf("%d cores of %s%s, %s, %s", runtime.NumCPU(), model, memory, runtime.GOOS, runtime.Version())
}

// load is how many processes waited in the last minute, on average.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}

// versionOf is what a program says of its version.
func versionOf(p *program) string {
	if p.version[0] == asBuildKit {
		return "that of go.mod"
	}
	out, err := exec.CommandContext(context.Background(), p.path, p.version...).Output() //nolint:gosec // the programs are listed
	if err != nil {
		return "?"
	}
	if m := regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(out)); m != "" {
		return m
	}
	return "of this commit"
}
