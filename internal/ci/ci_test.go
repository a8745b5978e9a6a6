package ci

import (
	"slices"
	"testing"
)

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		name    string
		env     map[string]string
		want    string
		change  bool
		base    string
		reports []string
	}{
		{name: "none", env: map[string]string{"CI": "true"}},
		{name: "a push", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}, want: GitHub},
		{name: "a pull request", env: map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}, want: GitHub, change: true},
		{
			name: "Gitea sets GitHub's variables too",
			env:  map[string]string{"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_BASE_REF": "main"},
			want: Gitea, change: true, base: "origin/main", reports: []string{"text"},
		},
		{
			name: "Forgejo sets Gitea's too", env: map[string]string{"GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "FORGEJO_ACTIONS": "true"},
			want: Forgejo, reports: []string{"text"},
		},
		{
			name: "a merge request",
			env:  map[string]string{"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "abc"},
			want: GitLab, change: true, base: "abc", reports: []string{"text", "gitlab=gl-code-quality-report.json", "sarif=dockmend.sarif"},
		},
		{
			name: "a branch on GitLab", env: map[string]string{"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main"},
			want: GitLab, reports: []string{"text", "gitlab=gl-code-quality-report.json", "sarif=dockmend.sarif"},
		},
		{
			name: "Azure names a branch by its ref", env: map[string]string{"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/release/1"},
			want: Azure, change: true, base: "origin/release/1", reports: []string{"azure"},
		},
		{
			name: "Bitbucket", env: map[string]string{"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main"},
			want: Bitbucket, change: true, base: "origin/main", reports: []string{"text", "junit=test-results/dockmend.xml"},
		},
		{
			name: "Jenkins", env: map[string]string{"JENKINS_URL": "https://ci.example/", "CHANGE_ID": "7", "CHANGE_TARGET": "main"},
			want: Jenkins, change: true, base: "origin/main", reports: []string{"text", "checkstyle=dockmend.xml"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Detect(func(name string) string { return c.env[name] })
			if got.Name != c.want || got.Change != c.change || got.Base != c.base || !slices.Equal(got.Reports, c.reports) {
				t.Errorf("%+v", got)
			}
		})
	}
}
