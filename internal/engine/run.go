package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/dockmend/dockmend/internal/lint"
)

// File is one file to check.
type File struct {
	// Path is shown in reports: relative to the root, with slashes.
	Path string
	// Target is what the file is read as.
	Target lint.Target
	// Template is set when the name says that the file is a template.
	Template bool
	// Open reads the file.
	Open func() (io.ReadCloser, error)
	// Context is the gate to the files around it.
	Context lint.Context
	Policy  Policy
}

// Run checks files on jobs goroutines. The result is the same for any number.
func Run(ctx context.Context, c *Checker, files []File, jobs int) *lint.Result {
	checked := make([]*Checked, len(files))
	step := 1
	if c.ShellCheck != nil {
		step = scriptFiles
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(min(jobs, len(files)), 1) {
		wg.Go(func() {
			for i := range next {
				end := min(i+step, len(files))
				c.files(ctx, files[i:end], checked[i:end])
			}
		})
	}
	for i := 0; i < len(files) && ctx.Err() == nil; i += step {
		next <- i
	}
	close(next)
	wg.Wait()

	result := &lint.Result{}
	for i, f := range files {
		result.Files = append(result.Files, f.Path)
		if checked[i] == nil {
			result.Problems = append(result.Problems, lint.Problem{File: f.Path, Message: "not checked: the run was stopped"})
			continue
		}
		result.Diagnostics = append(result.Diagnostics, checked[i].Diagnostics...)
		result.Skipped = append(result.Skipped, checked[i].Skipped...)
		result.Problems = append(result.Problems, checked[i].Problems...)
	}
	slices.SortStableFunc(result.Diagnostics, func(a, b *lint.Diagnostic) int {
		return cmp.Compare(a.Source.Path, b.Source.Path)
	})
	return result
}

// files reads and checks a few files.
func (c *Checker) files(ctx context.Context, files []File, checked []*Checked) {
	all := make([]*loaded, len(files))
	for i, f := range files {
		src, err := Read(f)
		if err != nil {
			all[i] = &loaded{out: &Checked{Problems: []lint.Problem{{File: f.Path, Message: "cannot be read: " + reason(err)}}}}
			continue
		}
		all[i] = c.load(f, lint.NewSource(f.Path, src))
	}
	c.askShellCheck(ctx, all)
	for i, l := range all {
		checked[i] = c.check(l)
	}
}

// Read reads a file, or so much of a huge one that the limit on size shows.
func Read(f File) (src []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(io.LimitReader(r, MaxFileSize+1))
}

// reason is an error without the path, which stands beside it already.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return fmt.Sprint(err)
}
