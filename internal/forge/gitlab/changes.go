package gitlab

import (
	"context"
	"crypto/sha1" //nolint:gosec // GitLab names lines by it
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

const (
	// versionTries is how often a run asks for the diff of a merge request, which GitLab
	// makes some time after the push, and versionPause the time between.
	versionTries = 4
	versionPause = 3 * time.Second
)

// version is what a merge request changes, as of one push: a discussion stands on the lines
// of a version, and GitLab carries it on to later ones.
type version struct {
	base, start, head string
	files             map[string]*gitlab.Diff
}

// Diff is what the event's commits changed.
func (c *Client) Diff(ctx context.Context, e *forge.Event) (*review.Diff, error) {
	var changed []*gitlab.Diff
	switch {
	case e.PullRequest():
		v, err := c.version(ctx, e)
		if err != nil {
			return nil, err
		}
		for _, f := range v.files {
			changed = append(changed, f)
		}
	case e.Base == "" || e.Head == "":
		return nil, forge.ErrNoDiff
	default:
		compared, _, err := c.api.Repositories.Compare(c.project, &gitlab.CompareOptions{From: &e.Base, To: &e.Head}, gitlab.WithContext(ctx))
		if err != nil {
			return nil, fmt.Errorf("compare %s with %s: %w", review.Short(e.Base), review.Short(e.Head), explain(err))
		}
		if compared.CompareTimeout {
			return nil, fmt.Errorf("compare %s with %s: GitLab took too long", review.Short(e.Base), review.Short(e.Head))
		}
		changed = compared.Diffs
	}
	files := make([]review.FileChange, len(changed))
	for i, f := range changed {
		files[i] = review.FileChange{Path: f.NewPath, Was: f.OldPath, Status: statusOf(f), Patch: f.Diff, Lines: strings.Count(f.Diff, "\n")}
	}
	return review.NewDiff(platform(), files, func(ctx context.Context, f review.FileChange) ([]byte, error) {
		return c.ReadFile(ctx, f.Path, e.Head)
	}), nil
}

func statusOf(f *gitlab.Diff) review.Status {
	switch {
	case f.NewFile:
		return review.Added
	case f.DeletedFile:
		return review.Removed
	case f.RenamedFile:
		return review.Moved
	}
	return review.Modified
}

// version is the one of the event's head. GitLab makes it some time after the push.
func (c *Client) version(ctx context.Context, e *forge.Event) (*version, error) {
	c.mu.Lock()
	known := c.versions[e.Head]
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	for try := 1; ; try++ {
		v, err := c.findVersion(ctx, e)
		if err != nil {
			return nil, err
		}
		if v != nil {
			c.mu.Lock()
			c.versions[e.Head] = v
			c.mu.Unlock()
			return v, nil
		}
		if try == versionTries {
			return nil, fmt.Errorf("GitLab has no diff of merge request %d at %s", e.Number, review.Short(e.Head))
		}
		if err := c.wait(ctx, versionPause); err != nil {
			return nil, err
		}
	}
}

// findVersion is nil where there is none yet.
func (c *Client) findVersion(ctx context.Context, e *forge.Event) (*version, error) {
	newest := &gitlab.GetMergeRequestDiffVersionsOptions{ListOptions: gitlab.ListOptions{PerPage: perPage}}
	all, _, err := c.api.MergeRequests.GetMergeRequestDiffVersions(c.project, int64(e.Number), newest, gitlab.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("list the versions of merge request %d: %w", e.Number, explain(err))
	}
	for _, listed := range all { // the newest first: a target that moved makes one of the same head
		if listed.HeadCommitSHA != e.Head || listed.State == "empty" {
			continue
		}
		whole, _, err := c.api.MergeRequests.GetSingleMergeRequestDiffVersion(c.project, int64(e.Number), listed.ID, nil, gitlab.WithContext(ctx))
		if err != nil {
			return nil, fmt.Errorf("read the changes of merge request %d: %w", e.Number, explain(err))
		}
		v := &version{base: whole.BaseCommitSHA, start: whole.StartCommitSHA, head: whole.HeadCommitSHA, files: map[string]*gitlab.Diff{}}
		size, err := strconv.Atoi(whole.RealSize) // "1000+" for a list that was cut
		if err != nil || size > len(whole.Diffs) {
			return nil, fmt.Errorf("merge request %d changes %.10q files, and GitLab lists %d", e.Number, whole.RealSize, len(whole.Diffs))
		}
		if !review.IsCommit(v.base) || !review.IsCommit(v.start) {
			return nil, fmt.Errorf("read the changes of merge request %d: GitLab names no base", e.Number)
		}
		for _, f := range whole.Diffs {
			v.files[f.NewPath] = f
		}
		return v, nil
	}
	return nil, nil
}

// place is a line of a diff: its number in the head's file, that in the base's, or where the
// base's count stands for a line that is new.
type place struct {
	now, was int
	added    bool
}

// code is GitLab's name of the line.
func (p place) code(path string) string {
	sum := sha1.Sum([]byte(path)) //nolint:gosec // see the import
	return fmt.Sprintf("%s_%d_%d", hex.EncodeToString(sum[:]), p.was, p.now)
}

// placeOf finds a line of the head's file in a patch that review has read before.
func placeOf(patch string, line int) (place, bool) {
	var at place
	for text := range strings.Lines(patch) {
		switch {
		case strings.HasPrefix(text, "@@ "):
			var ok bool
			if at, ok = hunkStart(text); !ok {
				return place{}, false
			}
		case strings.HasPrefix(text, `\`):
		case strings.HasPrefix(text, "-"):
			at.was++
		case strings.HasPrefix(text, "+"):
			if at.now == line {
				at.added = true
				return at, true
			}
			at.now++
		default:
			if at.now == line {
				return at, true
			}
			at.now, at.was = at.now+1, at.was+1
		}
	}
	return place{}, false
}

// hunkStart reads where a hunk begins in both files. One that has no line of a file is
// named by the line before it.
func hunkStart(header string) (place, bool) {
	fields := strings.Fields(header)
	if len(fields) < 3 {
		return place{}, false
	}
	number := func(field, sign string) (int, bool) {
		start, count, _ := strings.Cut(strings.TrimPrefix(field, sign), ",")
		n, err := strconv.Atoi(start)
		if count == "0" {
			n++
		}
		return n, err == nil
	}
	was, ok := number(fields[1], "-")
	now, both := number(fields[2], "+")
	return place{now: now, was: was}, ok && both
}

// position is where a comment stands. An unchanged line needs its number in both files.
func (v *version) position(c *review.Comment) (*gitlab.PositionOptions, error) {
	f := v.files[c.Path]
	if f == nil {
		return nil, fmt.Errorf("the merge request does not change %s", c.Path)
	}
	at := &gitlab.PositionOptions{
		BaseSHA: &v.base, StartSHA: &v.start, HeadSHA: &v.head, NewPath: &f.NewPath, OldPath: &f.OldPath, PositionType: gitlab.Ptr("text"),
	}
	if c.First == 0 {
		at.PositionType = gitlab.Ptr("file")
		return at, nil
	}
	first, ok := placeOf(f.Diff, c.First)
	last, both := placeOf(f.Diff, c.Last)
	if !ok || !both {
		return nil, fmt.Errorf("lines %d to %d of %s are not in the diff", c.First, c.Last, c.Path)
	}
	at.NewLine = gitlab.Ptr(int64(last.now))
	if !last.added {
		at.OldLine = gitlab.Ptr(int64(last.was))
	}
	if c.First < c.Last {
		at.LineRange = &gitlab.LineRangeOptions{Start: rangeEnd(first, f.NewPath), End: rangeEnd(last, f.NewPath)}
	}
	return at, nil
}

func rangeEnd(p place, path string) *gitlab.LinePositionOptions {
	end := &gitlab.LinePositionOptions{LineCode: gitlab.Ptr(p.code(path)), NewLine: gitlab.Ptr(int64(p.now))}
	if p.added {
		end.Type = gitlab.Ptr("new")
	} else {
		end.OldLine = gitlab.Ptr(int64(p.was))
	}
	return end
}
