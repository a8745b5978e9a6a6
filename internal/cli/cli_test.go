package cli_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dockmend/dockmend/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"dockmend": func() { os.Exit(cli.Main(context.Background(), os.Args, cli.OSEnv())) },
	})
}

// TestCommands runs the shell sessions of testdata/cli.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/cli",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("SOURCE_DATE_EPOCH", "1796040000") // 2026-11-30
			// Of this machine's programs only git, so that no other tool's
			// presence changes what is said.
			own, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
			env.Setenv("PATH", own)
			if git, err := exec.LookPath("git"); err == nil {
				tools := filepath.Join(env.WorkDir, ".tools")
				if err := os.Mkdir(tools, 0o755); err != nil {
					return err
				}
				if err := os.Symlink(git, filepath.Join(tools, "git")); err != nil {
					return err
				}
				env.Setenv("PATH", own+string(os.PathListSeparator)+tools)
			}
			env.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"fill":  fill,
		},
	})
}

// exits runs dockmend and holds its exit code: "exits 2 dockmend lint x".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program args...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// fill writes a large file: "fill FILE COUNT TEXT" repeats the text.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: fill FILE COUNT TEXT END")
	}
	count := 0
	for _, digit := range args[1] {
		count = count*10 + int(digit-'0')
	}
	unescape := strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\0`, "\x00", `\xff`, "\xff", `\xfe`, "\xfe").Replace
	content := strings.Repeat(unescape(args[2]), count) + unescape(args[3])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(content), 0o644))
}
