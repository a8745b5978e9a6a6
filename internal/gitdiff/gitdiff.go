// Package gitdiff tells which lines of a work tree changed since a commit. It
// asks the git program, and only for what git itself computes: no external
// diff, no text conversion and no file monitor of the repository is run.
package gitdiff

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Changes maps a path, relative to the work tree's top with slashes, to its
// changed lines. A new file has all its lines.
type Changes map[string][]Range

// MaxRanges is how many ranges of a file are told apart.
const MaxRanges = 10_000

// Range is a range of 1-based lines, First and Last included. Last is 0 for
// "to the end".
type Range struct{ First, Last int }

// Touches tells whether a file has a changed line between first and last.
func (c Changes) Touches(path string, first, last int) bool {
	for _, r := range c[path] {
		if first <= r.Last && r.First <= last || r.Last == 0 && last >= r.First {
			return true
		}
	}
	return false
}

// Since compares the work tree at dir with the merge base of HEAD and ref.
// Files that git does not track count as new.
func Since(ctx context.Context, dir, ref string) (Changes, error) {
	if strings.HasPrefix(ref, "-") || ref == "" {
		return nil, fmt.Errorf("%q is no name of a commit", ref)
	}
	out, err := git(ctx, dir, "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--unified=0",
		"--src-prefix=a/", "--dst-prefix=b/", "--merge-base", "--end-of-options", ref, "--")
	if err != nil {
		return nil, fmt.Errorf("cannot compare with %q: %w", ref, err)
	}
	changes, err := parse(out)
	if err != nil {
		return nil, err
	}
	untracked, err := git(ctx, dir, "ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/")
	if err != nil {
		return nil, err
	}
	for _, path := range strings.Split(string(untracked), "\x00") {
		if path != "" {
			changes[path] = []Range{{First: 1}}
		}
	}
	return changes, nil
}

func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	args = append([]string{"-C", dir, "-c", "core.fsmonitor=false", "-c", "core.quotePath=true"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...) //nolint:gosec // the program is fixed, and the reference is behind --end-of-options
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var missing *exec.Error
	switch {
	case errors.As(err, &missing):
		return nil, errors.New("the git program is needed and was not found")
	case err != nil:
		line, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("git: %s", strings.TrimPrefix(line, "fatal: "))
	}
	return out, nil
}

// parse reads a unified diff without context lines.
func parse(diff []byte) (Changes, error) {
	changes := Changes{}
	path := ""
	inHeader := false
	lines := bufio.NewReader(bytes.NewReader(diff))
	for {
		line, err := lines.ReadString('\n')
		if line == "" && err != nil {
			return changes, nil
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "diff --git "):
			path, inHeader = "", true
		case inHeader && strings.HasPrefix(line, "+++ "):
			path = unquote(strings.TrimSuffix(line[4:], "\t"))
		case strings.HasPrefix(line, "@@ "):
			inHeader = false
			r, err := hunk(line)
			if err != nil {
				return nil, err
			}
			if path != "" && r.Last >= r.First {
				changes[path] = append(changes[path], r)
			}
		}
	}
}

// unquote reads a path as git writes it, "" for /dev/null.
func unquote(name string) string {
	if strings.HasPrefix(name, `"`) {
		if plain, err := strconv.Unquote(name); err == nil {
			name = plain
		}
	}
	path, ok := strings.CutPrefix(name, "b/")
	if !ok {
		return ""
	}
	return path
}

// hunk reads the new file's lines of "@@ -a,b +c,d @@"; a pure deletion has none.
func hunk(line string) (Range, error) {
	fields := strings.Fields(line)
	if len(fields) < 3 || !strings.HasPrefix(fields[2], "+") {
		return Range{}, fmt.Errorf("git wrote a hunk header that is not understood: %q", line)
	}
	first, count, found := strings.Cut(fields[2][1:], ",")
	start, err := lineNumber(first)
	n := 1
	if err == nil && found {
		n, err = lineNumber(count)
	}
	if err != nil {
		return Range{}, fmt.Errorf("git wrote a hunk header that is not understood: %.80q", line)
	}
	return Range{First: start, Last: start + n - 1}, nil
}

// lineNumber reads a number of a hunk header. Whoever sends a patch may send any
// number: no sign is taken, and no sum of two overflows.
func lineNumber(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 30)
	return int(n), err //nolint:gosec // 30 bits fit
}

// Added are the new file's lines that a patch adds: hunks with context lines,
// as GitHub's API gives them, without a header of the file. Of a patch with more
// than MaxRanges of them the whole file is the answer: what is not looked at in
// detail counts as changed. A patch whose hunks are not in order is an error.
func Added(patch string) ([]Range, error) {
	var added []Range
	line := 0
	opened := false
	for text := range strings.Lines(patch) {
		switch {
		case strings.HasPrefix(text, "@@ "):
			r, err := hunk(text)
			if err != nil {
				return nil, err
			}
			if r.First < line {
				return nil, fmt.Errorf("the hunk %.80q stands before an earlier one", strings.TrimSuffix(text, "\n"))
			}
			line, opened = r.First, true
		case !opened:
			return nil, errors.New("the patch does not begin with a hunk")
		case len(added) > MaxRanges:
			return []Range{{First: 1}}, nil
		case strings.HasPrefix(text, "+"):
			if last := len(added) - 1; last >= 0 && added[last].Last == line-1 {
				added[last].Last = line
			} else {
				added = append(added, Range{First: line, Last: line})
			}
			line++
		case strings.HasPrefix(text, "-"), strings.HasPrefix(text, `\`): // "\ No newline at end of file"
		default:
			line++
		}
	}
	return added, nil
}
