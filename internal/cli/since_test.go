package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/git/gittest"
)

// history is a repository whose branch main is the base of a change.
type history struct{ *gittest.History }

func newHistory(t *testing.T, files map[string]string) *history {
	t.Helper()
	return &history{gittest.New(t, files)}
}

// lint runs lint --changed-since main.
func (h *history) lint(args ...string) (code int, out string) {
	h.T.Helper()
	var b bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &b, Stderr: &b, Dir: h.Dir, ShellCheck: "no-such-program", Getenv: func(string) string { return "" }}
	args = append([]string{"dockmend", "lint", "--shellcheck", "off", "--as-of", "2026-01-01", "--changed-since", "main"}, args...)
	return Main(h.T.Context(), args, env), b.String()
}

const (
	sinceDockerfile = "FROM busybox:1.36 AS build\nCOPY conf.ini /c\nFROM busybox:1.36 AS runtime\nUSER root\nRUN true\nUSER 1000\nCMD [\"x\"]\n"
	sinceCompose    = "services:\n  app:\n    build: {context: ., target: runtime}\n    volumes: [\"data:/d\"]\n    depends_on: [db]\n  db:\n    image: postgres:17\nvolumes:\n  data:\n"
)

// New is what the base does not have: wherever it is, and whatever git or a repository's
// attributes call the change.
func TestNewSinceACommit(t *testing.T) {
	base := map[string]string{
		"Dockerfile": sinceDockerfile, "compose.yaml": sinceCompose, "conf.ini": "x\n", ".dockerignore": ".git\n",
		"notes.txt": "FROM busybox\nCMD x\n", "old/Dockerfile": "FROM debian:latest\nUSER nobody\nCMD [\"x\"]\n", ".gitignore": "/local/\n",
	}
	edit := func(name, from, to string) map[string]string {
		return map[string]string{name: strings.Replace(base[name], from, to, 1)}
	}
	for name, tt := range map[string]struct {
		change map[string]string
		dirty  bool // not committed
		rule   string
		cause  string
		more   string
	}{
		"a stage that a compose target names is renamed": {change: edit("Dockerfile", "AS runtime", "AS final"), rule: "compose-build-target-unknown", cause: "Dockerfile:3:1: this is what changed"},
		"a volume is removed":                            {change: edit("compose.yaml", "volumes:\n  data:\n", ""), rule: "compose-undefined-resource", cause: "this is what changed"},
		"a service is renamed":                           {change: edit("compose.yaml", "  db:", "  database:"), rule: "compose-undefined-service", cause: "compose.yaml:6:1: this is what changed"},
		"a pattern in .dockerignore":                     {change: edit(".dockerignore", ".git\n", ".git\nconf.ini\n"), rule: "copy-ignored-file", cause: ".dockerignore:2:1: this is what changed"},
		"the Dockerfile moves":                           {change: map[string]string{"Dockerfile": "", "Dockerfile.app": sinceDockerfile}, rule: "compose-build-file-missing", cause: "this is what changed"},
		"USER is deleted":                                {change: edit("Dockerfile", "USER 1000\n", ""), rule: "final-user-root", cause: "Dockerfile:6:1: this is what changed"},
		"a NUL byte":                                     {change: map[string]string{"old/Dockerfile": "FROM debian:12\n# \x00\nUSER nobody\nCMD x\n"}, rule: "shell-form-command"},
		"-diff in .gitattributes":                        {change: map[string]string{".gitattributes": "Dockerfile -diff\n", "old/Dockerfile": "FROM debian:latest\nUSER nobody\nCMD x\n"}, rule: "shell-form-command"},
		"a file becomes a Dockerfile":                    {change: map[string]string{"notes.txt": "", "sub.Dockerfile": base["notes.txt"]}, rule: "shell-form-command"},
		"a fix is undone":                                {change: edit("Dockerfile", "CMD [\"x\"]", "CMD x"), rule: "shell-form-command"},
		"nothing is committed yet":                       {change: edit("Dockerfile", "CMD [\"x\"]", "CMD x"), dirty: true, rule: "shell-form-command"},
		"a new file that git does not track":             {change: map[string]string{"new/Dockerfile": "FROM busybox:1.36\nUSER nobody\nCMD x\n"}, dirty: true, rule: "shell-form-command"},
		"another line":                                   {change: edit("Dockerfile", "RUN true", "RUN true && true")},
		"nothing":                                        {},
		"a file is renamed":                              {change: map[string]string{"old/Dockerfile": "", "api/Dockerfile": base["old/Dockerfile"]}},
		"a file is renamed and edited":                   {change: map[string]string{"old/Dockerfile": "", "api/Dockerfile": base["old/Dockerfile"] + "# one line\n"}},
		"a finding is fixed":                             {change: edit("old/Dockerfile", "debian:latest", "debian:12"), more: "1 finding fewer than before"},
		"a file is deleted":                              {change: map[string]string{"old/Dockerfile": ""}, more: "1 finding fewer than before"},
		"lines move":                                     {change: edit("old/Dockerfile", "FROM", "# a line\n# another one\nFROM")},
		"a file that git ignores":                        {change: map[string]string{"local/Dockerfile": "FROM debian\nCMD x\n"}, dirty: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, base)
			h.Git("checkout", "-q", "-b", "change")
			h.Write(tt.change)
			if !tt.dirty {
				h.Commit()
			}
			code, out := h.lint()
			want := 0
			if tt.rule != "" {
				want = 1
			}
			for _, words := range []string{tt.rule, tt.cause, tt.more} {
				if code != want || !strings.Contains(out, words) {
					t.Errorf("exit %d, want %d, with %q:\n%s", code, want, words, out)
				}
			}
			if strings.Contains(out, "latest-tag") && tt.rule != "shell-form-command" {
				t.Errorf("what the base has is new:\n%s", out)
			}
		})
	}
}

// Of equal findings those on changed lines are the new ones.
func TestNewOfEqualOnes(t *testing.T) {
	h := newHistory(t, map[string]string{"Dockerfile": "FROM debian:latest AS a\nUSER nobody\nCMD [\"x\"]\n"})
	h.Git("checkout", "-q", "-b", "change")
	h.Write(map[string]string{"Dockerfile": "FROM debian:latest AS b\nUSER nobody\nFROM debian:latest AS a\nUSER nobody\nCMD [\"x\"]\n"})
	h.Commit()
	if code, out := h.lint("--select", "latest-tag"); code != 1 || !strings.Contains(out, "Dockerfile:1:6") || strings.Contains(out, "Dockerfile:3:6") {
		t.Errorf("exit %d, want the finding of line 1 alone:\n%s", code, out)
	}
}

// The configuration of the base decides in both trees, and a line says so.
func TestConfigurationSinceACommit(t *testing.T) {
	h := newHistory(t, map[string]string{"Dockerfile": "FROM debian:12\nUSER nobody\nCMD [\"x\"]\n"})
	h.Git("checkout", "-q", "-b", "change")
	h.Write(map[string]string{"Dockerfile": "FROM debian:latest\nUSER nobody\nCMD [\"x\"]\n", ".dockmend.yaml": "rules: {latest-tag: off}\n"})
	h.Commit()
	if code, out := h.lint(); code != 1 || !strings.Contains(out, "latest-tag") || !strings.Contains(out, "differs from the one at main") {
		t.Errorf("exit %d, want the finding that the change silences:\n%s", code, out)
	}
	h.Git("checkout", "-q", "main")
	h.Git("merge", "-q", "--ff-only", "change")
	h.Git("checkout", "-q", "-b", "next")
	h.Write(map[string]string{"Dockerfile": "FROM debian:latest\nUSER nobody\nCMD x\n"})
	h.Commit()
	if code, out := h.lint(); code != 1 || strings.Contains(out, "latest-tag") || !strings.Contains(out, "shell-form-command") || strings.Contains(out, "differs") {
		t.Errorf("exit %d, want what the base's configuration reports:\n%s", code, out)
	}
}
