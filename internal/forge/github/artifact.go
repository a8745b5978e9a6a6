package github

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

// FindPull finds the open pull request whose head a run was for, and completes
// the event by it. What the run's own files say of it is not asked.
func (c *Client) FindPull(ctx context.Context, e *forge.Event) error {
	owner, _, _ := strings.Cut(e.Run.Repository, "/")
	opts := &github.PullRequestListOptions{State: "open", Head: owner + ":" + e.Run.Branch, ListOptions: github.ListOptions{PerPage: perPage}}
	pulls, _, err := c.api.PullRequests.List(ctx, c.owner, c.name, opts)
	if err != nil {
		return fmt.Errorf("find the pull request of %s: %w", review.Short(e.Run.Head), explain(err))
	}
	for _, pull := range pulls {
		head := pull.GetHead()
		if head.GetSHA() != e.Run.Head || head.GetRepo().GetFullName() != e.Run.Repository || pull.GetNumber() <= 0 {
			continue
		}
		e.Number = pull.GetNumber()
		return readPull(e, pull)
	}
	return fmt.Errorf("%w: no open pull request has %s as its head now", forge.ErrSuperseded, review.Short(e.Run.Head))
}

// ReadArtifact reads the handoff of the run before, out of an artifact of this
// name.
func (c *Client) ReadArtifact(ctx context.Context, run *forge.Run, name string) ([]byte, error) {
	list, _, err := c.api.Actions.ListWorkflowRunArtifacts(ctx, c.owner, c.name, run.ID, &github.ListOptions{PerPage: perPage})
	if err != nil {
		return nil, fmt.Errorf("list the artifacts of the previous run: %w", explainFor(err, "actions: read"))
	}
	for _, a := range list.Artifacts {
		if a.GetName() != name || a.GetExpired() {
			continue
		}
		if a.GetSizeInBytes() > review.MaxHandoff {
			return nil, fmt.Errorf("the artifact %s has more than %d bytes", name, review.MaxHandoff)
		}
		request, err := c.api.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/actions/artifacts/%d/zip", c.owner, c.name, a.GetID()), nil)
		if err != nil {
			return nil, err
		}
		packed := &boundedBuffer{left: review.MaxHandoff}
		if _, err := c.api.Do(ctx, request, packed); err != nil {
			return nil, fmt.Errorf("read the artifact %s: %w", name, explainFor(err, "actions: read"))
		}
		return unzip(packed.Bytes())
	}
	return nil, fmt.Errorf("the previous run has no artifact %q", name)
}

// boundedBuffer takes so many bytes and then fails.
type boundedBuffer struct {
	bytes.Buffer
	left int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("it is too long")
	}
	return b.Buffer.Write(p)
}

// unzip reads the one file that is wanted; where the archive would put the
// others does not matter, for nothing is unpacked.
func unzip(packed []byte) ([]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fmt.Errorf("the artifact is not a zip archive: %w", err)
	}
	for _, f := range archive.File {
		if f.Name != review.HandoffFile {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("the artifact's %s: %w", review.HandoffFile, err)
		}
		src, err := io.ReadAll(io.LimitReader(r, review.MaxHandoff+1))
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("the artifact's %s: %w", review.HandoffFile, err)
		}
		return src, nil
	}
	return nil, fmt.Errorf("the artifact has no %s", review.HandoffFile)
}
