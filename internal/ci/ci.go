// Package ci finds out which CI service a run is in, what its change is compared with, and
// which reports the service shows.
package ci

import (
	"cmp"
	"errors"
	"path"
	"strings"

	"github.com/dockmend/dockmend/internal/files"
)

// The services by their names.
const (
	GitHub    = "GitHub Actions"
	Gitea     = "Gitea Actions"
	Forgejo   = "Forgejo Actions"
	GitLab    = "GitLab"
	Azure     = "Azure Pipelines"
	Bitbucket = "Bitbucket Pipelines"
	Jenkins   = "Jenkins"
)

// Service is the CI service of a run; the zero value stands for none that is known.
type Service struct {
	Name string
	// Change is set for a run on a change that somebody proposes, Base the commit or branch
	// that it is compared with; empty where the service does not say.
	Change bool
	Base   string
	// Reports are those that the service shows, each as "format" or "format=file".
	Reports []string
	// Hint says what to do where Base is not in the clone.
	Hint string
}

// Detect reads the variables that services set in their jobs.
func Detect(getenv func(string) string) Service {
	set := func(name string) bool { return getenv(name) != "" }
	switch {
	// Both runners set what GitHub's sets as well.
	case set("FORGEJO_ACTIONS"):
		return actions(Forgejo, getenv)
	case set("GITEA_ACTIONS"):
		return actions(Gitea, getenv)
	case set("GITHUB_ACTIONS"):
		return Service{Name: GitHub, Change: strings.HasPrefix(getenv("GITHUB_EVENT_NAME"), "pull_request")}
	case set("GITLAB_CI"):
		return Service{
			Name: GitLab, Change: set("CI_MERGE_REQUEST_IID"),
			// The base of the diff is there in every pipeline of a merge request, the target's tip
			// in one of a merged result alone.
			Base:    cmp.Or(getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA"), getenv("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")),
			Reports: []string{"text", "gitlab=gl-code-quality-report.json", "sarif=dockmend.sarif"},
			Hint:    `set the variable GIT_DEPTH to "0" for the job`,
		}
	case set("TF_BUILD"):
		return Service{
			Name: Azure, Change: set("SYSTEM_PULLREQUEST_TARGETBRANCH"), Base: remote(getenv("SYSTEM_PULLREQUEST_TARGETBRANCH")),
			Reports: []string{"azure"}, Hint: "set fetchDepth: 0 for the checkout",
		}
	case set("BITBUCKET_BUILD_NUMBER"):
		return Service{
			Name: Bitbucket, Change: set("BITBUCKET_PR_ID"),
			Base:    cmp.Or(getenv("BITBUCKET_PR_DESTINATION_COMMIT"), remote(getenv("BITBUCKET_PR_DESTINATION_BRANCH"))),
			Reports: []string{"text", "junit=test-results/dockmend.xml"},
			Hint:    `run git fetch origin "$BITBUCKET_PR_DESTINATION_BRANCH" before, with clone: depth: full`,
		}
	case set("JENKINS_URL"):
		return Service{
			Name: Jenkins, Change: set("CHANGE_ID"), Base: remote(getenv("CHANGE_TARGET")),
			Reports: []string{"text", "checkstyle=dockmend.xml"}, Hint: `run git fetch origin "$CHANGE_TARGET" before`,
		}
	}
	return Service{}
}

// actions are the services that understand GitHub's workflows without its API.
func actions(name string, getenv func(string) string) Service {
	return Service{
		Name: name, Change: getenv("GITHUB_BASE_REF") != "", Base: remote(getenv("GITHUB_BASE_REF")), Reports: []string{"text"},
		Hint: "set fetch-depth: 0 for actions/checkout",
	}
}

// remote is a branch as a clone has it; empty for none.
func remote(branch string) string {
	if branch == "" {
		return ""
	}
	return "origin/" + strings.TrimPrefix(branch, "refs/heads/")
}

// MakeFolders makes those of the report files below a folder.
func (s *Service) MakeFolders(dir string) error {
	for _, output := range s.Reports {
		_, file, ok := strings.Cut(output, "=")
		if !ok || path.Dir(file) == "." {
			continue
		}
		root, err := files.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(root.MakeFolder(path.Dir(file), files.Writing{}), root.Close()); err != nil {
			return err
		}
	}
	return nil
}
