// Package github speaks to GitHub: it reads the event that started a run, asks
// the API what changed, and writes the files through which a step answers. All
// that it reads is a stranger's: payloads, file names and patches.
package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/go-github/v62/github"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/forge"
	"github.com/dockmend/dockmend/internal/review"
)

// maxPayload bounds an event's payload in bytes; GitHub's own limit is 25 MB.
const maxPayload = 25 << 20

// supported are the events that a run understands.
const supported = "push, pull_request, pull_request_target, workflow_run, merge_group, schedule and workflow_dispatch"

// LoadEvent reads the event from the environment and its payload file. An
// unknown event is an error that names the known ones.
func LoadEvent(getenv func(string) string) (*forge.Event, error) {
	e := &forge.Event{Name: getenv("GITHUB_EVENT_NAME"), Repository: getenv("GITHUB_REPOSITORY"), SHA: getenv("GITHUB_SHA"), Ref: getenv("GITHUB_REF")}
	if e.Name == "" {
		return nil, errors.New("GITHUB_EVENT_NAME is not set; this command is for a step of a GitHub workflow, so use dockmend lint")
	}
	if e.SHA != "" && !review.IsCommit(e.SHA) {
		return nil, fmt.Errorf("GITHUB_SHA is not a commit: %q", e.SHA)
	}
	switch e.Name {
	case "schedule", "workflow_dispatch":
		return e, nil // nothing of the payload is needed
	case "push", "pull_request", "pull_request_target", "workflow_run", "merge_group":
	default:
		return nil, fmt.Errorf("the event %q is not supported; use %s", e.Name, supported)
	}
	payload, err := files.ReadEnvironment(getenv("GITHUB_EVENT_PATH"), maxPayload)
	if err != nil {
		return nil, fmt.Errorf("GITHUB_EVENT_PATH: %w", err)
	}
	if err := readEvent(e, payload); err != nil {
		return nil, fmt.Errorf("the payload of the event %s: %w", e.Name, err)
	}
	return e, nil
}

func readEvent(e *forge.Event, payload []byte) error {
	switch e.Name {
	case "push":
		var p github.PushEvent
		if err := json.Unmarshal(payload, &p); err != nil {
			return err
		}
		e.DefaultBranch = p.GetRepo().GetDefaultBranch()
		return between(e, p.GetBefore(), p.GetAfter())
	case "merge_group":
		var p github.MergeGroupEvent
		if err := json.Unmarshal(payload, &p); err != nil {
			return err
		}
		return between(e, p.GetMergeGroup().GetBaseSHA(), p.GetMergeGroup().GetHeadSHA())
	}
	if e.Name == "workflow_run" {
		return readRun(e, payload)
	}
	// pull_request_target has the same shape.
	var p github.PullRequestEvent
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	pull := p.GetPullRequest()
	e.Closed = p.GetAction() == "closed"
	e.Number, e.Files = pull.GetNumber(), pull.GetChangedFiles()
	if e.Number <= 0 {
		return errors.New("it has no pull_request.number")
	}
	return readPull(e, pull)
}

func readPull(e *forge.Event, pull *github.PullRequest) error {
	// The head's repository is null once a fork was deleted.
	e.Fork = pull.GetHead().GetRepo().GetFullName() != pull.GetBase().GetRepo().GetFullName() || pull.GetHead().GetRepo() == nil
	return between(e, pull.GetBase().GetSHA(), pull.GetHead().GetSHA())
}

// readRun reads what a workflow_run says of the run before it. Its list of pull
// requests is empty for forks, so FindPull looks for it.
func readRun(e *forge.Event, payload []byte) error {
	var p github.WorkflowRunEvent
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	run := p.GetWorkflowRun()
	e.Run = &forge.Run{ID: run.GetID(), Head: run.GetHeadSHA(), Branch: run.GetHeadBranch(), Repository: run.GetHeadRepository().GetFullName()}
	switch {
	case run.GetEvent() != "pull_request":
		return fmt.Errorf("the previous run was for the event %q, but only a run for pull_request has a report to post", run.GetEvent())
	case !review.IsCommit(e.Run.Head):
		return fmt.Errorf("%s is not a commit", strconv.Quote(e.Run.Head))
	case e.Run.ID <= 0 || e.Run.Branch == "" || !strings.Contains(e.Run.Repository, "/"):
		return errors.New("it has no workflow_run with an id, a head_branch and a head_repository")
	}
	return nil
}

// between sets Base and Head. The zeros of a branch that is new or gone stand
// for no commit.
func between(e *forge.Event, base, head string) error {
	for _, sha := range []string{base, head} {
		if sha != "" && !review.IsCommit(sha) {
			return fmt.Errorf("%s is not a commit", strconv.Quote(sha))
		}
	}
	if strings.Trim(base, "0") != "" && strings.Trim(head, "0") != "" {
		e.Base, e.Head = base, head
	}
	return nil
}
