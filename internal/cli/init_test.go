package cli

import (
	"bytes"
	"cmp"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/git/gittest"
)

// run is a command in the repository.
func (h *history) run(args ...string) (code int, out string) {
	h.T.Helper()
	var b bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &b, Stderr: &b, Dir: h.Dir, ShellCheck: "no-such-program", Getenv: func(string) string { return "" }}
	return Main(h.T.Context(), append([]string{"dockmend"}, args...), env), b.String()
}

// files are those of the work tree, with their content.
func (h *history) files() map[string]string {
	h.T.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(h.Dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || (d.IsDir() && d.Name() == ".git") {
			return cmp.Or(err, fs.SkipDir)
		}
		if d.Type().IsRegular() {
			src, err := os.ReadFile(name)
			all[strings.TrimPrefix(filepath.ToSlash(name), filepath.ToSlash(h.Dir)+"/")] = string(src)
			return err
		}
		return nil
	})
	if err != nil {
		h.T.Fatal(err)
	}
	return all
}

// findings are the findings of a run, without what a configuration says of itself.
func findings(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		if strings.Contains(line, ": error[") || strings.Contains(line, ": warning[") || strings.Contains(line, ": info[") || strings.Contains(line, ": style[") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// TestInitOnRepositories sets up repositories of each kind: what is written is valid, says
// what the other linter's configuration said, is green on the repository as it is and red
// on a mistake that is added, and is written once.
func TestInitOnRepositories(t *testing.T) {
	const (
		dockerfile = "FROM debian:latest\nRUN apt-get update && apt-get install -y curl\nMAINTAINER a\nCMD curl x\n"
		compose    = "version: '3'\nservices:\n  app:\n    build: .\n    privileged: true\n  db:\n    image: postgres\n"
		hadolint   = "ignored: [DL3007, SC2086, DL9999]\noverride: {error: [DL3008], style: [dl3015]}\ntrustedRegistries: [ghcr.io, \"*.gcr.io\"]\n" +
			"label-schema: {version: semver, \"my label\": text}\nstrict-labels: true\nfailure-threshold: error\n"
	)
	for name, tt := range map[string]struct {
		files map[string]string
		// same holds that the findings stay as they were.
		same bool
		// has are parts of the configuration; "!" before one means that it has it not.
		has []string
	}{
		"nothing":             {has: []string{"presets: [recommended]\n", "fail-on: warning\n"}},
		"hadolint":            {files: map[string]string{".hadolint.yaml": hadolint}, same: true, has: []string{"DL3007: off", "DL3008: error", "!DL9999"}},
		"super-linter":        {files: map[string]string{".github/linters/.hadolint.yml": hadolint}, same: true, has: []string{"fail-on: error"}},
		"an empty hadolint":   {files: map[string]string{".hadolint.yaml": "# nothing\n"}, same: true, has: []string{"presets: [hadolint, recommended]"}},
		"hadolint, no-fail":   {files: map[string]string{"hadolint.yaml": "no-fail: true\n"}, same: true, has: []string{"fail-on: never"}},
		"dclint":              {files: map[string]string{".dclintrc": "rules: {no-version-field: 0, no-build-and-image: [2, {x: 1}], other: 1}\nexclude: [x]\n"}, has: []string{`"dclint:no-version-field": off`, `"dclint:no-build-and-image": error`, "!other"}},
		"dclint in JSON":      {files: map[string]string{".dclintrc.json": `{"rules": {"no-version-field": 0}}`}, has: []string{`"dclint:no-version-field": off`}},
		"dclint in a package": {files: map[string]string{"package.json": `{"dclint": {"rules": {"no-version-field": 0}}}`}, has: []string{`"dclint:no-version-field": off`}},
		"compose-lint":        {files: map[string]string{".compose-lint.yml": "rules:\n  CL-0001: {enabled: false, reason: \"two\\nlines\"}\n  CL-0002: {severity: critical, exclude_services: [db]}\n"}, has: []string{"CL-0001: off # two lines", "CL-0002: error"}},
		"trivy": {files: map[string]string{".trivyignore": "# a reason\nAVD-DS-0002\nCVE-2024-1\nDS001 exp:2020-01-01\n", ".trivyignore.yaml": "misconfigurations:\n  - id: AVD-DS-0026\n    paths: [\"api/**\"]\n    statement: later\n"},
			has: []string{"DS002: off # a reason", "!DS001", "- paths: [\"api/**\"]", "DS026: off # later", "!CVE"}},
		"checkov":         {files: map[string]string{".checkov.yaml": "skip-check: [CKV_DOCKER_2, CKV_AWS_1]\n"}, has: []string{"CKV_DOCKER_2: off", "!AWS"}},
		"checkov, a text": {files: map[string]string{".checkov.yml": "skip-check: CKV_DOCKER_2,CKV_DOCKER_3\n"}, has: []string{"CKV_DOCKER_2: off", "CKV_DOCKER_3: off"}},
		"hadolint-action": {files: map[string]string{
			".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: hadolint/hadolint-action@v3.1.0\n        with: {config: ci/h.yml, ignore: \"DL3008,DL3015\", failure-threshold: error}\n",
			"ci/h.yml":                 "ignored: [DL3007]\n",
		}, has: []string{"DL3007: off", "DL3008: off", "fail-on: error # failure-threshold of hadolint-action"}},
		"all": {files: map[string]string{".hadolint.yaml": hadolint, ".trivyignore": "DS002\n", ".checkov.yaml": "skip-check: DS002\n", ".dclintrc": "{}\n", ".pre-commit-config.yaml": "repos: []\n"}, has: []string{"DL3007: off", "DS002: off"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"Dockerfile": dockerfile, "compose.yaml": compose}
			maps.Copy(files, tt.files)
			h := &history{gittest.New(t, files)}
			before := h.files()
			_, was := h.run("lint", "--as-of", "2026-01-01")

			if code, out := h.run("init", "--dry-run"); code != 0 || !maps.Equal(before, h.files()) {
				t.Fatalf("--dry-run: exit %d, or something was written:\n%s", code, out)
			}
			code, out := h.run("init")
			if code != 0 {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			after := h.files()
			for name, content := range before {
				if after[name] != content {
					t.Errorf("%s was changed", name)
				}
			}
			for _, want := range tt.has {
				want, without := strings.CutPrefix(want, "!")
				if strings.Contains(after[".dockmend.yaml"], want) == without {
					t.Errorf("%q, without is %v:\n%s", want, without, after[".dockmend.yaml"])
				}
			}
			if _, now := h.run("lint", "--as-of", "2026-01-01"); tt.same && findings(now) != findings(was) {
				t.Errorf("before:\n%s\nafter:\n%s", findings(was), findings(now))
			}
			if code, out := h.run("lint", "--changed-since", "HEAD", "--as-of", "2026-01-01", "--fail-on", "info"); code != 0 {
				t.Errorf("on the repository as it is: exit %d\n%s", code, out)
			}
			_, again := h.run("init")
			if !strings.Contains(again, "0 files written") || !maps.Equal(after, h.files()) {
				t.Errorf("the second run:\n%s", again)
			}
			h.Commit()
			h.Write(map[string]string{"new/Dockerfile": "FROM debian:12\nCOPY --from=nowhere /a /b\nFROM\n"})
			if code, out := h.run("lint", "--changed-since", "HEAD", "--as-of", "2026-01-01"); code != 1 && after[".dockmend.yaml"] != "" && !strings.Contains(after[".dockmend.yaml"], "never") {
				t.Errorf("with a mistake: exit %d\n%s", code, out)
			}
		})
	}
}

// TestInitKeeps takes files that are there, links and folders among them, for taken.
func TestInitKeeps(t *testing.T) {
	h := &history{gittest.New(t, map[string]string{"Dockerfile": "FROM scratch\n", ".pre-commit-config.yaml/x": "x", "a": "x"})}
	if err := os.Symlink("nowhere", filepath.Join(h.Dir, ".dockmend.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(h.Dir, ".github")); err != nil {
		t.Fatal(err)
	}
	before := slices.Sorted(maps.Keys(h.files()))
	code, out := h.run("init")
	if after := slices.Sorted(maps.Keys(h.files())); code == 0 || !slices.Equal(before, after) {
		t.Errorf("exit %d, %v:\n%s", code, after, out)
	}
}
