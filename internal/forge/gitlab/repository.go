package gitlab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"

	gitlab "gitlab.com/gitlab-org/api/client-go"

	"github.com/dockmend/dockmend/internal/review"
)

// treePages bounds how many pages of a folder are read.
const treePages = 20

// tip is a branch's commit, nil for a branch that is not there.
func (c *Client) tip(ctx context.Context, branch string) (*gitlab.Commit, error) {
	var b *gitlab.Branch
	err := c.repeat(ctx, func() (err error) {
		b, _, err = c.api.Branches.GetBranch(c.project, branch, gitlab.WithContext(ctx))
		return err
	})
	switch {
	case isMissing(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read the branch %s: %w", branch, explain(err))
	case b.Commit == nil || !review.IsCommit(b.Commit.ID):
		return nil, fmt.Errorf("read the branch %s: GitLab names no commit", branch)
	}
	return b.Commit, nil
}

// tipCommit is that of a branch, with the files that it changes in the place of its tree:
// GitLab's API does not say a commit's tree.
func (c *Client) tipCommit(ctx context.Context, branch string) (*review.Commit, error) {
	tip, err := c.tip(ctx, branch)
	if err != nil || tip == nil {
		return nil, err
	}
	commit := &review.Commit{SHA: tip.ID, Parents: tip.ParentIDs, Message: tip.Message, Author: tip.AuthorName}
	var paths []string
	options := &gitlab.GetCommitDiffOptions{ListOptions: gitlab.ListOptions{PerPage: perPage, Page: 1}}
	for options.Page > 0 {
		changed, answer, err := c.api.Commits.GetCommitDiff(c.project, tip.ID, options, gitlab.WithContext(ctx))
		if err != nil {
			return nil, fmt.Errorf("read commit %s: %w", review.Short(tip.ID), explain(err))
		}
		for _, f := range changed {
			paths = append(paths, f.NewPath)
		}
		options.Page = answer.NextPage
		if len(paths) > treePages*perPage {
			return commit, nil // one of ours has less
		}
	}
	there, err := c.entries(ctx, tip.ID, paths)
	if err != nil {
		return nil, err
	}
	commit.Tree = treeOf(paths, there)
	return commit, nil
}

// treeOf names the files that a commit leaves behind of those that it changes.
func treeOf(paths []string, there map[string]review.Entry) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(slices.Values(paths)) {
		e := there[name]
		_, _ = fmt.Fprintf(hash, "%s %s\x00%s\n", e.Mode, name, e.SHA)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// entries finds files of a commit, folder by folder. One that is not there is left out.
func (c *Client) entries(ctx context.Context, commit string, paths []string) (map[string]review.Entry, error) {
	folders := map[string][]string{}
	for _, name := range paths {
		folders[path.Dir(name)] = append(folders[path.Dir(name)], name)
	}
	c.budget.Allow(len(folders)) // their number is bounded by the plan's
	found := map[string]review.Entry{}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		options := &gitlab.ListTreeOptions{Ref: &commit, ListOptions: gitlab.ListOptions{PerPage: perPage, Page: 1}}
		if folder != "." {
			options.Path = &folder
		}
		for page := 0; options.Page > 0; page++ {
			if page == treePages {
				return nil, fmt.Errorf("the folder %s has more than %d files", folder, treePages*perPage)
			}
			nodes, answer, err := c.api.Repositories.ListTree(c.project, options, gitlab.WithContext(ctx))
			if isMissing(err) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("list the folder %s: %w", folder, explain(err))
			}
			for _, n := range nodes {
				if n.Type == "blob" && slices.Contains(folders[folder], n.Path) {
					found[n.Path] = review.Entry{Mode: n.Mode, SHA: n.ID}
				}
			}
			options.Page = answer.NextPage
		}
	}
	return found, nil
}
