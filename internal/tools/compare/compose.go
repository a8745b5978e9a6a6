package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

// composeBatch is how many files one process of a compose linter gets. All of
// them at once would be faster for both, but one file that breaks a process
// would take the others with it.
const composeBatch = 100

// askDclint runs dclint, whose findings name their rule. What it says of a file
// that is no YAML, or against the schema, is all that it says of it.
func askDclint(program, dir string, files []string) (said map[place]bool, refused map[string]bool, err error) {
	said, refused = map[place]bool{}, map[string]bool{}
	for part := range slices.Chunk(files, composeBatch) {
		out, err := output(dir, program, append([]string{"-f", "json"}, part...))
		if err != nil {
			return nil, nil, err
		}
		var report []struct {
			File     string `json:"filePath"`
			Messages []struct {
				Rule string `json:"rule"`
				Line int    `json:"line"`
			} `json:"messages"`
		}
		if err := json.Unmarshal(out, &report); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", program, err)
		}
		for _, f := range report {
			for _, m := range f.Messages {
				if m.Rule == "invalid-yaml" || m.Rule == "invalid-schema" {
					refused[f.File] = true
				}
				said[place{f.File, m.Line, "dclint:" + m.Rule}] = true
			}
		}
	}
	return said, refused, nil
}

// askComposeLint runs compose-lint.
func askComposeLint(program, dir string, files []string) (said map[place]bool, refused map[string]bool, err error) {
	said, refused = map[place]bool{}, map[string]bool{}
	for part := range slices.Chunk(files, composeBatch) {
		out, err := output(dir, program, append([]string{"check", "--format", "json", "--"}, part...))
		if err != nil {
			return nil, nil, err
		}
		var report struct {
			Findings []struct {
				File string `json:"file"`
				Line int    `json:"line"`
				Rule string `json:"rule_id"`
			} `json:"findings"`
		}
		if err := json.Unmarshal(out, &report); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", program, err)
		}
		for _, f := range report.Findings {
			said[place{f.File, f.Line, f.Rule}] = true
		}
	}
	return said, refused, nil
}

// output runs a linter that says by its exit code that it found something. It
// writes to a file: dclint ends before a pipe has taken all.
func output(dir, program string, args []string) (out []byte, err error) {
	file, err := os.CreateTemp("", "compare-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	cmd := exec.CommandContext(context.Background(), program, args...) //nolint:gosec // the program that the flag names
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, file, os.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return os.ReadFile(file.Name())
}
