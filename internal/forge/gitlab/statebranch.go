package gitlab

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/forge/wire"
	"github.com/dockmend/dockmend/internal/review"
)

// stateTries is how often a run tries to write where others do as well.
const stateTries = 5

// LoadState reads what earlier runs remember. GitLab's API makes no branch without the files
// of another one, so that this one begins at the default branch and has its file besides.
func (c *Client) LoadState(ctx context.Context) (*review.State, error) {
	s, _, err := c.loadState(ctx)
	return s, err
}

// loadState also says the commit that wrote it last; empty where there is no branch.
func (c *Client) loadState(ctx context.Context) (s *review.State, last string, err error) {
	s = &review.State{Version: 1}
	tip, err := c.tip(ctx, review.StateBranch)
	switch {
	case err != nil:
		return s, "", err
	case tip == nil:
		return s, "", review.ErrNoState
	}
	file, _, err := c.api.RepositoryFiles.GetFile(c.project, statePath, &gitlab.GetFileOptions{Ref: &tip.ID}, gitlab.WithContext(ctx))
	switch {
	case isMissing(err):
		return s, tip.ID, review.ErrNoState
	case err != nil:
		return s, tip.ID, fmt.Errorf("read %s: %w", statePath, explain(err))
	}
	src, err := base64.StdEncoding.DecodeString(file.Content)
	if err != nil {
		return s, file.LastCommitID, fmt.Errorf("read %s: %w", statePath, err)
	}
	s, err = review.ParseState(src)
	return s, file.LastCommitID, err
}

// statePath is beside the files of the default branch, so that it has a name of its own.
const statePath = ".dockmend/" + review.StateFile

// SaveState changes what is remembered. A commit names the one that it was made after, so
// that of two runs at once the later one starts again with what the other wrote.
func (c *Client) SaveState(ctx context.Context, change func(*review.State)) error {
	for range stateTries {
		s, tip, err := c.loadState(ctx)
		if err != nil && !errors.Is(err, review.ErrNoState) && !errors.Is(err, review.ErrBadState) {
			return err
		}
		before, marshalErr := s.Write()
		if marshalErr != nil {
			return marshalErr
		}
		change(s)
		after, marshalErr := s.Write()
		if marshalErr != nil {
			return marshalErr
		}
		if err == nil && bytes.Equal(before, after) {
			return nil
		}
		err = c.writeState(ctx, tip, errors.Is(err, review.ErrNoState), string(after))
		switch kind, pause := failureOf(err); {
		case err == nil:
			return nil
		case kind == wire.Unclear || kind == wire.Limited:
			if err := c.wait(ctx, pause); err != nil { // what is there then tells
				return err
			}
		case kind == wire.Invalid: // another run was first
		default:
			return fmt.Errorf("write the branch %s: %w", review.StateBranch, explainFor(err, pushing))
		}
	}
	return fmt.Errorf("write the branch %s: %w", review.StateBranch, &forge.Conflict{What: "other runs keep writing it"})
}

// writeState makes a commit. GitLab refuses one whose file changed after its last commit, a
// file that is there already, and a branch that is.
func (c *Client) writeState(ctx context.Context, tip string, fresh bool, content string) error {
	action := &gitlab.CommitActionOptions{Action: gitlab.Ptr(gitlab.FileUpdate), FilePath: gitlab.Ptr(statePath), Content: &content}
	options := &gitlab.CreateCommitOptions{
		Branch: gitlab.Ptr(review.StateBranch), CommitMessage: gitlab.Ptr("Store what dockmend saw [skip ci]\n"),
		Actions: []*gitlab.CommitActionOptions{action},
	}
	if fresh {
		action.Action = gitlab.Ptr(gitlab.FileCreate)
	} else {
		action.LastCommitID = &tip
	}
	if tip == "" {
		project, _, err := c.api.Projects.GetProject(c.project, nil, gitlab.WithContext(ctx))
		if err != nil {
			return err
		}
		options.StartBranch = &project.DefaultBranch
	}
	_, _, err := c.api.Commits.CreateCommit(c.project, options, gitlab.WithContext(ctx))
	return err
}
