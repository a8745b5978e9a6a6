package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A diff is inert where people or a CI service read it, and exact elsewhere.
func TestFixDiffIsInert(t *testing.T) {
	const hostile = "FROM debian:12 AS Build\n# \x1b]0;pwned\x07\n# ##[add-mask]x\nRUN <<EOF\n::stop-commands::abc\n  ::error::x\nEOF\nFROM debian:12\nCOPY --from=Build /a /b\nCMD [\"x\"]\n"
	for name, tt := range map[string]struct {
		terminal, file bool
		env            map[string]string
		args           []string
		inert          bool
	}{
		"a terminal":                {terminal: true, inert: true},
		"a pipe":                    {},
		"a log of GitHub's":         {env: map[string]string{"GITHUB_ACTIONS": "true"}, inert: true},
		"a log of Azure's":          {env: map[string]string{"TF_BUILD": "True"}, inert: true},
		"a file in a workflow":      {file: true, env: map[string]string{"GITHUB_ACTIONS": "true"}},
		"--patch in a workflow":     {env: map[string]string{"GITHUB_ACTIONS": "true"}, args: []string{"--patch", "x.patch"}},
		"--patch before a terminal": {terminal: true, args: []string{"--patch", "x.patch"}},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(hostile), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		env := &Env{
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Dir: dir, ShellCheck: "no-such-program",
			Terminal: tt.terminal, File: tt.file, Getenv: func(name string) string { return tt.env[name] },
		}
		args := append([]string{"dockmend", "fix", "--preset", "strict"}, tt.args...)
		if len(tt.args) == 0 {
			args = append(args, "--diff")
		}
		Main(t.Context(), args, env)
		shown := out.String()
		if len(tt.args) > 0 {
			src, err := os.ReadFile(filepath.Join(dir, "x.patch"))
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, errs.String())
			}
			shown = string(src)
		}
		exact := strings.Contains(shown, "\x1b]0;pwned\x07") && strings.Contains(shown, "##[add-mask]") && strings.Contains(shown, "\n@@ ")
		live := strings.ContainsAny(shown, "\x1b\x07") || strings.Contains(shown, "##[") || strings.Contains(shown, "\n ::") || strings.Contains(shown, "\n@@ ")
		if tt.inert == exact || tt.inert == live {
			t.Errorf("%s: inert %v, want %v:\n%q", name, !live, tt.inert, shown)
		}
		if tt.inert != strings.Contains(errs.String(), "--patch FILE writes the exact diff") {
			t.Errorf("%s: standard error says %q", name, errs.String())
		}
	}
}
