package engine_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

// TestUnreadScripts has scripts as long as the shell's parser is given, and longer ones, at
// each place from which rules read one: the longer ones are reported.
func TestUnreadScripts(t *testing.T) {
	const (
		service  = "services:\n  a:\n    image: x\n"
		pod      = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a\n"
		step     = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n    - "
		compose  = lint.TargetCompose
		manifest = lint.TargetKubernetes
		workflow = lint.TargetWorkflow
	)
	for _, tt := range []struct {
		name   string
		target lint.Target
		// src has the script at %s; want is what is said of one that is too long.
		src, want string
	}{
		{"command", compose, service + "    command: [sh, -c, '%s']\n", "4 limit-reached"},
		{"command of bash", compose, service + "    command: [/bin/bash, -ec, '%s']\n", "4 limit-reached"},
		{"command as a text", compose, service + "    command: \"sh -c '%s'\"\n", "4 limit-reached"},
		{"command of an entrypoint", compose, service + "    entrypoint: [sh, -c]\n    command: ['%s']\n", "5 limit-reached"},
		{"entrypoint", compose, service + "    entrypoint: [sh, -c, '%s']\n    command: [x]\n", "4 limit-reached"},
		{"anchor", compose, "x: &x [sh, -c, '%s']\nservices:\n  a: {image: x, command: *x}\n  b: {image: x, command: *x}\n", "3 limit-reached"},
		{"merged", compose, "x: &x\n  command: [sh, -c, '%s']\nservices:\n  a: {<<: *x}\n  b: {<<: *x}\n", "2 limit-reached"},
		{"silenced", compose, service + "    # dockmend ignore=limit-reached\n    command: [sh, -c, '%s']\n", "-5 limit-reached"},
		{"check", compose, service + "    healthcheck:\n      test: \"%s\"\n", "5 limit-reached"},
		{"check in a list", compose, service + "    healthcheck:\n      test: [CMD-SHELL, '%s']\n", "5 limit-reached"},
		{"check by a shell", compose, service + "    healthcheck:\n      test: [CMD, sh, -c, '%s']\n", "5 limit-reached"},
		{"no shell", compose, service + "    command: [echo, -c, '%s']\n    healthcheck: {test: [CMD, echo, '%s']}\n", ""},
		{"Dockerfile in it", compose,
			"services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM a\n        RUN %s\n", "6 limit-reached"},
		{"command of a container", manifest, pod + "    command: [sh, -c, '%s']\n", "8 limit-reached"},
		{"arguments", manifest, pod + "    command: [sh, -c]\n    args: ['%s']\n", "9 limit-reached"},
		{"no shell in a container", manifest, pod + "    command: [echo, -c, '%s']\n", ""},
		{"step", workflow, step + "run: '%s'\n", "6 limit-reached"},
		{"step by another shell", workflow, step + "shell: pwsh\n      run: '%s'\n", ""},
		{"exec form", lint.TargetDockerfile, "FROM a\nCMD [\"sh\", \"-c\", \"%s\"]\n", "2 limit-reached"},
		{"check of a Dockerfile", lint.TargetDockerfile, "FROM a\nHEALTHCHECK CMD [\"sh\", \"-c\", \"%s\"]\n", "2 limit-reached"},
		{"no shell in a Dockerfile", lint.TargetDockerfile, "FROM a\nCMD [\"echo\", \"-c\", \"%s\"]\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for script, want := range map[string]string{
				strings.Repeat("x", limits.ShellBytes):                                             "",
				strings.Repeat("x", limits.ShellBytes+1):                                           tt.want,
				": $((" + strings.Repeat("(", limits.ShellParentheses-1) + "1":                     tt.want,
				": $" + strings.Repeat("(", limits.ShellParentheses/2) + strings.Repeat(")", 2048): "",
			} {
				if got := said(t, tt.target, strings.ReplaceAll(tt.src, "%s", script)); got != want {
					t.Errorf("%.9q and so on, %d bytes: got %q, want %q", script, len(script), got, want)
				}
			}
		})
	}
}

// TestLimitOfADockerfileInAFile has a Dockerfile with too many stages in another file.
func TestLimitOfADockerfileInAFile(t *testing.T) {
	const compose, bake = "services:\n  a:\n    build:\n      dockerfile_inline: |\n", "target \"a\" {\n  dockerfile-inline = <<E\n"
	for n, want := range map[int][2]string{limits.Stages: {"", ""}, limits.Stages + 1: {"5 limit-reached", "3 limit-reached"}} {
		if got := said(t, lint.TargetCompose, compose+strings.Repeat("        FROM a\n", n)); got != want[0] {
			t.Errorf("%d stages in a compose file: got %q, want %q", n, got, want[0])
		}
		if got := said(t, lint.TargetBake, bake+strings.Repeat("FROM a\n", n)+"E\n}\n"); got != want[1] {
			t.Errorf("%d stages in a bake file: got %q, want %q", n, got, want[1])
		}
	}
}
