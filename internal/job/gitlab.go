package job

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/forge/gitlab"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/run"
)

// OnGitLab does what a job of GitLab's with a token does after its run over the paths: fixes
// are "off", "safe" or "unsafe". It returns lines for the log.
func OnGitLab(
	ctx context.Context, env *run.Env, wait func(context.Context, time.Duration) error,
	all run.Workspaces, r *lint.Result, paths []string, fixes string,
) (notes []string) {
	e, err := gitlab.LoadEvent(env.Getenv)
	if err != nil {
		return []string{"no discussions: " + err.Error()}
	}
	if why := gitlab.NoToken(env.Getenv, e); why != "" {
		if e.PullRequest() || fixes != "off" {
			notes = append(notes, why)
		}
		return notes
	}
	if len(all) != 1 {
		return []string{"no discussions: the paths are in more than one repository"}
	}
	client, err := gitlab.NewClient(gitlab.Server{
		URL: env.Getenv("CI_API_V4_URL"), Token: strings.TrimSpace(env.Getenv("GITLAB_TOKEN")), Project: e.Repository, Wait: wait,
	})
	if err != nil {
		return []string{"no discussions: " + err.Error()}
	}
	j := &Job{
		Forge: client, Event: e, Category: Category(paths), Version: env.Version,
		Server: env.Getenv("CI_SERVER_URL"), Project: env.Getenv("CI_PROJECT_URL"), Now: env.Time(),
	}
	notes = j.Review(ctx, all[0], r)
	if fixes != "off" {
		notes = append(notes, j.Fix(ctx, all[0], r, fixes == "unsafe")...)
	}
	notes = append(notes, j.Remember(ctx, all[0], r)...)
	return append(notes, fmt.Sprintf("calls of GitLab's API: %d", client.Calls()))
}
