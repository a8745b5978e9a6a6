//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// TestMain runs the program itself where a test asks for it.
func TestMain(m *testing.M) {
	if os.Getenv("DOCKMEND_TEST_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is dockmend in a folder of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "DOCKMEND_TEST_MAIN=1")
	return cmd
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// TestSignalEndsAStep interrupts a run that waits for more of its input: it says
// which file is not done, and exits with 3.
func TestSignalEndsAStep(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		cmd := program(t, "lint", "-")
		r, w := pipe(t)
		var stdout bytes.Buffer
		cmd.Stdin, cmd.Stdout = r, &stdout
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// A pipe holds 64 KiB: more than that is taken only by one who reads.
		if _, err := w.Write(bytes.Repeat([]byte("#\n"), 1<<20)); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		err := cmd.Wait()
		if cmd.ProcessState.ExitCode() != incomplete || !strings.Contains(stdout.String(), "Dockerfile: problem: not checked: the run was stopped") {
			t.Errorf("%v: %v, %q", sig, err, stdout.String())
		}
	}
}

// blocked starts a program that can never write all of its output.
func blocked(t *testing.T) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	cmd = program(t, "rules", "--format", "json")
	r, w := pipe(t)
	stderr = &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = w, stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return cmd, stderr
}

func TestSignalEndsWhatCannotBeInterrupted(t *testing.T) {
	cmd, stderr := blocked(t)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	if cmd.ProcessState.ExitCode() != incomplete || !strings.Contains(stderr.String(), "stopped by a signal") {
		t.Errorf("%v: %q", err, stderr.String())
	}
}

func TestSecondSignalKills(t *testing.T) {
	cmd, _ := blocked(t)
	go func() {
		for cmd.Process.Signal(syscall.SIGTERM) == nil {
			runtime.Gosched()
		}
	}()
	err := cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
		t.Errorf("%v: a second signal did not kill it", err)
	}
}
