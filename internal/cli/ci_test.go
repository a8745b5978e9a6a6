package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A job of a service gets the reports that it shows, and fails by what it is about.
func TestCI(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		code int
		// file is a report that is there afterwards, says a part of what is printed.
		file, says string
	}{
		{name: "no service", code: exitFindings, says: "so this is dockmend lint"},
		{name: "GitLab", env: map[string]string{"GITLAB_CI": "true"}, file: "gl-code-quality-report.json", says: "dockmend ci: GitLab"},
		{name: "GitLab that fails", env: map[string]string{"GITLAB_CI": "true"}, args: []string{"--fail-on", "style"}, code: exitFindings, file: "dockmend.sarif"},
		{name: "Bitbucket", env: map[string]string{"BITBUCKET_BUILD_NUMBER": "1"}, file: "test-results/dockmend.xml"},
		{name: "Azure", env: map[string]string{"TF_BUILD": "True"}, says: "##vso[task.logissue"},
		{
			name: "a base that is not there", env: map[string]string{"JENKINS_URL": "x", "CHANGE_ID": "1", "CHANGE_TARGET": "main"},
			code: exitUsage, says: "run git fetch origin",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte("FROM alpine:3.5\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(name string) string { return c.env[name] }, Dir: dir}
			if code := Main(t.Context(), append([]string{"dockmend", "ci"}, c.args...), env); code != c.code {
				t.Errorf("exit code %d, want %d:\n%s", code, c.code, out.String())
			}
			if !strings.Contains(out.String(), c.says) {
				t.Errorf("it does not say %q:\n%s", c.says, out.String())
			}
			if c.file != "" {
				if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(c.file))); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
