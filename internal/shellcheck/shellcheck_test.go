package shellcheck

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/limits"
	"github.com/dockmend/dockmend/internal/lint"
)

func TestDecode(t *testing.T) {
	scripts := []lint.Script{{Text: "ö=1; cd /x\n\tcd /y"}}
	answer := `{"comments":[
	 {"file":"0","line":3,"endLine":3,"column":6,"endColumn":11,"level":"warning","code":2164,"message":"m",
	  "fix":{"replacements":[{"line":3,"endLine":3,"column":11,"endColumn":11,"insertionPoint":"beforeStart","precedence":1,"replacement":" || exit"}]}},
	 {"file":"0","line":4,"endLine":4,"column":2,"endColumn":7,"level":"style","code":2164,"message":"n",
	  "fix":{"replacements":[{"line":1,"endLine":1,"column":1,"endColumn":1,"replacement":"x"}]}},
	 {"file":"0","line":1,"endLine":1,"column":1,"endColumn":1,"level":"error","code":2148,"message":"ours"},
	 {"file":"0","line":3,"endLine":3,"column":1,"endColumn":2,"level":"info","code":1091,"message":"excluded"}]}`
	notes := make([][]lint.ScriptNote, 1)
	if err := decode([]byte(answer), scripts, notes); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range notes[0] {
		got = append(got, fmt.Sprint(n.Code, " ", n.Severity, " ", string(n.Span.Of([]byte(scripts[0].Text))), " ", n.Edits))
	}
	want := "SC2164 warning cd /x [{{11 11}  || exit}]|SC2164 style cd /y []"
	if strings.Join(got, "|") != want {
		t.Errorf("notes %q, want %q", strings.Join(got, "|"), want)
	}
	for _, bad := range []string{"", "[]", `{"comments":[{"file":"1"}]}`, `{"comments":[{"file":"../x"}]}`} {
		if decode([]byte(bad), scripts, notes) == nil {
			t.Errorf("%q is understood", bad)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"comments":[{"file":"0","line":3,"endLine":3,"column":1,"endColumn":99,"code":1,"fix":{"replacements":[{"line":3,"endLine":9,"column":-1}]}}]}`), "a\n\xff")
	f.Fuzz(func(t *testing.T, src []byte, script string) {
		notes := make([][]lint.ScriptNote, 1)
		if decode(src, []lint.Script{{Text: script}}, notes) != nil {
			return
		}
		for _, n := range notes[0] {
			if n.Span.Start < 0 || n.Span.End < n.Span.Start || n.Span.End > len(script) {
				t.Errorf("span %v in %d bytes", n.Span, len(script))
			}
		}
	})
}

func TestHead(t *testing.T) {
	got := head(lint.Script{Dialect: "bash", Variables: []string{"A", "b_1", "1x", "a;rm"}})
	if want := "#!/bin/bash\nexport A=1;export b_1=1;\n"; got != want || strings.Count(got, "\n") != headLines {
		t.Errorf("head %q, want %q", got, want)
	}
}

func TestFind(t *testing.T) {
	if _, err := Find("/nowhere/shellcheck"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Find: %v", err)
	}
}

// TestNoFolder has no folder for temporary files, as in an image from scratch.
func TestNoFolder(t *testing.T) {
	t.Setenv("TMPDIR", "/nowhere")
	p := &Program{"shellcheck"}
	_, err := p.Check(t.Context(), []lint.Script{{Text: "true", Dialect: "sh"}})
	if err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("Check: %v, want what to do about the folder", err)
	}
}

// TestProgram asks the real program, where it is installed.
func TestProgram(t *testing.T) {
	program, err := Find("shellcheck")
	if err != nil {
		t.Skipf("SKIPPED: %v, so it was not asked", err)
	}
	scripts := make([]lint.Script, batchScripts+1)
	for i := range scripts {
		scripts[i] = lint.Script{Text: "true\n", Dialect: "sh"}
	}
	scripts[0].Text = "    cd /srv/app; make $FOO $bar\n"
	scripts[0].Variables = []string{"FOO"}
	scripts[batchScripts].Text = "a=(1 2); echo \"${a[@]}\"\n"
	notes, err := program.Check(t.Context(), scripts)
	if err != nil {
		t.Fatal(err)
	}
	codes := func(i int) string {
		var all []string
		for _, n := range notes[i] {
			all = append(all, n.Code)
		}
		return strings.Join(all, " ")
	}
	if got := codes(0); !strings.Contains(got, "SC2164") || !strings.Contains(got, "SC2154") || strings.Count(got, "SC2154") != 1 {
		t.Errorf("it says %q of a cd that may fail and a variable that nobody sets", got)
	}
	if got := codes(batchScripts); !strings.Contains(got, "SC3030") {
		t.Errorf("it says %q of an array in sh", got)
	}
	if len(notes[1]) > 0 {
		t.Errorf("it says %q of true", codes(1))
	}
}

func TestNested(t *testing.T) {
	for script, want := range map[string]int{
		"": 0, "echo (": 0, "( ( x ) )": 0, "$(a) $(b)": 1, "$(a $(b) $(c $(d)))": 3, "$((1+(2)))": 3, "$(a": 1, ")))$(": 1,
		strings.Repeat("echo $(", 50): 50,
	} {
		if got := nested(script); got != want {
			t.Errorf("nested(%q) = %d, want %d", script, got, want)
		}
	}
}

// TestOneScriptFails has a program that fails when it reads a certain word: the
// scripts with it are left out, all others are checked.
func TestOneScriptFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: the program is a shell script")
	}
	path := filepath.Join(t.TempDir(), "shellcheck")
	program := "#!/bin/sh\nshift 3\nif grep -q BAD \"$@\"; then echo no >&2; exit 4; fi\nprintf '{\"comments\":['\nsep=\nfor f; do printf '%s{\"file\":\"%s\",\"line\":3,\"endLine\":3,\"column\":1,\"endColumn\":2,\"level\":\"info\",\"code\":1,\"message\":\"m\"}' \"$sep\" \"$f\"; sep=,; done\nprintf ']}'\nexit 1\n"
	if err := os.WriteFile(path, []byte(program), 0o700); err != nil {
		t.Fatal(err)
	}
	scripts := make([]lint.Script, 20)
	for i := range scripts {
		scripts[i] = lint.Script{Text: "good\n", Dialect: "sh"}
	}
	scripts[3].Text, scripts[11].Text = "BAD\n", strings.Repeat("echo $(", limits.ScriptNesting+1)
	notes, err := (&Program{path}).Check(t.Context(), scripts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range scripts {
		want := ""
		switch i {
		case 3:
			want = "ShellCheck failed on it (no)"
		case 11:
			want = "its substitutions are nested more than 6 levels deep"
		}
		if len(notes[i]) != 1 || notes[i][0].Left != want {
			t.Errorf("script %d: %+v, want %q", i, notes[i], want)
		}
	}
	for i := range scripts {
		scripts[i].Text = "BAD\n"
	}
	notes, err = (&Program{path}).Check(t.Context(), scripts)
	if err != nil || notes[19][0].Left == "" {
		t.Errorf("all are bad: %+v, %v", notes[19], err)
	}
}
