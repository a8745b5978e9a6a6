package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// askCheckov runs checkov on the folder: it finds Dockerfiles itself, and what it
// says of others than the files is left out. It names no file that it cannot
// parse.
func askCheckov(program, dir string, files []string) (said map[place]bool, refused map[string]bool, err error) {
	cmd := exec.CommandContext(context.Background(), program, "-d", ".", "--framework", "dockerfile", "-o", "json", "--quiet", "--compact", "--soft-fail", "--skip-download")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LOG_LEVEL=ERROR") // else it names each word that it takes for an instruction
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", program, err)
	}
	var report struct {
		Results struct {
			FailedChecks []struct {
				Code  string `json:"check_id"`
				File  string `json:"file_path"`
				Lines [2]int `json:"file_line_range"`
			} `json:"failed_checks"`
		} `json:"results"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", program, err)
	}
	said = map[place]bool{}
	for _, c := range report.Results.FailedChecks {
		if file := strings.TrimPrefix(c.File, "/"); slices.Contains(files, file) {
			said[place{file, c.Lines[0], c.Code}] = true
		}
	}
	return said, map[string]bool{}, nil
}
