// Package shellcheck runs the program ShellCheck on the scripts of Dockerfiles,
// many in one process, since its start costs more than most scripts. The scripts
// are given to it as files in a folder of their own; it reads nothing else and
// runs nothing.
package shellcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/text"
)

const (
	// batchScripts and batchBytes bound what one process gets.
	batchScripts = 200
	batchBytes   = 1 << 20
	// batchTime bounds how long one process may run.
	batchTime = 2 * time.Minute
	// maxOutput bounds what one process may answer, in bytes.
	maxOutput = 64 << 20
)

// ErrNotFound is wrapped by the error of Find for a program that is not there.
var ErrNotFound = errors.New("the program shellcheck was not found")

// Program is an installed ShellCheck. It is safe for concurrent use.
type Program struct{ path string }

// Find looks for the program: by its name on PATH, or by a path.
func Find(name string) (*Program, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", ErrNotFound, name)
	}
	return &Program{path}, nil
}

// Check returns what ShellCheck says about each script, with spans in its text.
func (p *Program) Check(ctx context.Context, scripts []lint.Script) ([][]lint.ScriptNote, error) {
	notes := make([][]lint.ScriptNote, len(scripts))
	for from := 0; from < len(scripts); {
		to, size := from, 0
		for to < len(scripts) && to-from < batchScripts && (to == from || size+len(scripts[to].Text) <= batchBytes) {
			size += len(scripts[to].Text)
			to++
		}
		if err := p.some(ctx, scripts[from:to], notes[from:to]); err != nil {
			return nil, err
		}
		from = to
	}
	return notes, nil
}

// some checks the scripts of a batch, but for those that are nested too deep. Where
// the program fails, the batch is divided until the script is found that it fails
// on: that one is left out, and all others are checked.
func (p *Program) some(ctx context.Context, scripts []lint.Script, notes [][]lint.ScriptNote) error {
	var pick []int
	for i, s := range scripts {
		if nested(s.Text) > limits.ScriptNesting {
			notes[i] = []lint.ScriptNote{{Left: fmt.Sprintf("its substitutions are nested more than %d levels deep", limits.ScriptNesting)}}
			continue
		}
		pick = append(pick, i)
	}
	tries := limits.ScriptTries
	queue := [][]int{pick}
	for len(queue) > 0 {
		some := queue[0]
		queue = queue[1:]
		if len(some) == 0 {
			continue
		}
		err := errTries
		if tries--; tries >= 0 {
			err = p.batch(ctx, scripts, some, notes)
		}
		var failed *failure
		switch {
		case err == nil:
		case !errors.As(err, &failed) || ctx.Err() != nil:
			return err
		case len(some) == 1 || tries < 0:
			for _, i := range some {
				notes[i] = []lint.ScriptNote{{Left: failed.reason}}
			}
		default:
			half := len(some) / 2
			queue = append(queue, some[:half], some[half:])
		}
	}
	return nil
}

// failure is an end of the program that a script may be the reason for.
type failure struct{ reason string }

func (f *failure) Error() string { return f.reason }

var errTries error = &failure{"ShellCheck failed on too many other scripts"}

// nested is how deep substitutions are nested in a script, closed or not.
func nested(script string) int {
	depth, deepest := 0, 0
	for i := range len(script) {
		switch script[i] {
		case '(':
			if depth > 0 || (i > 0 && script[i-1] == '$') {
				depth++
			}
		case ')':
			depth = max(depth-1, 0)
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

func (p *Program) batch(ctx context.Context, all []lint.Script, pick []int, notes [][]lint.ScriptNote) (err error) {
	scratch, remove, err := files.Scratch("")
	if err != nil {
		return fmt.Errorf("could not create a folder for the files that shellcheck reads: %w; name one in TMPDIR, or pass --shellcheck off", err)
	}
	defer func() { err = errors.Join(err, remove()) }()
	args := []string{"--norc", "--format=json1", "--"}
	scripts, own := make([]lint.Script, len(pick)), make([][]lint.ScriptNote, len(pick))
	for i, at := range pick {
		s := all[at]
		scripts[i] = s
		name := strconv.Itoa(i)
		if err := scratch.Put(name, []byte(head(s)+s.Text)); err != nil {
			return err
		}
		args = append(args, name)
	}
	ctx, stop := context.WithTimeout(ctx, batchTime)
	defer stop()
	cmd := exec.CommandContext(ctx, p.path, args...) //nolint:gosec // the program that the user named
	cmd.Dir = scratch.Dir()
	cmd.Env = []string{"LC_ALL=C.UTF-8", "HOME=" + scratch.Dir()} // no options, no configuration of the user's
	out, complaint := &bounded{limit: maxOutput}, &bounded{limit: 1 << 10}
	cmd.Stdout, cmd.Stderr = out, complaint
	if err = cmd.Start(); err == nil {
		bound(cmd.Process.Pid, len(pick))
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return &failure{fmt.Sprintf("ShellCheck took longer than %s", batchTime)}
	case errors.As(err, &exit) && exit.ExitCode() == 1: // it has something to say
	case errors.As(err, &exit):
		line, _, _ := strings.Cut(strings.TrimSpace(complaint.String()), "\n")
		if line == "" {
			line = exit.Error()
		}
		return &failure{"ShellCheck failed on it (" + line + ")"}
	case err != nil:
		return fmt.Errorf("shellcheck failed: %w", err)
	}
	if err := decode(out.Bytes(), scripts, own); err != nil {
		return err
	}
	for i, at := range pick {
		notes[at] = own[i]
	}
	return nil
}

// head is the line that ShellCheck gets before a script: the dialect, and the
// variables that are set.
func head(s lint.Script) string {
	var b strings.Builder
	b.WriteString("#!/bin/" + s.Dialect + "\n")
	for _, name := range s.Variables {
		if isName(name) {
			b.WriteString("export " + name + "=1;")
		}
	}
	b.WriteString("\n")
	return b.String()
}

// headLines is how many lines head has.
const headLines = 2

func isName(s string) bool {
	for i := range len(s) {
		isInner := i > 0 && text.IsDigit(s[i])
		if !text.IsLetter(s[i]) && s[i] != '_' && !isInner {
			return false
		}
	}
	return s != ""
}

// bounded is a buffer that ends a process which writes too much.
type bounded struct {
	bytes.Buffer
	limit int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, fmt.Errorf("more than %d bytes of output", b.limit)
	}
	return b.Buffer.Write(p)
}
