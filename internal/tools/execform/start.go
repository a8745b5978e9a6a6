package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// starter builds and starts images with a container engine.
type starter struct {
	engine string
	// shell is a static busybox, which is all that the images hold beside the programs.
	shell string
}

// reporter is a program that says how it was started: its name, its arguments, its folder
// and its variables but for those that shells set.
const reporter = "#!/bin/sh\necho \"$0\"\nfor a; do echo \"<$a>\"; done\npwd\nenv | grep -vE '^(_|SHLVL|HOSTNAME|PWD|OLDPWD)=' | sort\nexit 7\n"

// startsAlike starts containers of a file before and after its fix, and compares what they
// print and how they end.
func (s starter) startsAlike(ctx context.Context, before, after []byte) (bool, error) {
	if len(after) == 0 {
		return false, errors.New("the fix does not fit the file")
	}
	was, err := s.start(ctx, before)
	if err != nil {
		return false, err
	}
	is, err := s.start(ctx, after)
	return was == is, err
}

// start builds what starts the final stage of a file on an image of a shell and of programs
// that report, starts a container of it, and returns what that said.
func (s starter) start(ctx context.Context, src []byte) (said string, err error) {
	dir, err := os.MkdirTemp("", "execform-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	shell, err := os.ReadFile(s.shell)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "busybox"), shell, 0o755); err != nil { //nolint:gosec // a program of an image
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "reporter"), []byte(reporter), 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(reduced(src)), 0o600); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, s.engine, "build", "-q", dir) //nolint:gosec // the engine that the caller names
	build.Env = append(os.Environ(), "DOCKER_BUILDKIT=0")
	var failure bytes.Buffer
	build.Stderr = &failure
	id, err := build.Output()
	if err != nil {
		return "", fmt.Errorf("the image is not built: %w: %s", err, failure.String())
	}
	image := strings.TrimSpace(string(id))
	defer func() { _ = exec.CommandContext(ctx, s.engine, "rmi", "-f", image).Run() }()                        //nolint:gosec // as above
	out, err := exec.CommandContext(ctx, s.engine, "run", "--rm", "--network", "none", image).CombinedOutput() //nolint:gosec // as above
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return "", err
	}
	code := 0
	if ended != nil {
		code = ended.ExitCode()
	}
	return fmt.Sprintf("%s(ends with %d)", out, code), nil
}

// reduced is a file with the settings of the final stage, on an image of a shell, and with
// a reporter in the place of each program and file that it starts.
func reduced(src []byte) string {
	d := facts.NewDockerfile(dockerfile.Parse(src))
	var b strings.Builder
	b.WriteString("FROM scratch\nCOPY busybox /bin/sh\n")
	for _, applet := range []string{"echo", "pwd", "env", "grep", "sort"} {
		b.WriteString("COPY busybox /bin/" + applet + "\n")
	}
	b.WriteString("ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n")
	s := d.Final()
	chain := s.Chain()
	for i := len(chain) - 1; i >= 0; i-- {
		for _, in := range chain[i].Instructions {
			switch in.Keyword {
			case "env", "workdir", "arg", "stopsignal", "cmd", "entrypoint":
				b.WriteString(d.Text(in.Span) + "\n")
			}
		}
	}
	words, _ := s.StartWords()
	for i, w := range words {
		switch {
		case path.Base(w.Text) == "sh":
		case strings.HasPrefix(w.Text, "/"), i == 0 && strings.Contains(w.Text, "/"):
			b.WriteString("COPY reporter " + w.Text + "\n")
		case i == 0:
			b.WriteString("COPY reporter /usr/bin/" + w.Text + "\n")
		}
	}
	return b.String()
}
