package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// shells are those that scripts run in, as their names in the room.
var shells = []string{"dash", "bash", "busybox"}

// room is a root folder with shells in it and nothing else: whatever a script calls is
// a stub that logs its words and ends with a set status. Scripts see no other file and
// no other process of the machine.
type room struct {
	root  string
	stubs map[string]bool
	// bare are the files and folders of the room in which nothing ran yet.
	bare map[string]bool
}

// stub logs its words, one call a line.
const stub = `#!/bin/busybox sh
line=${0##*/}
for a; do line="$line <$a>"; done
printf '%s\n' "$line" >> /log
read -r status < /status
exit "$status"
`

// newRoom makes a room in a folder. The error says what the machine lacks.
func newRoom(root string) (*room, error) {
	r := &room{root: root, stubs: map[string]bool{}, bare: map[string]bool{}}
	for _, folder := range []string{"bin", "stubs", "tmp", "root", "etc", "dev", "var/lib/apt/lists", "var/cache/apt", "usr/local/bin", "opt"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"busybox", "dash", "bash"} {
		if err := r.install(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o666); err != nil {
		return nil, err
	}
	if err := os.Symlink("dash", filepath.Join(root, "bin/sh")); err != nil {
		return nil, err
	}
	err := filepath.WalkDir(root, func(at string, _ fs.DirEntry, err error) error {
		r.bare[at] = true
		return err
	})
	if err != nil {
		return nil, err
	}
	for script, want := range map[string]string{"probe a": "probe <a>\n", "exec  mv a b": "mv <a> <b>\n"} {
		if calls, _, err := r.run("busybox", program{script: script}, 0); err != nil {
			return nil, err
		} else if calls != want {
			return nil, fmt.Errorf("the script %q is logged as %q", script, calls)
		}
	}
	return r, nil
}

var libraryPath = regexp.MustCompile(`/\S+`)

// install copies a program and its libraries.
func (r *room) install(name string) error {
	at, err := exec.LookPath(name)
	if err != nil {
		return err
	}
	if err := copyFile(at, filepath.Join(r.root, "bin", name)); err != nil {
		return err
	}
	libraries, err := exec.Command("ldd", at).Output() //nolint:gosec // a shell of this machine
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return err // a static program is an exit status
	}
	for _, library := range libraryPath.FindAllString(string(libraries), -1) {
		if strings.Contains(library, ".so") {
			if err := copyFile(library, filepath.Join(r.root, library)); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o755) //nolint:gosec // below a root of its own
}

// clean removes what earlier scripts left, which the patterns of the next would match.
func (r *room) clean() error {
	clear(r.stubs)
	var left []string
	err := filepath.WalkDir(r.root, func(at string, _ fs.DirEntry, err error) error {
		if err == nil && !r.bare[at] {
			left = append(left, at)
		}
		return err
	})
	for _, at := range left {
		err = errors.Join(err, os.RemoveAll(at))
	}
	return err
}

// fewCalls are those that count of a script which was ended: how many more it made depends
// on the machine. longestLog is where the calls of one end that comes to none, in bytes.
const (
	fewCalls   = 20
	longestLog = 32 << 10
)

// longest is the last resort for a script that comes to no end; the limit on processor
// time is the first.
const longest = time.Minute

// run gives a program's script to a shell whose commands end with a status: what it called, one
// call a line, and whether it ended with 0.
func (r *room) run(shell string, p program, status int) (calls string, worked bool, err error) {
	if err := r.clean(); err != nil {
		return "", false, err
	}
	names, folders := callsIn(p.script)
	for _, name := range names {
		r.stub(name)
	}
	for _, folder := range folders {
		// Where it cannot be, a script fails in the same way before and after.
		_ = os.MkdirAll(filepath.Join(r.root, filepath.Join("/", folder)), 0o755)
	}
	script := p.script
	if hasBackground(script) {
		script += "\nwait\n"
	}
	log := filepath.Join(r.root, "log")
	if err := os.WriteFile(filepath.Join(r.root, "status"), fmt.Appendln(nil, status), 0o644); err != nil {
		return "", false, err
	}
	if err := os.WriteFile(log, nil, 0o666); err != nil {
		return "", false, err
	}
	words := []string{"/bin/" + shell}
	if shell == "busybox" {
		words = append(words, "ash")
		script = functions(names, strings.Contains(script, "exec")) + script
	}
	ctx, stop := context.WithTimeout(context.Background(), longest)
	defer stop()
	limited := []string{"sh", "-c", fmt.Sprintf(`ulimit -t 5; ulimit -f %d; exec "$@"`, longestLog/512), "sh"}
	c := exec.CommandContext(ctx, "/bin/busybox", append(append(limited, words...), "-c", script)...) //nolint:gosec // in a root of its own
	c.Dir = "/"
	c.Env = []string{"PATH=/stubs", "HOME=/root"}
	c.SysProcAttr = &syscall.SysProcAttr{
		Chroot:     r.root,
		Cloneflags: syscall.CLONE_NEWPID, // what kills, kills here alone
	}
	if uid := os.Getuid(); uid != 0 {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	runErr := c.Run()
	var ended *exec.ExitError
	if runErr != nil && !errors.As(runErr, &ended) {
		return "", false, runErr
	}
	logged, err := os.ReadFile(log)
	killed := ended != nil && !ended.Exited()
	if killed || len(logged) >= longestLog {
		lines := slices.Collect(bytes.Lines(logged))
		logged = bytes.Join(lines[:min(len(lines), fewCalls)], nil)
	}
	return string(logged), runErr == nil, err
}

// functions call the stubs of commands: busybox's shell takes its own tar or adduser
// for one that it finds in PATH. exec sees no function, but behind an alias that ends in
// a blank the shell expands the next word too.
func functions(names []string, execs bool) string {
	slices.Sort(names)
	all, aliases := "", "alias exec='exec '"
	for _, name := range slices.Compact(names) {
		if isCommandName(name) {
			all += name + "() { /stubs/" + name + " \"$@\"; }\n"
			aliases += " " + name + "=/stubs/" + name
		}
	}
	if execs {
		all += aliases + "\n"
	}
	return all
}

// isCommandName reports whether a function may have the name: of plain characters, and
// none that the shell knows by itself.
func isCommandName(name string) bool {
	builtins := " . : [ alias bg break cd chdir command continue echo eval exec exit export false fg getopts hash help jobs kill let local printf pwd read readonly return " +
		"set shift source test times trap true type ulimit umask unalias unset wait "
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && !strings.Contains(builtins, " "+name+" ")
}

// stub puts a command into the room. One that is called by its path stands there.
func (r *room) stub(name string) {
	if r.stubs[name] || strings.ContainsAny(name, "\x00\n") {
		return
	}
	r.stubs[name] = true
	at := filepath.Join(r.root, "stubs", name)
	if strings.Contains(name, "/") {
		at = filepath.Join(r.root, filepath.Join("/", name))
	}
	if _, err := os.Lstat(at); err == nil {
		return // a shell
	}
	// Where a file stands in place of the folder, a script fails in the same way before
	// and after.
	_ = os.MkdirAll(filepath.Dir(at), 0o755)
	_ = os.WriteFile(at, []byte(stub), 0o755)
}
