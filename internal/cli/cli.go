// Package cli is the command line: one file per command, and nothing of its
// own but flags, streams and exit codes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dockmend/dockmend/internal/nearest"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/run"
	"github.com/dockmend/dockmend/internal/takeover"
	"github.com/dockmend/dockmend/internal/terminal"
)

// Exit codes (docs/contract.md section 1).
const (
	exitClean      = 0
	exitFindings   = 1
	exitUsage      = 2
	exitIncomplete = 3
)

// Env is everything outside of the program that a command may touch.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Getenv reads an environment variable.
	Getenv func(string) string
	// Dir is the working directory, absolute.
	Dir string
	// ShellCheck is the program that "--shellcheck auto" looks for.
	ShellCheck string
	// Terminal and ErrTerminal report whether Stdout and Stderr are terminals.
	Terminal, ErrTerminal bool
	// File reports whether Stdout is a regular file.
	File bool
	// Now is the time; nil means by the clock.
	Now func() time.Time
	// Wait waits, or returns the context's error; nil means by the clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// OSEnv is the environment of this process.
func OSEnv() *Env {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	return &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Dir: dir, ShellCheck: "shellcheck",
		Terminal: isTerminal(os.Stdout), ErrTerminal: isTerminal(os.Stderr), File: isFile(os.Stdout),
	}
}

func isFile(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// logs reports whether what goes to Stdout may reach the log of a CI service that
// takes lines for commands. Such a log is a pipe like any other; a file is none.
func (e *Env) logs() bool {
	return !e.File && (e.Getenv("GITHUB_ACTIONS") != "" || e.Getenv("TF_BUILD") != "")
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// plain is what a run may know of the environment.
func (e *Env) plain() *run.Env {
	return &run.Env{Stdin: e.Stdin, Getenv: e.Getenv, Dir: e.Dir, ShellCheck: e.ShellCheck, Now: e.Now, Version: Version}
}

// exitError ends a command with a code. Its message, if any, goes to Stderr.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// incomplete makes an error that says that the run could not be completed.
func incomplete(err error) error { return &exitError{exitIncomplete, err} }

// exitCode is the code of a command that ended with an error.
func exitCode(err error) int {
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	if _, ok := errors.AsType[*run.Incomplete](err); ok {
		return exitIncomplete
	}
	return exitUsage
}

// Main runs the program and returns its exit code. args[0] is its name.
func Main(ctx context.Context, args []string, env *Env) int {
	root := newRoot(env)
	root.SetArgs(args[1:])
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitClean
	}
	code := exitCode(err)
	if message := err.Error(); message != "" {
		// A message may quote files, so it is escaped like any other text.
		for _, line := range strings.Split("dockmend: "+message, "\n") {
			_, _ = fmt.Fprintln(env.Stderr, report.Terminal(line))
		}
	}
	return code
}

// Command is the program's tree of commands, for whatever documents or completes them.
func Command(env *Env) *cobra.Command { return newRoot(env) }

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "dockmend",
		Version:       describe(),
		Short:         "Lint Dockerfiles and compose files, and fix their findings",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(args[0])
			}
			return nil
		},
		Long: "Lint Dockerfiles, compose files, .dockerignore files, bake files, Kubernetes manifests and GitHub\n" +
			"workflows, and fix what can be fixed, each fix with a proof of what it does to the build.\n" +
			"Exit codes: 0 nothing found, 1 findings, 2 a mistake in the command or the configuration,\n" +
			"3 the run could not be completed. Documentation: https://github.com/dockmend/dockmend",
		Example: "  dockmend lint              # everything below the current folder\n" +
			"  dockmend fix --diff        # what can be fixed, and what that changes in the build\n" +
			"  dockmend explain DL3008    # a rule, by its name here or in another tool\n" +
			"  dockmend init --dry-run    # what it takes to set up this repository",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetVersionTemplate("dockmend {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newInit(env), newLint(env), newFix(env), newAudit(env), newRules(env), newExplain(env), newSchema(env), newVersion(env),
		newAction(env), newCI(env), newLSP(env),
	)
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	terminal.GroupCommands(root,
		terminal.Group{Title: "Check and fix", Flags: []string{"init", "lint", "fix", "audit", "ci"}},
		terminal.Group{Title: "Rules", Flags: []string{"rules", "explain"}},
		terminal.Group{Title: "For programs", Flags: []string{"lsp", "action", "schema", "completion", "version", "help"}},
	)
	for _, c := range root.Commands() {
		completions(c)
	}
	return root
}

var commandNames = []string{"lint", "fix", "audit", "ci", "lsp", "action", "rules", "explain", "init", "schema", "completion", "version", "help"}

func unknownCommand(name string) error {
	err := fmt.Errorf("unknown command %q", name)
	if words := takeover.Command(name); words != "" {
		return fmt.Errorf("%w, did you mean %q?", err, words)
	}
	if near, ok := nearest.Name(name, commandNames); ok {
		return fmt.Errorf("%w, did you mean %q?", err, near)
	}
	return fmt.Errorf("%w; the commands are %s", err, strings.Join(commandNames, ", "))
}
