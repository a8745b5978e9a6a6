package gitlab

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

// LoadEvent reads what a pipeline is about from the variables of its job.
func LoadEvent(getenv func(string) string) (*forge.Event, error) {
	e := &forge.Event{
		Name: getenv("CI_PIPELINE_SOURCE"), Repository: getenv("CI_PROJECT_PATH"), SHA: getenv("CI_COMMIT_SHA"),
		DefaultBranch: getenv("CI_DEFAULT_BRANCH"),
	}
	if branch := getenv("CI_COMMIT_BRANCH"); branch != "" {
		e.Ref = "refs/heads/" + branch
	}
	if !review.IsCommit(e.SHA) {
		return nil, fmt.Errorf("CI_COMMIT_SHA is not a commit: %q", e.SHA)
	}
	iid := getenv("CI_MERGE_REQUEST_IID")
	if iid == "" {
		return e, nil
	}
	// The pipeline of a merged result runs for a merge, and names the head beside it.
	e.Base, e.Head = getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA"), cmp.Or(getenv("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"), e.SHA)
	for _, commit := range []string{e.Base, e.Head} {
		if commit != "" && !review.IsCommit(commit) {
			return nil, fmt.Errorf("%s is not a commit", strconv.Quote(commit))
		}
	}
	// A train asks for a verdict on several merge requests at once, one after the other.
	if getenv("CI_MERGE_REQUEST_EVENT_TYPE") == "merge_train" {
		e.Name = "merge_group"
		return e, nil
	}
	number, err := strconv.Atoi(iid)
	if err != nil || number <= 0 {
		return nil, fmt.Errorf("CI_MERGE_REQUEST_IID is not the number of a merge request: %q", iid)
	}
	e.Number = number
	// The pipeline of a fork's merge request may run in the fork or where it is proposed.
	e.Repository = cmp.Or(getenv("CI_MERGE_REQUEST_PROJECT_PATH"), e.Repository)
	e.Fork = getenv("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH") != e.Repository
	if e.Repository == "" {
		return nil, errors.New("CI_MERGE_REQUEST_PROJECT_PATH is not set")
	}
	return e, nil
}

// NoToken says what a job without a token of its own cannot do; empty if it has one.
func NoToken(getenv func(string) string, e *forge.Event) string {
	switch {
	case strings.TrimSpace(getenv("GITLAB_TOKEN")) != "":
		return ""
	case e.Fork:
		return "no discussions: pipelines of forks do not get the variables of the project, so there is no GITLAB_TOKEN; the code quality report has all findings"
	default:
		return "no discussions: the token of a job (CI_JOB_TOKEN) may not write them; " +
			"set the variable GITLAB_TOKEN to a project access token with the scope api and the role Developer"
	}
}
