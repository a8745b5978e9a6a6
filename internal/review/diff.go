package review

import (
	"context"
	"fmt"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/gitdiff"
	"github.com/dockmend/dockmend/internal/text"
)

// Status is what a change does to a file.
type Status uint8

// What a change does to a file; a copy is as good as a modified one.
const (
	Modified Status = iota
	Added
	Removed
	// Moved is set for a file that has another path than before.
	Moved
	Unchanged
)

// FileChange is what a change does to one file.
type FileChange struct {
	// Path is the file's in the head, Was the one before of a moved file.
	Path, Was string
	Status    Status
	// Blob is the hash of the file's content in the head; empty where the platform does not
	// say it.
	Blob string
	// Patch has the hunks of the file's diff, without a header; it is empty where the
	// platform shows none (binary, too large).
	Patch string
	// Lines is how many lines changed.
	Lines int
}

// Diff is what changed between two commits, by the path in the later one.
type Diff struct {
	platform Platform
	files    map[string]FileChange
	// moved has the path in the later commit of a file that was moved.
	moved map[string]string
	// read reads a changed file of the head; heads are those that it has read, by path.
	read  func(ctx context.Context, f FileChange) ([]byte, error)
	heads map[string][]byte
}

// NewDiff makes the diff of changed files; read reads one of them as the head has it.
func NewDiff(platform Platform, changed []FileChange, read func(ctx context.Context, f FileChange) ([]byte, error)) *Diff {
	d := &Diff{
		platform: platform, files: make(map[string]FileChange, len(changed)), moved: map[string]string{}, read: read,
		heads: map[string][]byte{},
	}
	for _, f := range changed {
		d.files[f.Path] = f
		if f.Status == Moved {
			d.moved[f.Was] = f.Path
		}
	}
	return d
}

// Changed tells which lines of a file changed, as lines of the checkout, which
// on a pull request is the merge of head and base. Where that file is the
// head's, byte for byte, the patch says it; else the head's is read and lines
// are matched. A file without a patch (binary, too large) changed as a whole.
func (d *Diff) Changed(ctx context.Context, path string, checkout []byte) ([]gitdiff.Range, error) {
	file, ok := d.files[path]
	if !ok {
		return nil, nil
	}
	whole := []gitdiff.Range{{First: 1}}
	switch file.Status {
	case Removed, Unchanged:
		return nil, nil
	case Added:
		return whole, nil
	case Modified, Moved:
	}
	if file.Patch == "" {
		if file.Status == Moved && file.Lines == 0 {
			return nil, nil // as it was
		}
		return whole, nil
	}
	ranges, err := gitdiff.Added(file.Patch)
	if err != nil {
		return nil, fmt.Errorf("the patch of %s: %w", path, err)
	}
	if file.is(checkout) {
		return ranges, nil
	}
	head, err := d.head(ctx, file)
	if err != nil {
		return nil, err
	}
	return mapped(ranges, text.LineMap(head, checkout)), nil
}

// is reports whether the head's file is known to have this content.
func (f *FileChange) is(content []byte) bool {
	return f.Blob != "" && files.BlobHash(content, len(f.Blob)) == f.Blob
}

// head reads a file of the head, once.
func (d *Diff) head(ctx context.Context, f FileChange) ([]byte, error) {
	if content, ok := d.heads[f.Path]; ok {
		return content, nil
	}
	content, err := d.read(ctx, f)
	if err == nil {
		d.heads[f.Path] = content
	}
	return content, err
}

// mapped are the ranges' lines that the checkout has too.
func mapped(ranges []gitdiff.Range, to []int) []gitdiff.Range {
	var out []gitdiff.Range
	for _, r := range ranges {
		for line := r.First; line <= min(r.Last, len(to)-1); line++ {
			if at := to[line]; at > 0 {
				out = append(out, gitdiff.Range{First: at, Last: at})
			}
		}
	}
	return out
}

// Paths lists the files that the change leaves behind, in no order.
func (d *Diff) Paths() []string {
	var all []string
	for name, f := range d.files {
		if f.Status != Removed {
			all = append(all, name)
		}
	}
	return all
}

// Has reports whether the change leaves a file behind that it touched.
func (d *Diff) Has(name string) bool {
	f, ok := d.files[name]
	return ok && f.Status != Removed
}

// Lost reports whether the change removed or moved away a file of that name.
func (d *Diff) Lost(name string) bool {
	_, moved := d.moved[name]
	f, ok := d.files[name]
	return moved || (ok && f.Status == Removed)
}

// Head reads a changed file as the head has it.
func (d *Diff) Head(ctx context.Context, name string) ([]byte, error) {
	file, ok := d.files[name]
	if !ok {
		return nil, fmt.Errorf("%s did not change", name)
	}
	return d.head(ctx, file)
}
