package facts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
)

// The shell of each RUN, in order. What hadolint 2.15.1 does with its comment was
// seen by running it; it forgets the shell at ENV and ARG, which is not followed.
func TestShell(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"default", "FROM a\nRUN x\n", "/bin/sh"},
		{"comment", "FROM a\nRUN x\n# hadolint shell=pwsh\nRUN x\nENV A=1\nRUN x\n", "/bin/sh pwsh pwsh"},
		{"a stage forgets it", "FROM a\n# hadolint shell=pwsh\nRUN x\nFROM a\nRUN x\n", "pwsh /bin/sh"},
		{"its own stages keep it", "FROM a AS b\n# hadolint shell=pwsh\nRUN x\nFROM b\nRUN x\n", "pwsh pwsh"},
		{"at the end of a stage", "FROM a AS b\nRUN x\n# hadolint shell=pwsh\nFROM c\nRUN x\nFROM b\nRUN x\n", "/bin/sh /bin/sh pwsh"},
		{"above the first FROM", "# hadolint shell=pwsh\nFROM a\nRUN x\nFROM a\n# hadolint shell=/bin/bash\nRUN x\nFROM a\nRUN x\n", "pwsh /bin/bash pwsh"},
		{"SHELL after it", "FROM a\n# hadolint shell=pwsh\nSHELL [\"/bin/dash\", \"-c\"]\nRUN x\n", "/bin/dash"},
		{"after SHELL", "FROM a\nSHELL [\"/bin/dash\", \"-c\"]\n# hadolint shell=/bin/bash\nRUN x\n", "/bin/bash"},
		{"the last counts", "FROM a\n# hadolint shell=pwsh\n# hadolint shell=/bin/bash\nRUN x\n", "/bin/bash"},
		{"layout", "FROM a\n  #hadolint  shell = pwsh # for Windows\nRUN x\n", "pwsh"},
		{"CRLF", "FROM a\r\n# hadolint shell=pwsh \r\nRUN x\r\n", "pwsh"},
		{"ONBUILD", "FROM a\n# hadolint shell=pwsh\nONBUILD RUN x\n", "pwsh"},
		{"on Windows", "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN x\n# hadolint shell=powershell\nRUN x\n", "cmd powershell"},
		{"within a RUN", "FROM a\nRUN x \\\n# hadolint shell=pwsh\n y\n", "/bin/sh"},
		{"two words", "FROM a\n# hadolint shell=pwsh or so\nRUN x\n", "/bin/sh"},
		{"no word", "FROM a\n# hadolint shell=\nRUN x\n", "/bin/sh"},
		{"upper case", "FROM a\n# HADOLINT shell=pwsh\nRUN x\n", "/bin/sh"},
		{"another key", "FROM a\n# hadolint shells=pwsh\n# hadolint ignore=DL3008 shell=pwsh\n# hadolintshell=pwsh\nRUN x\n", "/bin/sh"},
	} {
		f := parse(tt.src)
		var got []string
		f.Each("run", true, func(in *dockerfile.Instruction) { got = append(got, f.StageOf(in).Shell(in).Words[0]) })
		if words := strings.Join(got, " "); words != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, words, tt.want)
		}
	}
}

// Conformance with hadolint 2.15.1, by SC3010 ("in POSIX sh, [[ is undefined"): it is
// said of a script that ShellCheck reads as sh or dash, and of no other.
func TestShellCommentConformance(t *testing.T) {
	const script = "RUN [[ -f a ]]\n"
	for comment, catches := range map[string]bool{
		"": true, "# hadolint shell=/bin/sh\n": true, "# hadolint shell=/bin/dash\n": true, "# hadolint shell=/bin/bash -o pipefail -c\n": true,
		"# hadolint shell=/bin/bash\n": false, "# hadolint shell=bash\n": false, "# hadolint shell=ksh\n": false, "# hadolint shell=pwsh\n": false,
		"# hadolint shell=powershell.exe\n": false, "# hadolint shell=cmd.exe\n": false, "# hadolint shell=zsh\n": false, "# hadolint shell=\"pwsh\"\n": false,
	} {
		scripts, _ := parse("FROM debian:12\n" + comment + script).ShellScripts()
		if caught := len(scripts) == 1 && (scripts[0].Dialect == "sh" || scripts[0].Dialect == "dash"); caught != catches {
			t.Errorf("%q: SC3010 is said: %t, want %t (%+v)", comment, caught, catches, scripts)
		}
	}
}

// A here-document is in the language of the shell that it is given to, and proxies are
// variables of every RUN.
func TestScriptOfHeredoc(t *testing.T) {
	for src, want := range map[string]string{
		"RUN <<EOF\necho\nEOF\n":                  "sh []",
		"RUN <<'EOF' bash\necho\nEOF\n":           "bash []",
		"RUN <<EOF /usr/bin/ksh\necho\nEOF\n":     "ksh []",
		"RUN <<EOF\n#!/bin/bash\necho\nEOF\n":     "bash []",
		"RUN echo $http_proxy $NO_PROXY $other\n": "sh [http_proxy NO_PROXY]",
	} {
		scripts, left := parse("FROM debian:13\n" + src).ShellScripts()
		if len(scripts) != 1 || left != 0 {
			t.Fatalf("%q: %d scripts, %d left", src, len(scripts), left)
		}
		if got := fmt.Sprintf("%s %v", scripts[0].Dialect, scripts[0].Variables); got != want {
			t.Errorf("%q: got %s, want %s", src, got, want)
		}
	}
}
