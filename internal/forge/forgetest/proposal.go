package forgetest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/review"
	"github.com/dockmend/dockmend/internal/review/reviewtest"
)

const (
	// fixes is the branch that nobody configured.
	fixes     = "dockmend-fixes"
	shellForm = "FROM a:1\nCMD x y\n"
	execForm  = "FROM a:1\nCMD [\"x\", \"y\"]\n"
)

// branch is a repository, and runs on its default branch.
type branch struct {
	Repository
	t *testing.T
}

// run proposes the fixes of all commands in shell form.
func (b *branch) run() *review.Proposed {
	b.t.Helper()
	f := b.Forge()
	want := &review.Fixup{Platform: f.Platform(), Category: category, SHA: b.Tip("main"), Complete: true, Server: "https://forge.example"}
	there := b.Files("main")
	for _, path := range slices.Sorted(maps.Keys(there)) {
		if there[path] != shellForm {
			continue
		}
		want.Files = append(want.Files, review.FixupFile{
			Path: path, Before: []byte(shellForm), After: []byte(execForm),
			Changes: []review.FixupChange{{
				Rule:  &lint.Meta{ID: "shell-form-command", Title: "a shell keeps the stop signal"},
				Title: "Rewrite as a JSON array", Key: files.BlobHash([]byte(path), 40)[:16], Safe: true,
				Proof: lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd"}},
			}},
		})
	}
	return f.Propose(b.t.Context(), want)
}

func (b *branch) noted(out *review.Proposed, words string) {
	b.t.Helper()
	if !strings.Contains(strings.Join(out.Notes, "\n"), words) {
		b.t.Errorf("the notes do not say %q: %q", words, out.Notes)
	}
}

func proposed(t *testing.T, host Host) {
	t.Helper()
	b := &branch{host.Repository(t, map[string]string{"Dockerfile": shellForm, "README.md": "x\n"}), t}
	out := b.run()
	if out.Number != 1 || b.Files(fixes)["Dockerfile"] != execForm || b.Files(fixes)["README.md"] != "x\n" {
		t.Fatalf("%+v, and the branch has %q", out, b.Files(fixes))
	}
	reviewtest.Equal(t, "opened", b.Proposals(), "open")
	first := b.Tip(fixes)
	if out := b.run(); out.Number != 1 || b.Tip(fixes) != first {
		t.Errorf("the same run again makes %+v", out)
	}

	b.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
	b.run()
	if b.Tip(fixes) == first || b.Files(fixes)["README.md"] != "new\n" {
		t.Error("the branch is not made anew on its base")
	}

	b.Commit("main", "somebody", map[string]string{"Dockerfile": execForm})
	b.noted(b.run(), "nothing is left")
	reviewtest.Equal(t, "fixed by hand", b.Proposals(), "closed")
	if b.Files(fixes) != nil {
		t.Error("the branch is not deleted")
	}

	b.Commit("main", "somebody", map[string]string{"Dockerfile": shellForm})
	b.run()
	reviewtest.Equal(t, "it came back", b.Proposals(), "closed", "open")
	b.Merge(fixes)
	b.run()
	reviewtest.Equal(t, "merged", b.Proposals(), "closed", "closed")
}

func leftAlone(t *testing.T, host Host) {
	t.Helper()
	b := &branch{host.Repository(t, map[string]string{"Dockerfile": shellForm}), t}
	b.run()
	b.Commit(fixes, "ann", map[string]string{"notes.txt": "mine\n"})
	mine := b.Tip(fixes)
	b.Commit("main", "somebody", map[string]string{"README.md": "new\n"})
	b.noted(b.run(), "dockmend did not make")
	if b.Tip(fixes) != mine {
		t.Error("somebody's commit was thrown away")
	}
	reviewtest.Equal(t, "left alone", b.Proposals(), "open")
}
