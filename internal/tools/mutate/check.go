package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dockmend/dockmend/internal/cli"
	"github.com/dockmend/dockmend/internal/report"
)

// mode is a way to run the program on mutants.
type mode struct {
	name  string
	usual int
	about string
	// alone is set where a run takes one mutant.
	alone bool
	make  func(pool, *rand.Rand) mutant
	// args are those of the run, codes its exit codes that are no fault.
	args  []string
	codes []int
	// twice is set for a run that changes files: the second one must not.
	twice bool
	// json is set where standard output is a report.
	json bool
}

// payloadNames are the events that a mutant's payload may be of.
func payloadNames() []string {
	return []string{"push", "pull_request", "pull_request_target", "workflow_run", "merge_group", "schedule"}
}

func modes() []mode {
	lint := []string{"lint", "--shellcheck", "off", "--fail-on", "never", "-o", "json"}
	fix := []string{"fix", "--shellcheck", "off", "--preset", "strict"}
	small := []byte("FROM debian\nRUN apt-get install x\n")
	with := func(name, kind string) func(pool, *rand.Rand) mutant {
		return func(p pool, random *rand.Rand) mutant {
			return mutant{name: p.broken(kind, random), "Dockerfile": small}
		}
	}
	return []mode{
		{name: "lint", usual: 10_000, about: "how many mutants are linted", make: pool.file, args: lint, codes: []int{0}, json: true},
		{
			name: "strict", usual: 10_000, about: "how many are linted by all rules", make: pool.file,
			args: slices.Concat(lint, []string{"--preset", "strict"}), codes: []int{0}, json: true,
		},
		{
			name: "prove", usual: 500, about: "how many are linted with proofs of their fixes", make: pool.file,
			args: slices.Concat(lint, []string{"--preset", "strict", "--prove"}), codes: []int{0}, json: true,
		},
		{name: "fix", usual: 1000, about: "how many are fixed, twice", make: pool.file, args: fix, codes: []int{0, 1}, twice: true},
		{
			name: "unsafe", usual: 1000, about: "how many are fixed with unsafe fixes, twice", make: pool.file,
			args: slices.Concat(fix, []string{"--unsafe"}), codes: []int{0, 1}, twice: true,
		},
		{
			name: "config", usual: 700, about: "how many configurations are broken", alone: true,
			make: with(".dockmend.yaml", "config"), args: lint, codes: []int{0, 2}, json: true,
		},
		{
			name: "hadolint", usual: 300, about: "how many configurations of hadolint are broken", alone: true,
			make: with(".hadolint.yaml", "config"), args: lint, codes: []int{0, 2}, json: true,
		},
		{
			name: "baseline", usual: 500, about: "how many baselines are broken", alone: true,
			make: with("base.json", "baseline"), args: slices.Concat(lint, []string{"--baseline", "base.json"}),
			codes: []int{0, 2}, json: true,
		},
		{
			name: "payload", usual: 500, about: "how many payloads of events are broken", alone: true,
			make: with("event.json", "event"), args: []string{"action"}, codes: []int{0, 1, 2},
		},
	}
}

// baselines are those that are broken: what the program writes, in short.
func baselines() [][]byte {
	const one = `{"schema":"dockmend/baseline/v1","findings":[{"fingerprint":"dockmend/v1:0123456789abcdef","file":"Dockerfile","rule":"latest-tag"}]}`
	return [][]byte{[]byte(one)}
}

// checker runs the program and looks at what it says.
type checker struct {
	keep   string
	schema *jsonschema.Schema
}

func newChecker(keep string) (*checker, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema()))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("report.json", document); err != nil {
		return nil, err
	}
	schema, err := compiler.Compile("report.json")
	return &checker{keep, schema}, err
}

// patience is how long a run of small files may take before it counts as one that
// hangs. It is far more than any takes, on any machine.
const patience = 30 * time.Minute

// check runs a mode on files and says what is wrong; empty if nothing is.
func (c *checker) check(ctx context.Context, m mode, files map[string][]byte, name string) (why string, err error) {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }() // the system cleans up what is left
	if err := write(dir, files); err != nil {
		return "", err
	}
	defer time.AfterFunc(patience, func() {
		stacks := make([]byte, 1<<20)
		fmt.Printf("%s hangs, in %s\n%s\n", name, dir, stacks[:runtime.Stack(stacks, true)])
		os.Exit(1)
	}).Stop()
	first := c.run(ctx, m, dir)
	if first.fault != "" || !m.twice {
		return first.fault, nil
	}
	before, err := read(dir)
	if err != nil {
		return "", err
	}
	second := c.run(ctx, m, dir)
	after, err := read(dir)
	if err != nil {
		return "", err
	}
	if second.fault != "" {
		return "the second time: " + second.fault, nil
	}
	for name, content := range after {
		if !bytes.Equal(before[name], content) {
			return fmt.Sprintf("the second fix changes %s again: %s", name, oneLine(second.out)), nil
		}
	}
	return "", nil
}

// outcome is what a run said.
type outcome struct{ out, fault string }

func (c *checker) run(ctx context.Context, m mode, dir string) (o outcome) {
	var out, errs bytes.Buffer
	code := -1
	env := &cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: environment(m, dir), Dir: dir, Wait: noWait}
	func() {
		defer func() {
			if r := recover(); r != nil {
				stack := make([]byte, 8<<10)
				o.fault = fmt.Sprintf("panic: %v\n%s", r, stack[:runtime.Stack(stack, false)])
			}
		}()
		code = cli.Main(ctx, append([]string{"dockmend"}, m.args...), env)
	}()
	o.out = out.String()
	switch said := out.String() + errs.String(); {
	case o.fault != "":
	case m.name == "payload" && code == 3 && strings.Contains(said, nobody):
	case !slices.Contains(m.codes, code):
		o.fault = fmt.Sprintf("exit code %d: %s", code, oneLine(errs.String()+" "+out.String()))
	case strings.Contains(said, " crashed: ") || strings.Contains(said, "bug in dockmend"):
		o.fault = "it says that it is at fault: " + oneLine(said)
	case m.json && code == 0:
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(o.out))
		if err == nil {
			err = c.schema.Validate(document)
		}
		if err != nil {
			o.fault = "the report: " + oneLine(err.Error())
		}
	}
	return o
}

// nobody is where GitHub's interface is asked for, and does not answer.
const nobody = "127.0.0.1:1"

// environment is that of a step of a workflow, for the mode that runs as one. What
// asks for an answer from GitHub gets none.
func environment(m mode, dir string) func(string) string {
	if m.name != "payload" {
		return func(string) string { return "" }
	}
	events := payloadNames()
	size := 0
	if info, err := os.Stat(filepath.Join(dir, "event.json")); err == nil {
		size = int(info.Size())
	}
	vars := map[string]string{
		"GITHUB_WORKSPACE": dir, "GITHUB_EVENT_PATH": filepath.Join(dir, "event.json"), "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": "http://" + nobody,
		"GITHUB_SHA": strings.Repeat("0", 40), "GITHUB_REF": "refs/heads/main", "RUNNER_TEMP": filepath.Join(dir, "temp"), "INPUT_SHELLCHECK": "off",
		"GITHUB_EVENT_NAME": events[size%len(events)], "GITHUB_ACTIONS": "true",
	}
	for key, value := range map[string]string{"INPUT_PATH": ".", "INPUT_FAIL-ON": "never", "INPUT_TOKEN": "token"} {
		vars[key] = value
	}
	return func(key string) string { return vars[key] }
}

func noWait(context.Context, time.Duration) error { return nil }

// read reads all files of a folder.
func read(dir string) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[name], err = os.ReadFile(name) //nolint:gosec // a scratch folder
		return err
	})
	return all, err
}
