//go:build linux

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// system are the files outside of any root that a run opens: what the loader, the Go
// runtime and the certificates, resolvers and time zones of the machine need.
var system = regexp.MustCompile(`^(/etc/(ld\.so\.cache|localtime|resolv\.conf|nsswitch\.conf|hosts|ssl/.*|pki/.*)|(/usr)?/lib(64|32)?/.*|/usr/share/zoneinfo/.*|/usr/local/share/ca-certificates.*|` +
	`/proc/(self|[0-9]+)/(maps|cgroup|mountinfo|stat|status|exe)|/proc/(stat|sys/.*|meminfo|cpuinfo)|/sys/(fs/cgroup|kernel/mm/transparent_hugepage|devices/system/cpu)/?.*|/dev/(null|urandom|tty))$`)

// opened is a call that gave a file, with the path that the kernel has for it.
var opened = regexp.MustCompile(`\b(?:open|openat|openat2|creat)\(.*\) += \d+<([^>]*)>$`)

// TestNothingOutsideIsOpened follows the system calls of whole runs over a hostile
// tree: no file outside of the named roots is opened, no socket is made, no program
// is started.
func TestNothingOutsideIsOpened(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("SKIPPED: strace is not installed, so nothing shows which files a run opens")
	}
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(top, "program", "dockmend")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(strace, "-f", "-o", os.DevNull, "/bin/true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: strace may not follow programs here: %v\n%s", err, out)
	}
	hostileTree(t, top)
	events, err := filepath.Abs("../../testdata/events")
	if err != nil {
		t.Fatal(err)
	}
	runner := []string{
		"GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=" + filepath.Join(top, "a"), "GITHUB_EVENT_NAME=push", "GITHUB_EVENT_PATH=" + filepath.Join(events, "push.json"),
		"GITHUB_REPOSITORY=Codertocat/Hello-World", "GITHUB_SHA=" + strings.Repeat("a", 40), "GITHUB_REF=refs/heads/main", "INPUT_ONLINE=false",
		"GITHUB_OUTPUT=" + filepath.Join(top, "runner/output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(top, "runner/summary"), "INPUT_PATH=.", "RUNNER_TEMP=" + filepath.Join(top, "runner"),
	}
	both, first := []string{"a", "b"}, []string{"a"}
	// 1 is for findings, 2 for what is refused before anything is linted, 3 for what
	// cannot be read or written.
	for _, tt := range []struct {
		args, env, roots []string
		code             int
	}{
		{[]string{"lint", "a", "b"}, nil, both, 1},
		{[]string{"lint", "--preset", "strict", "--prove", "a", "b", "a/sub", "b/Dockerfile"}, nil, both, 1},
		{[]string{"lint", "--list-files", "a", "b"}, nil, both, 0},
		{[]string{"lint", "--config", "a/config.yaml", "a"}, nil, first, 2},
		{[]string{"lint", "--baseline", "a/baseline.json", "a"}, nil, first, 2},
		{[]string{"lint", "--changed-since", "HEAD~1", "a"}, nil, first, 1},
		{[]string{"lint", "-o", "json=a/out/report.json", "-o", "sarif=a/out.sarif", "a"}, nil, first, 3},
		{[]string{"lint", "a/linked"}, nil, first, 2},
		{[]string{"fix", "--diff", "--unsafe", "a", "b"}, nil, both, 1},
		{[]string{"fix", "--patch", "a/out.sarif", "a", "b"}, nil, both, 1},
		{[]string{"fix", "--preset", "strict", "--unsafe", "a", "b"}, nil, both, 1},
		{[]string{"audit", "--online=false", "a"}, nil, first, 0}, // all is fixed by then
		{[]string{"action"}, runner, []string{"a", "runner"}, 3},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			args := append([]string{"-f", "-y", "-s", "4096", "-e", "trace=open,openat,openat2,creat,execve,socket,connect,unlink,unlinkat,rename,renameat,renameat2", "-o", log, program}, tt.args...)
			if tt.args[0] != "action" {
				args = append(args, "--shellcheck", "off")
			}
			cmd := exec.Command(strace, args...)
			cmd.Dir = top
			cmd.Env = append(slices.Clone(tt.env), "PATH=/nowhere", "HOME=/nowhere", "TMPDIR="+filepath.Join(top, "runner"))
			out, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != tt.code {
				t.Fatalf("exit code %d, want %d: %v\n%s", code, tt.code, err, out)
			}
			if bytes.Contains(out, []byte("SECRET")) {
				t.Errorf("what lies outside is shown:\n%s", out)
			}
			judge(t, log, top, program, append(tt.roots, "program"), events)
		})
	}
	for name, want := range map[string]string{"outside/secret": secret, "victim/prod": victim} {
		if got, err := os.ReadFile(filepath.Join(top, name)); string(got) != want {
			t.Errorf("%s is %q, %v by now", name, got, err)
		}
	}
}

// judge reads the calls of a run.
func judge(t *testing.T, log, top, program string, roots []string, events string) {
	t.Helper()
	calls, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	opens, inRoots := 0, 0
	for line := range strings.SplitSeq(string(calls), "\n") {
		switch {
		case strings.Contains(line, " socket(") || strings.Contains(line, " connect("):
			t.Errorf("a connection: %s", line)
		case strings.Contains(line, " execve(") && !strings.Contains(line, " execve(\""+program+"\""):
			t.Errorf("a program: %s", line)
		}
		m := opened.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		opens++
		inside := slices.ContainsFunc(roots, func(root string) bool {
			at := filepath.Join(top, root)
			return m[1] == at || strings.HasPrefix(m[1], at+"/")
		})
		if inside {
			inRoots++
		} else if !system.MatchString(m[1]) && !strings.HasPrefix(m[1], events+"/") {
			t.Errorf("opened outside of the roots: %s", line)
		}
	}
	if opens == 0 || inRoots == 0 {
		t.Errorf("%d opens are known, %d of them in the roots: nothing was judged", opens, inRoots)
	}
}

const (
	secret = "SECRET: 1\n"
	victim = "FROM debian:12 AS Build\nENV DB_PASSWORD=SECRET\nRUN echo x\nFROM debian:12\nCOPY --from=Build /a /b\nCMD [\"x\"]\n"
)

// hostileTree makes two repositories, what lies beside them, and in the first one every
// way out of it.
func hostileTree(t *testing.T, top string) {
	t.Helper()
	for name, content := range map[string]string{
		"outside/secret": secret, "victim/prod": victim, "runner/output": "",
		"a/Dockerfile": "FROM debian:12 as Build\nCOPY ../../outside/secret leak /x/\nCOPY sub/out /y\nRUN sudo x\nCMD x\n", "a/sub/Dockerfile": "FROM alpine:latest\n",
		"a/compose.yaml": "include: [../victim/compose.yaml]\nservices:\n  a:\n    build: {context: ../victim, dockerfile: prod}\n    env_file: [../outside/secret, leak]\n    label_file: ../outside/secret\n" +
			"  b:\n    build: {context: ., dockerfile: leak, additional_contexts: {x: ../victim}}\n    extends: {file: ../outside/secret, service: a}\n    volumes: [\"../outside:/x\", \"./pipe:/p\"]\n" +
			"  c:\n    build: {context: out, dockerfile: prod}\nsecrets: {s: {file: ../outside/secret}}\nconfigs: {c: {file: leak}}\n",
		"a/docker-bake.json": `{"target": {"x": {"context": "../victim", "dockerfile": "prod"}}}`, "a/.devcontainer/devcontainer.json": `{"build": {"dockerfile": "../../victim/prod"}}`,
		"b/Dockerfile": "FROM alpine:latest\nCMD y\n", "b/compose.yaml": "services: {a: {build: {context: ../a}}}\n",
	} {
		at := filepath.Join(top, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"a/leak": "../outside/secret", "a/Dockerfile.leak": "../victim/prod", "a/Dockerfile.git": ".git/config", "a/linked": "../b", "a/out": "../victim", "a/sub/out": "../../outside",
		"a/.dockerignore": "../outside/secret", "a/config.yaml": "../outside/secret", "a/baseline.json": "/etc/passwd", "a/out.sarif": "../outside/secret",
		"a/.dockmend": "../outside", "a/Dockerfile.zero": "/dev/zero", "a/package.json": "../outside/secret", "a/m.yaml": "../outside/secret", "a/.env": "/etc/passwd",
	} {
		if err := os.Symlink(target, filepath.Join(top, name)); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("mkfifo", filepath.Join(top, "a/pipe"), filepath.Join(top, "a/Dockerfile.pipe")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, dir := range []string{"a", "b"} {
		for _, args := range [][]string{
			{"init", "-q"}, {"config", "user.name", "a"}, {"config", "user.email", "a@example.org"}, {"add", "Dockerfile"}, {"commit", "-qm", "1"},
			{"add", "-A"}, {"commit", "-qm", "2"}, {"config", "filter.x.clean", "touch /tmp/dockmend-was-here"}, {"config", "remote.origin.url", "ext::touch x"}, {"config", "core.fsmonitor", "touch x"},
		} {
			if out, err := exec.Command("git", append([]string{"-C", filepath.Join(top, dir)}, args...)...).CombinedOutput(); err != nil {
				t.Fatalf("git %q: %v\n%s", args, err, out)
			}
		}
	}
}
