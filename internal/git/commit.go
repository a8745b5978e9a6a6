package git

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/limits"
)

// Errors of the history.
var (
	// ErrNoBase is wrapped where two commits have no common ancestor in this clone.
	ErrNoBase = errors.New("they have no common ancestor in this clone")
	// ErrSeveralBases is wrapped where two commits have several common ancestors, none
	// of which comes before another.
	ErrSeveralBases = errors.New("they have several merge bases")
)

const (
	// maxCommit and maxTree are sizes of objects in bytes.
	maxCommit = 1 << 20
	maxTree   = 16 << 20
	// maxTags is how many tags may stand on each other.
	maxTags = 16
)

// Commit is a commit.
type Commit struct {
	Hash, Tree Hash
	// Parents are empty at the end of a shallow clone.
	Parents []Hash
	// Time is when it was committed, in seconds since 1970.
	Time int64
}

// ReadCommit reads the commit with a hash. The errors wrap ErrMissing or ErrDamaged.
func (r *Repository) ReadCommit(h Hash) (*Commit, error) {
	k, content, err := r.object(h, maxCommit)
	if err == nil && k != kindCommit {
		err = fmt.Errorf("%w: %s is a %s instead of a commit", ErrDamaged, h, k.name())
	}
	if err != nil {
		return nil, err
	}
	c := &Commit{Hash: h}
	hasTree := false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			break
		}
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "tree":
			c.Tree, hasTree = parseHash(rest)
		case "parent":
			p, ok := parseHash(rest)
			if !ok {
				return nil, fmt.Errorf("%w: commit %s has a parent without a hash", ErrDamaged, h)
			}
			c.Parents = append(c.Parents, p)
		case "committer":
			if fields := strings.Fields(rest); len(fields) >= 2 {
				c.Time, _ = strconv.ParseInt(fields[len(fields)-2], 10, 64) // 0 where it is none
			}
		}
	}
	if !hasTree {
		return nil, fmt.Errorf("%w: commit %s has no tree", ErrDamaged, h)
	}
	if r.shallow[h] {
		c.Parents = nil
	}
	return c, nil
}

// peel reads the commit of an object that is one, or a tag of one.
func (r *Repository) peel(h Hash) (*Commit, error) {
	for range maxTags {
		k, content, err := r.object(h, maxCommit)
		switch {
		case err != nil:
			return nil, err
		case k == kindCommit:
			return r.ReadCommit(h)
		case k != kindTag:
			return nil, fmt.Errorf("%w: %s is a %s", ErrUnknown, h, k.name())
		}
		target, _, _ := strings.Cut(strings.TrimPrefix(string(content), "object "), "\n")
		next, ok := parseHash(target)
		if !ok {
			return nil, fmt.Errorf("%w: tag %s has no object", ErrDamaged, h)
		}
		h = next
	}
	return nil, fmt.Errorf("%w: too many tags point to each other", ErrDamaged)
}

// MergeBase finds the best common ancestor of two commits. The error wraps ErrNoBase
// or ErrSeveralBases where there is not exactly one.
func (r *Repository) MergeBase(ctx context.Context, a, b Hash) (Hash, error) {
	read := 0
	bases, err := r.bases(ctx, a, b, &read)
	switch {
	case err != nil:
		return Hash{}, err
	case len(bases) > limits.HistoryBases:
		return Hash{}, ErrSeveralBases
	}
	// Where clocks are wrong, one of them may be an ancestor of another.
	for i := 0; len(bases) > 1 && i < len(bases); {
		before := false
		for j, other := range bases {
			if i == j {
				continue
			}
			common, err := r.bases(ctx, bases[i], other, &read)
			if err != nil {
				return Hash{}, err
			}
			before = before || (len(common) == 1 && common[0] == bases[i])
		}
		if before {
			bases = append(bases[:i:i], bases[i+1:]...)
		} else {
			i++
		}
	}
	switch {
	case len(bases) == 1:
		return bases[0], nil
	case len(bases) > 1:
		return Hash{}, ErrSeveralBases
	case r.IsShallow():
		return Hash{}, fmt.Errorf("%w, which is a shallow one; fetch more of its history", ErrNoBase)
	}
	return Hash{}, ErrNoBase
}

// Which of two commits another one is an ancestor of, or it itself. What comes before
// a common ancestor is no good base.
const (
	ofFirst = 1 << iota
	ofSecond
	beforeBase
)

// bases walks the history of both commits, the latest first, until only ancestors of
// common ancestors are left. read counts commits and their parents, for all walks of a
// question.
func (r *Repository) bases(ctx context.Context, a, b Hash, read *int) ([]Hash, error) {
	marks, commits := map[Hash]uint8{}, map[Hash]*Commit{}
	queue := &byTime{}
	open := 0 // commits in the queue that come before no base
	add := func(h Hash, mark uint8) error {
		old := marks[h]
		if old|mark == old {
			return nil
		}
		marks[h] = old | mark
		c := commits[h]
		if c == nil {
			var err error
			if c, err = r.ReadCommit(h); err != nil {
				return err
			}
			commits[h] = c
		}
		heap.Push(queue, queued{c, old | mark})
		if (old|mark)&beforeBase == 0 {
			open++
		}
		return nil
	}
	if err := errors.Join(add(a, ofFirst), add(b, ofSecond)); err != nil {
		return nil, err
	}
	found := map[Hash]bool{}
	for open > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if *read > limits.HistoryCommits {
			return nil, fmt.Errorf("the history of more than %d commits was not followed", limits.HistoryCommits)
		}
		next := heap.Pop(queue).(queued)
		*read += max(1, len(next.commit.Parents))
		if next.mark&beforeBase == 0 {
			open--
		}
		mark := marks[next.commit.Hash]
		if mark != next.mark {
			continue // it stands in the queue with all its marks too
		}
		if mark == ofFirst|ofSecond {
			found[next.commit.Hash] = true
			mark |= beforeBase
		}
		for _, p := range next.commit.Parents {
			if err := add(p, mark); err != nil {
				return nil, err
			}
		}
	}
	var bases []Hash
	for h := range found {
		if marks[h]&beforeBase == 0 {
			bases = append(bases, h)
		}
	}
	return bases, nil
}

type queued struct {
	commit *Commit
	mark   uint8
}

// byTime is a heap of commits, the latest first.
type byTime []queued

func (q byTime) Len() int           { return len(q) }
func (q byTime) Less(i, j int) bool { return q[i].commit.Time > q[j].commit.Time }
func (q byTime) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *byTime) Push(x any) { *q = append(*q, x.(queued)) }

// Pop implements heap.Interface.
func (q *byTime) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// Mode is the mode of a path in a tree or the index.
type Mode uint32

// The modes that git has.
const (
	ModeFolder    Mode = 0o040000
	ModeFile      Mode = 0o100644
	ModeProgram   Mode = 0o100755
	ModeLink      Mode = 0o120000
	ModeSubmodule Mode = 0o160000
)

// IsFile reports whether it is the mode of a regular file.
func (m Mode) IsFile() bool { return m&0o170000 == 0o100000 }

// Entry is what a path stands for.
type Entry struct {
	Mode Mode
	Hash Hash
}

// File finds a path in a commit; ok is false where the commit has none such.
func (r *Repository) File(c *Commit, name string) (e Entry, ok bool, err error) {
	e = Entry{ModeFolder, c.Tree}
	for part := range strings.SplitSeq(name, "/") {
		if e.Mode != ModeFolder {
			return Entry{}, false, nil
		}
		entries, _, err := r.folder(e.Hash)
		if err != nil {
			return Entry{}, false, err
		}
		if e, ok = entries[part]; !ok {
			return Entry{}, false, nil
		}
	}
	return e, true, nil
}

// Tree lists the files of a commit by their paths, folders left out, and what lies more
// than 128 folders deep too. The error says so where there are more than a million, or
// where their trees or paths have more than 128 MiB.
func (r *Repository) Tree(c *Commit) (map[string]Entry, error) {
	all := map[string]Entry{}
	read, size := 0, 0
	var walk func(dir string, h Hash, depth int) error
	walk = func(dir string, h Hash, depth int) error {
		if depth > limits.HistoryDepth {
			return nil
		}
		entries, n, err := r.folder(h)
		if err != nil {
			return err
		}
		// A few objects can stand for any number of folders.
		size += n
		if read += 1 + len(entries); read > limits.HistoryFiles || size > limits.HistoryPaths {
			return fmt.Errorf("%w: more than %d files, or very long paths", ErrUnsupported, limits.HistoryFiles)
		}
		for name, e := range entries {
			at := path.Join(dir, name)
			size += len(at)
			if e.Mode == ModeFolder {
				if err := walk(at, e.Hash, depth+1); err != nil {
					return err
				}
				continue
			}
			all[at] = e
		}
		return nil
	}
	return all, walk("", c.Tree, 0)
}

// folder reads a tree, which has size bytes. Names that no folder of a disk can have are
// left out.
func (r *Repository) folder(h Hash) (entries map[string]Entry, size int, err error) {
	k, content, err := r.object(h, maxTree)
	if err == nil && k != kindTree {
		err = fmt.Errorf("%w: %s is a %s instead of a folder", ErrDamaged, h, k.name())
	}
	if err != nil {
		return nil, 0, err
	}
	entries, size = map[string]Entry{}, len(content)
	for len(content) > 0 {
		end := bytes.IndexByte(content, 0)
		if end < 0 || len(content) < end+1+len(h) {
			return nil, 0, fmt.Errorf("%w: tree %s ends early", ErrDamaged, h)
		}
		digits, name, _ := strings.Cut(string(content[:end]), " ")
		mode, err := strconv.ParseUint(digits, 8, 32)
		if err != nil {
			return nil, 0, fmt.Errorf("%w: tree %s has a mode %.16q", ErrDamaged, h, digits)
		}
		e := Entry{Mode: Mode(mode)}
		copy(e.Hash[:], content[end+1:])
		content = content[end+1+len(h):]
		if name != "" && name != "." && name != ".." && !strings.Contains(name, "/") {
			entries[name] = e
		}
	}
	return entries, size, nil
}
