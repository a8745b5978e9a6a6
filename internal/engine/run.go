package engine

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"

	"github.com/dockmend/dockmend/internal/limits"
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
	// Found is set when a walk found the file: nobody named it.
	Found bool
	// Open reads the file.
	Open func() (io.ReadCloser, error)
	// Context is the gate to the files around it.
	Context lint.Context
	Policy  Policy
}

// Run checks files on jobs goroutines. The result is the same for any number.
func Run(ctx context.Context, c *Checker, files []File, jobs int) *lint.Result {
	step := 1
	if c.ShellCheck != nil {
		step = scriptFiles
	}
	stop, release := c.Watch.stopped(ctx)
	defer release()
	checked := make([]*Checked, len(files))
	bound := newRunBound(len(files), limits.RunFindings, func(i int) { c.shorten(files[i], checked[i]) })
	keep := func(i int, out *Checked) {
		checked[i] = out
		bound.done(i, out.weight())
	}
	group(stop, len(files), jobs, step, keep, func(from, to int, keep func(int, *Checked)) {
		c.files(ctx, files[from:to], func(i int, out *Checked) { keep(from+i, out) })
	})

	result := &lint.Result{}
	for i, f := range files {
		result.Files = append(result.Files, f.Path)
		if checked[i] == nil {
			result.Problems = append(result.Problems, c.Watch.unfinished(f.Path))
			continue
		}
		result.Diagnostics = append(result.Diagnostics, checked[i].Diagnostics...)
		result.Skipped = append(result.Skipped, checked[i].Skipped...)
		if checked[i].Template {
			result.Hidden = append(result.Hidden, lint.Hidden{File: f.Path, Reason: "template"})
		}
		result.Problems = append(result.Problems, checked[i].Problems...)
		result.Refused = append(result.Refused, checked[i].Refused...)
	}
	slices.SortStableFunc(result.Diagnostics, func(a, b *lint.Diagnostic) int {
		return cmp.Compare(a.Source.Path, b.Source.Path)
	})
	return result
}

// files reads and checks a few files.
func (c *Checker) files(ctx context.Context, files []File, keep func(i int, out *Checked)) {
	all := make([]*loaded, len(files))
	for i, f := range files {
		all[i] = c.load(f, func() (*lint.Source, error) { return source(f) })
	}
	c.askShellCheck(ctx, all)
	for i, l := range all {
		keep(i, c.check(l))
		all[i] = nil
	}
}

// seen is the file as others see it; nil where it cannot be seen from elsewhere.
func (f File) seen() *lint.Source {
	if src, err := f.Context.Source(path.Base(f.Path)); err == nil && src.Path == f.Path {
		return src
	}
	return nil
}

// source is the file with these bytes: as others see it, if they see the same.
func (f File) source(src []byte) *lint.Source {
	if seen := f.seen(); seen != nil && bytes.Equal(seen.Bytes, src) {
		return seen
	}
	return lint.NewSource(f.Path, src)
}

// source reads a file.
func source(f File) (*lint.Source, error) {
	src, err := Read(f)
	if err != nil {
		return nil, err
	}
	return f.source(src), nil
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

// runBound finds the files that are past what a run may have, such as findings, while
// the run goes on: which they are depends on the order of the files alone, not on the
// order in which they are done.
type runBound struct {
	most int
	// counts is a Fenwick tree over what the files that are done have.
	counts []int
	isDone []bool
	// from is the first file that is cut, and all after it.
	from int
	cut  func(i int)
}

func newRunBound(n, most int, cut func(i int)) *runBound {
	return &runBound{most: most, counts: make([]int, n+1), isDone: make([]bool, n), from: n, cut: cut}
}

// done counts what a file has, and cuts what is now known to be too much.
func (b *runBound) done(i, count int) {
	b.isDone[i] = true
	for at := i + 1; at < len(b.counts); at += at & -at {
		b.counts[at] += count
	}
	first := b.firstOver()
	for j := first; j < b.from; j++ {
		if b.isDone[j] {
			b.cut(j)
		}
	}
	if i >= b.from {
		b.cut(i)
	}
	b.from = min(b.from, first)
}

// firstOver is the first file with which the sum is over the limit.
func (b *runBound) firstOver() int {
	at, left := 0, b.most
	step := 1
	for step*2 < len(b.counts) {
		step *= 2
	}
	for ; step > 0; step /= 2 {
		if next := at + step; next < len(b.counts) && b.counts[next] <= left {
			at, left = next, left-b.counts[next]
		}
	}
	return at
}

// weight is as how many findings of a run those of a file count: more than one for
// one with much text.
func (out *Checked) weight() int {
	n := len(out.Diagnostics)
	return n + max(textOf(out.Diagnostics)-n*limits.FindingText, 0)/limits.FindingText
}

// textOf is the size of what findings say and would write, in bytes.
func textOf(all []*lint.Diagnostic) (bytes int) {
	for _, d := range all {
		bytes += findingBytes(&d.Finding)
	}
	return bytes
}

// shorten leaves the most severe findings of a file whose run has too many, and of
// these no more than have the usual length together.
func (c *Checker) shorten(f File, out *Checked) {
	if len(out.Diagnostics) == 0 {
		return
	}
	src := out.Diagnostics[0].Source
	extra := out.cut(limits.FurtherFindings)
	for n := len(out.Diagnostics); textOf(out.Diagnostics) > limits.FurtherFindings*limits.FindingText; n-- {
		out.Diagnostics = out.Diagnostics[:n-1]
		extra++
	}
	if extra > 0 {
		out.bytes = 0
		c.limit(out, src, f.Policy, fmt.Sprintf("the run has more than %d findings: %d of this file, the least severe, are not shown; fix or ignore the others first, or lint fewer files at once", limits.RunFindings, extra))
	}
	slices.SortStableFunc(out.Diagnostics, compareDiagnostics)
}
