package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

// stateTries is how often a run tries to write where others do as well.
const stateTries = 5

// LoadState reads what earlier runs remember: an empty state and ErrNoState where
// there is none, or another error where it cannot be read.
func (c *Client) LoadState(ctx context.Context) (*review.State, error) {
	s, _, err := c.loadState(ctx)
	return s, err
}

func (c *Client) loadState(ctx context.Context) (s *review.State, tip string, err error) {
	s = &review.State{Version: 1}
	if tip, err = c.tip(ctx, review.StateBranch); err != nil {
		return s, "", err
	}
	if tip == "" {
		return s, "", review.ErrNoState
	}
	src, err := c.ReadFile(ctx, review.StateFile, tip)
	if errors.Is(err, fs.ErrNotExist) {
		return s, tip, review.ErrNoState
	}
	if err != nil {
		return s, tip, err
	}
	s, err = review.ParseState(src)
	return s, tip, err
}

// SaveState changes what is remembered. The branch is moved without force, so
// that of two runs at once, the later one starts again with what the other wrote.
// Nothing is written where nothing changes.
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
		moved, err := c.writeState(ctx, tip, string(after))
		if err != nil {
			return fmt.Errorf("write the branch %s: %w", review.StateBranch, explainFor(err, contentsWrite))
		}
		if !moved {
			return nil
		}
	}
	return fmt.Errorf("write the branch %s: %w", review.StateBranch, &forge.Conflict{What: "other runs keep writing it"})
}

// writeState makes a commit; moved reports whether another run made one in the meantime.
func (c *Client) writeState(ctx context.Context, tip, content string) (moved bool, err error) {
	tree, err := c.makeTree(ctx, "", []gitEntry{{Path: review.StateFile, Mode: "100644", Type: "blob", Content: &content}})
	if err != nil {
		return false, err
	}
	parents := []string{}
	if tip != "" {
		parents = append(parents, tip)
	}
	commit, err := c.makeCommit(ctx, "Store what dockmend saw\n", tree, parents)
	if err != nil {
		return false, err
	}
	if tip == "" {
		err = c.call(ctx, http.MethodPost, "git/refs", map[string]string{"ref": "refs/heads/" + review.StateBranch, "sha": commit}, nil)
	} else {
		err = c.call(ctx, http.MethodPatch, "git/refs/heads/"+review.StateBranch, map[string]any{"sha": commit, "force": false}, nil)
	}
	if err == nil {
		return false, nil
	}
	kind, pause := failureOf(err)
	words := refusalWords(err)
	switch {
	case strings.Contains(words, "already exists"), strings.Contains(words, "fast forward"), strings.Contains(words, "does not exist"):
		return true, nil
	case kind == unclear, kind == limited:
		return true, c.wait(ctx, pause) // what is there now tells
	}
	return false, err
}
