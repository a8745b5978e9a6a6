package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
)

// full runs each mode once on each shape whose largest file is as large as a file that is
// linted, and prints processor time and memory. It fails where a run takes more than
// the seconds that it may.
func (m *meter) full(ctx context.Context, chosen []shape, chosenModes []string) (err error) {
	t := table{}
	fmt.Printf("%-36s %-12s %8s %8s %5s\n", "shape", "mode", "KB", "seconds", "MB")
	for _, s := range chosen {
		n := filling(s)
		if n == 0 {
			continue // it has many files
		}
		x := &sample{dir: filepath.Join(m.scratch, "full")}
		if x.bytes, err = write(x.dir, s.make(n)); err != nil {
			return err
		}
		for _, mode := range chosenModes {
			if err := m.once(ctx, &t, s, x, mode); err != nil {
				return fmt.Errorf("%s, %s: %w", s.name, mode, err)
			}
		}
		if err := os.RemoveAll(x.dir); err != nil {
			return err
		}
	}
	fmt.Println(t.foot())
	if len(t.failed) > 0 {
		return fmt.Errorf("%d of %d rows take too long or too much memory: %s", len(t.failed), t.rows, strings.Join(t.failed, ", "))
	}
	return nil
}

// once measures one run of a shape and prints it.
func (m *meter) once(ctx context.Context, t *table, s shape, x *sample, mode string) error {
	args, ok := modes()[mode]
	if !ok {
		return unknownMode(mode)
	}
	x.seconds = math.Inf(1)
	peak, err := m.again(ctx, x, args)
	fault := ""
	switch {
	case errors.As(err, new(*exec.ExitError)):
		fault = "ENDED: " + err.Error()
	case err != nil:
		return err
	case peak > m.limits.megabytes:
		fault = "MEMORY"
	}
	t.count(s.name+" "+mode, fault, peak)
	fmt.Printf("%-36s %-12s %8d %8.2f %5d  %s\n", s.name, mode, x.bytes>>10, x.seconds, peak, fault)
	return nil
}

// filling is the size of a shape at which its largest file is just as large as is linted;
// 0 for a shape that has more files the larger it is.
func filling(s shape) int {
	if len(s.make(s.base)) != len(s.make(2*s.base)) {
		return 0
	}
	fits := func(n int) bool { return largestOf(s.make(n)) <= limits.FileBytes }
	n := s.base
	for fits(2 * n) {
		if n *= 2; n > limits.FileBytes {
			return 0 // it does not grow
		}
	}
	for step := n / 2; step > 0; step /= 2 {
		if fits(n + step) {
			n += step
		}
	}
	return n
}

func largestOf(files map[string]string) (bytes int) {
	for _, content := range files {
		bytes = max(bytes, len(content))
	}
	return bytes
}

// filledShapes are files of each kind that are nothing but one thing again and again.
func filledShapes() (all []shape) {
	for _, h := range holders() {
		for _, c := range contents() {
			all = append(all, is("full_"+h.name+"_"+c.name, 64, func(n int) map[string]string {
				files := map[string]string{h.file: h.before + strings.Repeat(c.text, n) + h.after}
				for name, content := range h.around {
					files[name] = content
				}
				return files
			}))
		}
	}
	return all
}

// content is what a file is filled with.
type content struct{ name, text string }

func contents() []content {
	return []content{
		{"long-line", "a"}, {"short-lines", "a\n"}, {"empty-lines", "\n"}, {"carriage-returns", "\r"}, {"blanks", " "},
		{"tabs", "\t"}, {"words", "ab "},
		{"comments", "# a\n"}, {"empty-comments", "#\n"}, {"parentheses", "("}, {"brackets", "["}, {"braces", "{"},
		{"pairs", "[],"}, {"closing", ")]}"},
		{"double-quotes", `"`}, {"quotes", "'"}, {"backquotes", "`"}, {"backslashes", `\`}, {"continuations", "\\\n"},
		{"continued", "a \\\n"},
		{"dollars", "$"}, {"variables", "${A}"}, {"open-variables", "${A:-"}, {"substitutions", "$("},
		{"expressions", "${{ a }}"}, {"open-expressions", "${{"},
		{"lists", "a && "}, {"lines-of-commands", "    a b c;\n"}, {"pipes", "a|"}, {"heredocs", "<<A\n"}, {"stars", "*"},
		{"folders", "**/"}, {"slashes", "/"}, {"negations", "!a\n"},
		{"items", "- "}, {"item-lines", "- a\n"}, {"keys", "a: "}, {"key-lines", "a: b\n"}, {"questions", "? "},
		{"anchors", "&a "}, {"aliases", "*a "}, {"tags", "!a "},
		{"merges", "<<: *a\n"}, {"documents", "---\na: b\n"}, {"commas", ","}, {"colons", ":"}, {"at-signs", "@"},
		{"percents", "%A%"}, {"templates", "{{a}}"}, {"open-templates", "{{"},
		{"combining", "\u0301"}, {"no-utf8", "a\xff"}, {"escapes", "a\x1b[31m"},
		{"ignores", "# dockmend ignore=latest-tag\n"}, {"digits", "9"}, {"equals", "a=b "}, {"hosts", "a.b/"},
		{"dashes", "-"},
	}
}

// holder is a place in a file of one kind, that is filled.
type holder struct {
	name, file, before, after string
	around                    map[string]string
}

func holders() []holder {
	const (
		built = "FROM debian:12\nCOPY . /app\nCOPY run.sh /run.sh\nRUN sh run.sh\nENTRYPOINT [\"/run.sh\"]\n"
		pod   = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a:1\n    command: "
		steps = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - run: "
	)
	dockerfile := map[string]string{"Dockerfile": built}
	services := map[string]string{"compose.yaml": "services:\n  a:\n    build: .\n    env_file: [.env]\n", "Dockerfile": built}
	return []holder{
		{name: "dockerfile", file: "Dockerfile", before: alpine},
		{name: "run", file: "Dockerfile", before: alpine + "RUN "},
		{name: "run-heredoc", file: "Dockerfile", before: alpine + "RUN <<E\n", after: "\nE\n"},
		{name: "env", file: "Dockerfile", before: alpine + "ENV A="},
		{name: "label", file: "Dockerfile", before: alpine + "LABEL a="},
		{name: "copy", file: "Dockerfile", before: alpine + "COPY "},
		{name: "cmd", file: "Dockerfile", before: alpine + "CMD ["},
		{name: "from", file: "Dockerfile", before: "FROM "},
		{name: "compose", file: "compose.yaml"},
		{name: "service", file: "compose.yaml", before: "services:\n  a:\n    image: x:1\n    command: ", around: dockerfile},
		{name: "service-text", file: "compose.yaml", before: "x: &a 1\nservices:\n  a:\n    image: x:1\n    command: |\n     "},
		{name: "service-quoted", file: "compose.yaml", before: "services:\n  a:\n    image: x:1\n    environment:\n      A: \"", after: "\"\n"},
		{name: "ports", file: "compose.yaml", before: "services:\n  a:\n    image: x:1\n    ports: [", after: "]\n"},
		{name: "manifest", file: "k8s.yaml", before: pod},
		{name: "manifest-text", file: "k8s.yaml", before: pod + "|\n     "},
		{name: "workflow", file: ".github/workflows/w.yml", before: steps},
		{name: "workflow-text", file: ".github/workflows/w.yml", before: steps + "|\n       "},
		{name: "bake", file: "docker-bake.hcl", around: dockerfile},
		{name: "bake-target", file: "docker-bake.hcl", before: "target \"a\" {\n  args = {\n    A = \"", after: "\"\n  }\n}\n", around: dockerfile},
		{name: "bake-json", file: "docker-bake.json", before: `{"target": {"a": {"args": {"A": "`, after: `"}}}}`, around: dockerfile},
		{name: "dockerignore", file: ".dockerignore", around: dockerfile},
		{name: "gitignore", file: ".gitignore", around: dockerfile},
		{name: "configuration", file: ".dockmend.yaml", around: dockerfile},
		{name: "hadolint", file: ".hadolint.yaml", around: dockerfile},
		{name: "dotenv", file: ".env", before: "A=", around: services},
		{name: "script", file: "run.sh", before: "#!/bin/sh\n", around: dockerfile},
		{name: "makefile", file: "Makefile", before: "build:\n\tdocker build ", around: dockerfile},
		{name: "package", file: "package.json", before: `{"scripts": {"start": "`, after: `"}}`, around: dockerfile},
		{name: "devcontainer", file: ".devcontainer/devcontainer.json", before: `{"dockerComposeFile": "../compose.yaml", "a": `, around: services},
		{name: "readme", file: "README.md", around: services},
		{name: "kustomization", file: "kustomization.yaml", before: "resources: ", around: map[string]string{"k8s.yaml": pod + "[a]\n"}},
	}
}
