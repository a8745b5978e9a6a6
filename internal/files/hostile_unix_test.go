//go:build unix

package files

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// TestPipesAndSockets: whatever names them, nothing waits for them.
func TestPipesAndSockets(t *testing.T) {
	dir := layout(t, "link>pipe", "d/.git/")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Skip("no named pipes on this machine: reading one was not tested: ", err)
	}
	t.Chdir(dir) // the address of a socket has few characters
	l, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }() // nobody speaks to it
	root, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = root.Close() }()
	for _, name := range []string{"pipe", "link", "socket"} {
		if _, err := root.Read(name, 1); !errors.Is(err, ErrNotRegular) {
			t.Errorf("Read(%s): %v", name, err)
		}
		if err := root.Replace(name, nil, nil); !errors.Is(err, ErrNotRegular) {
			t.Errorf("Replace(%s): %v", name, err)
		}
		if _, _, err := root.List(name, 1); err == nil {
			t.Errorf("List(%s) listed", name)
		}
		for _, workDir := range []string{dir, filepath.Join(dir, "d")} { // in its root, and elsewhere
			if _, err := ReadNamed(workDir, filepath.Join(dir, name), 1); !errors.Is(err, ErrNotRegular) {
				t.Errorf("ReadNamed(%s): %v", name, err)
			}
		}
	}
	for _, name := range []string{"pipe", "socket"} {
		if err := root.Write(name, nil, Writing{}); !errors.Is(err, ErrNotRegular) {
			t.Errorf("Write(%s): %v", name, err)
		}
		if err := Append(filepath.Join(dir, name), nil); err == nil {
			t.Errorf("Append(%s) appended", name)
		}
	}
}

// TestStreams: what a shell passes as <(...) and >(...).
func TestStreams(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	stream := func(f *os.File) string { return "/dev/fd/" + strconv.Itoa(int(f.Fd())) }
	if _, err := os.Stat(stream(w)); err != nil {
		t.Skip("no /dev/fd on this machine: streams were not tested: ", err)
	}
	if err := WriteNamed(t.TempDir(), stream(w), []byte("through")); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadNamed(t.TempDir(), stream(r), 10); string(got) != "through" || err != nil {
		t.Errorf("ReadNamed = %q, %v", got, err)
	}
}

// limited names the folder for the process that TestFullDisk starts.
const limited = "DOCKMEND_TEST_LIMITED"

// TestFullDisk: a limit on the size of files ends a write in the middle, as a full
// disk does.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv(limited); dir != "" {
		fillDisk(t, dir)
		return
	}
	dir := layout(t, "out", "same")
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
	cmd.Env = append(os.Environ(), limited+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"out", "same"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != name {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("half of a new file is left")
	}
	noScratch(t, dir)
}

func fillDisk(t *testing.T, dir string) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 10, Max: 10}); err != nil {
		t.Fatal(err)
	}
	root, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	long := make([]byte, 100)
	for what, err := range map[string]error{
		"Write over":  root.Write("out", long, Writing{}),
		"Write":       root.Write("new", long, Writing{}),
		"Replace":     root.Replace("same", []byte("same"), long),
		"WriteNamed":  WriteNamed(dir, "out", long),
		"WriteNamed2": WriteNamed(t.TempDir(), filepath.Join(dir, "out"), long),
	} {
		if !errors.Is(err, syscall.EFBIG) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
