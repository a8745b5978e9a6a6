package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/github/fakehub"
)

const cleanImage = "FROM debian:12.5\nUSER app\nCMD [\"x\"]\n"

// What a change breaks elsewhere is new, and what it does not is not: the base decides.
func TestActionAgainstBase(t *testing.T) {
	composeFile := "services:\n  web:\n    build: {context: ., target: final}\n    depends_on: [db]\n    volumes: [data:/data]\n  db:\n    image: postgres:17.2\nvolumes:\n  data:\n"
	stages := "FROM debian:12.5 AS final\nCOPY conf.ini /etc/\nUSER app\nCMD [\"x\"]\n"
	whole := map[string]string{"compose.yaml": composeFile, "Dockerfile": stages, "conf.ini": "x\n", ".dockerignore": ".git\n", ".gitignore": "*.log\n"}
	edit := func(name, from, to string) func(map[string]string) {
		return func(files map[string]string) { files[name] = strings.Replace(files[name], from, to, 1) }
	}
	for name, tt := range map[string]struct {
		change func(files map[string]string)
		rule   string // the one new finding; empty for none
	}{
		"a stage is renamed":        {edit("Dockerfile", "AS final", "AS last"), "compose-build-target-unknown"},
		"a volume is removed":       {edit("compose.yaml", "volumes:\n  data:\n", ""), "compose-undefined-resource"},
		"a service is renamed":      {edit("compose.yaml", "  db:\n", "  store:\n"), "compose-undefined-service"},
		"a pattern is added":        {edit(".dockerignore", ".git\n", ".git\nconf.ini\n"), "copy-ignored-file"},
		"a Dockerfile is moved":     {func(f map[string]string) { f["images/Dockerfile"] = f["Dockerfile"]; delete(f, "Dockerfile") }, "compose-build-file-missing"},
		"USER is deleted":           {edit("Dockerfile", "USER app\n", "USER root\n"), "final-user-root"},
		"a byte that is no text":    {edit("Dockerfile", "USER app\n", "# \x00\nUSER root\n"), "final-user-root"},
		"nothing that matters":      {edit("Dockerfile", "CMD [\"x\"]", "CMD [\"y\"]"), ""},
		"a text becomes Dockerfile": {func(f map[string]string) { f["web/Dockerfile"] = "FROM debian:latest\nUSER app\nCMD [\"x\"]\n" }, "latest-tag"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStep(t, "pull_request")
			s.env["GITHUB_REF"], s.env["INPUT_UPLOAD-SARIF"] = "refs/pull/2/merge", "false"
			s.env["INPUT_SELECT"] = "compose-build-target-unknown,compose-undefined-resource,compose-undefined-service,copy-ignored-file,compose-build-file-missing,final-user-root,shell-form-command,latest-tag"
			s.hub.Head = headSHA
			after := map[string]string{}
			for path, content := range whole {
				after[path] = content
			}
			tt.change(after)
			for path, content := range after {
				s.write(path, content)
				if was, ok := whole[path]; !ok {
					s.before[path] = absent
					s.hub.Changed = append(s.hub.Changed, map[string]any{"filename": path, "status": "added", "sha": gitBlob(content), "changes": 1})
				} else if was != content {
					s.before[path] = was
					s.hub.Changed = append(s.hub.Changed, map[string]any{"filename": path, "status": "modified", "sha": gitBlob(content), "changes": 0})
				}
			}
			for path, content := range whole {
				if _, ok := after[path]; !ok {
					s.before[path] = content
				}
			}
			got := s.run()
			if tt.rule == "" {
				got.want(t, 0, conclusionSuccess, "0")
				return
			}
			got.want(t, 1, conclusionFailure, "1")
			for _, f := range got.report.Findings {
				if !f.Unchanged && f.Rule != tt.rule {
					t.Errorf("%s in %s is new, want %s", f.Rule, f.File, tt.rule)
				}
			}
			if n := calls(got.log); n > 20 {
				t.Errorf("%d calls of the API", n)
			}
		})
	}
}

// calls are the requests that a run says it made.
func calls(log string) (n int) {
	_, rest, _ := strings.Cut(log, "calls of GitHub's API: ")
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// A change that fixes is told, and passes.
func TestActionTellsWhatIsGone(t *testing.T) {
	s := newPullStep(t, pullAfter, pullBefore)
	got := s.run()
	got.want(t, 0, conclusionSuccess, "0")
	if !strings.Contains(got.log, "2 findings fewer than before") {
		t.Errorf("nothing is said of what is gone:\n%s", got.log)
	}
}

// Where the base cannot be had lines decide, and the run is no success.
func TestActionWithoutBase(t *testing.T) {
	for name, spoil := range map[string]func(*step){
		"no tree":    func(s *step) { s.hub.Deny["/git/trees/"] = 403 },
		"a cut tree": func(s *step) { s.hub.Snapshots[baseSHA] = fakehub.Snapshot{Files: s.baseFiles, Truncated: true} },
		"another head": func(s *step) {
			s.hub.Snapshots[s.env["GITHUB_SHA"]] = fakehub.Snapshot{Parents: []string{baseSHA, baseSHA}, Files: s.workspace}
		},
		"3,001 files": func(s *step) {
			many := func() map[string]string {
				all := s.baseFiles()
				for i := range 3001 {
					all[fmt.Sprint("x/", i)] = "x"
				}
				return all
			}
			s.hub.Snapshots[baseSHA] = fakehub.Snapshot{Files: many}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newPullStep(t, pullBefore, pullAfter)
			spoil(s)
			got := s.run()
			got.want(t, 0, conclusionNeutral, "2")
			if !strings.Contains(got.log, "the lines that changed decide") {
				t.Errorf("the log does not say that lines decide:\n%s", got.log)
			}
		})
	}
}

// A change of 300 files stays within the requests of a base.
func TestActionLargeChange(t *testing.T) {
	s := newPullStep(t, pullBefore, pullAfter)
	for i := range 300 {
		name := fmt.Sprintf("docs/%d.txt", i)
		s.write(name, "new\n")
		s.before[name] = "old\n"
	}
	got := s.run()
	got.want(t, 1, conclusionFailure, "2")
	if n := calls(got.log); n > 20 {
		t.Errorf("%d calls of the API", n)
	}
}
