// Package gitdiff tells which lines of a work tree changed since a commit. It reads
// the commit as data, by internal/git, so that no setting, attribute or filter of the
// repository has a say in what counts as changed.
package gitdiff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/earlier"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/git"
	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/text"
)

// maxBlob is the size in bytes up to which a file of a commit is compared; a larger one
// counts as changed in every line.
const maxBlob = limits.FileBytes

// Changes maps a path, relative to the work tree's top with slashes, to its
// changed lines. A new file has all its lines.
type Changes map[string][]Range

// MaxRanges is how many ranges of a file are told apart.
const MaxRanges = limits.PatchRanges

// Range is a range of 1-based lines, First and Last included. Last is 0 for
// "to the end".
type Range struct{ First, Last int }

// Touches reports whether a file has a changed line between first and last.
func (c Changes) Touches(path string, first, last int) bool {
	for _, r := range c[path] {
		if (first <= r.Last && r.First <= last) || (r.Last == 0 && last >= r.First) {
			return true
		}
	}
	return false
}

// Comparison holds a work tree against a commit: the merge base of HEAD and another one,
// or that one itself.
type Comparison struct {
	repository *git.Repository
	base, head *git.Commit
	ref        string
}

// Since compares the work tree at root, which is its top folder, with the merge base of
// HEAD and ref.
func Since(ctx context.Context, root *files.Root, ref string) (*Comparison, error) {
	if strings.HasPrefix(ref, "-") || ref == "" {
		return nil, fmt.Errorf("%q is not the name of a commit", ref)
	}
	c, err := Open(root)
	if err != nil {
		return nil, fmt.Errorf("cannot compare with %q: %w", ref, err)
	}
	if err := c.Compare(ctx, ref, true); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot compare with %q: %w", ref, err), c.Close())
	}
	return c, nil
}

// Open reads which commit the work tree at root has; Compare then says with which one it
// is held.
func Open(root *files.Root) (*Comparison, error) {
	repository, err := git.Open(root)
	if err != nil {
		return nil, err
	}
	c := &Comparison{repository: repository}
	if c.head, err = repository.Commit("HEAD"); err != nil {
		return nil, errors.Join(err, repository.Close())
	}
	return c, nil
}

// Head is the commit of the work tree, and its parents as far as the clone knows them.
func (c *Comparison) Head() (commit string, parents []string) {
	for _, p := range c.head.Parents {
		parents = append(parents, p.String())
	}
	return c.head.Hash.String(), parents
}

// Files are those of the work tree's commit, by path.
func (c *Comparison) Files() (map[string]earlier.Entry, error) {
	tree, err := c.repository.Tree(c.head)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]earlier.Entry, len(tree))
	for path, e := range tree {
		entries[path] = earlier.Entry{Hash: e.Hash.String(), Regular: e.Mode.IsFile()}
	}
	return entries, nil
}

// Compare holds the work tree against a commit, or its merge base with that one. The
// errors are those of a clone that does not have it.
func (c *Comparison) Compare(ctx context.Context, commit string, mergeBase bool) (err error) {
	c.ref = commit
	if c.base, err = c.repository.Commit(commit); err != nil || !mergeBase {
		return err
	}
	base, err := c.repository.MergeBase(ctx, c.head.Hash, c.base.Hash)
	if err != nil {
		return err
	}
	c.base, err = c.repository.ReadCommit(base)
	return err
}

// Close closes the repository.
func (c *Comparison) Close() error { return c.repository.Close() }

// Policy reads a file of the base by its path from the work tree's top. The error wraps
// fs.ErrNotExist for one that is not there.
func (c *Comparison) Policy(path string) ([]byte, error) {
	content, ok, err := c.file(c.base, path)
	if err == nil && !ok {
		err = fmt.Errorf("%s at %s: %w", path, c.ref, fs.ErrNotExist)
	}
	return content, err
}

// Tree is the work tree at root as it was at the base, and the paths, in order, that the
// commits since then changed. A file that git does not track was there before, unless
// linted says that it is one of ours.
func (c *Comparison) Tree(root *files.Root, linted func(path string) bool) (tree *earlier.Tree, changed []string, err error) {
	base, err := c.repository.Tree(c.base)
	if err != nil {
		return nil, nil, err
	}
	head, err := c.repository.Tree(c.head)
	if err != nil {
		return nil, nil, err
	}
	tracked, err := c.repository.Tracked()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	entries := make(map[string]earlier.Entry, len(base))
	hashes := map[string]git.Hash{}
	for path, e := range base {
		hash := e.Hash.String()
		entries[path] = earlier.Entry{Hash: hash, Regular: e.Mode.IsFile()}
		hashes[hash] = e.Hash
		if now, ok := head[path]; !ok || now != e {
			changed = append(changed, path)
		}
	}
	for path := range head {
		if _, ok := base[path]; !ok {
			changed = append(changed, path)
		}
	}
	slices.Sort(changed)
	added := func(path string) bool {
		_, committed := head[path]
		return committed || (tracked != nil && tracked.Has(path)) || linted(path)
	}
	blob := func(hash string) ([]byte, error) { return c.repository.Blob(hashes[hash], maxBlob) }
	return earlier.New(root, entries, added, blob), changed, nil
}

// Changed are the lines of a file that changed, by its path from the work tree's top and
// its content now. A file that the commit lacks, one that was moved and one that was no
// file have all their lines.
func (c *Comparison) Changed(path string, now []byte) ([]Range, error) {
	was, ok, err := c.file(c.base, path)
	if err != nil {
		return nil, fmt.Errorf("cannot compare with %q: %s: %w", c.ref, path, err)
	}
	if !ok {
		return []Range{{First: 1}}, nil
	}
	// Where no carriage return was committed, git itself may have written those that
	// are there, as its settings on some systems ask for.
	if head, ok, err := c.file(c.head, path); err == nil && ok && !bytes.Contains(head, []byte("\r\n")) {
		now = bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n"))
	}
	return Lines(now, was), nil
}

// Lines are the lines of a file that a change added or edited, from what it was; all of
// one that is new, whose was is nil.
func Lines(now, was []byte) []Range {
	if was == nil {
		return []Range{{First: 1}}
	}
	return missing(text.ExactLineMap(now, was))
}

// file is a file of a commit; ok is false where there is none, or a huge one.
func (c *Comparison) file(commit *git.Commit, path string) (content []byte, ok bool, err error) {
	e, ok, err := c.repository.File(commit, path)
	if err != nil || !ok || !e.Mode.IsFile() {
		return nil, false, err
	}
	content, err = c.repository.Blob(e.Hash, maxBlob)
	if errors.Is(err, git.ErrTooLarge) {
		return nil, false, nil
	}
	return content, err == nil, err
}

// missing are the lines that stand for no other line.
func missing(to []int) []Range {
	var ranges []Range
	for line := 1; line < len(to); line++ {
		switch last := len(ranges) - 1; {
		case to[line] != 0:
		case last >= 0 && ranges[last].Last == line-1:
			ranges[last].Last = line
		default:
			ranges = append(ranges, Range{First: line, Last: line})
		}
	}
	return ranges
}

// hunk reads the new file's lines of "@@ -a,b +c,d @@"; a pure deletion has
// none, and its Last is before its First. Numbers that no file can have are an error.
func hunk(line string) (Range, error) {
	bad := fmt.Errorf("the hunk header %.80q cannot be parsed", strings.TrimRight(line, "\r\n"))
	fields := strings.Fields(line)
	if len(fields) < 4 || !strings.HasPrefix(fields[2], "+") || fields[3] != "@@" {
		return Range{}, bad
	}
	first, count, found := strings.Cut(fields[2][1:], ",")
	start, err := lineNumber(first)
	n := 1
	if err == nil && found {
		n, err = lineNumber(count)
	}
	if err != nil || (start == 0 && n > 0) {
		return Range{}, bad
	}
	return Range{First: start, Last: start + n - 1}, nil
}

// lineNumber reads a number of a hunk header. Whoever sends a patch may send any
// number: no sign is taken, and no sum of two overflows.
func lineNumber(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 30)
	return int(n), err
}

// Added are the new file's lines that a patch adds: hunks with context lines,
// as GitHub's API gives them, without a header of the file. Of a patch with more
// than MaxRanges of them the whole file is the answer: what is not looked at in
// detail counts as changed. Hunks that are not in order, or have not as many lines
// as their header says, are an error.
func Added(patch string) ([]Range, error) {
	var added []Range
	at := Range{Last: -1} // what is left of the hunk
	for text := range strings.Lines(patch) {
		switch {
		case strings.HasPrefix(text, "@@ "):
			r, err := hunk(text)
			switch {
			case err != nil:
				return nil, err
			case at.First <= at.Last:
				return nil, errShortHunk
			case r.First < at.First:
				return nil, fmt.Errorf("the hunk %.80q is before an earlier one", strings.TrimSuffix(text, "\n"))
			}
			at = r
			continue
		case strings.HasPrefix(text, "-"), strings.HasPrefix(text, `\`): // "\ No newline at end of file"
			continue
		case at.First > at.Last:
			return nil, errLongHunk
		case len(added) > MaxRanges:
			return []Range{{First: 1}}, nil
		case !strings.HasPrefix(text, "+"):
		case len(added) > 0 && added[len(added)-1].Last == at.First-1:
			added[len(added)-1].Last = at.First
		default:
			added = append(added, Range{First: at.First, Last: at.First})
		}
		at.First++
	}
	if at.First <= at.Last {
		return nil, errShortHunk
	}
	return added, nil
}

var (
	errShortHunk = errors.New("a hunk has fewer lines than its header says")
	errLongHunk  = errors.New("a hunk has more lines than its header says")
)
