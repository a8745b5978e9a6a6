package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
)

// batch is how many files one process of hadolint gets.
const batch = 200

// askHadolint runs hadolint.
func askHadolint(program, dir string, files []string) (said map[place]bool, refused map[string]bool, err error) {
	said, refused = map[place]bool{}, map[string]bool{}
	for part := range slices.Chunk(files, batch) {
		cmd := exec.CommandContext(context.Background(), program, append([]string{"--no-color", "--no-fail", "-f", "json", "--"}, part...)...) //nolint:gosec // the program that the flag names
		cmd.Dir = dir
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", program, err)
		}
		var findings []struct {
			File, Code string
			Line       int
		}
		if err := json.Unmarshal(out, &findings); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", program, err)
		}
		for _, f := range findings {
			if f.Code == "DL1000" {
				refused[f.File] = true
			}
			said[place{f.File, f.Line, f.Code}] = true
		}
	}
	return said, refused, nil
}
