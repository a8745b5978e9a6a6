package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/lint"
)

// A commit of ours that somebody changed in any way is not ours.
func TestFixupSeal(t *testing.T) {
	parent, tree, files := strings.Repeat("a", 40), strings.Repeat("b", 40), strings.Repeat("c", 64)
	c := &Commit{
		Tree: tree, Parents: []string{parent},
		Message: "Mend\n\n" + trailerFiles + files + "\n" + trailerCommit + seal("dockmend", parent, tree, files) + "\n",
	}
	if !IsOurCommit("dockmend", c) || IsOurCommit("dockmend/x", c) {
		t.Fatal("our own commit is not known, or is another category's")
	}
	for name, change := range map[string]func(*Commit){
		"amended":  func(c *Commit) { c.Tree = strings.Repeat("1", 40) },
		"rebased":  func(c *Commit) { c.Parents = []string{strings.Repeat("2", 40)} },
		"merged":   func(c *Commit) { c.Parents = append(c.Parents, strings.Repeat("3", 40)) },
		"reworded": func(c *Commit) { c.Message = "mine" },
	} {
		changed := *c
		change(&changed)
		if IsOurCommit("dockmend", &changed) {
			t.Errorf("%s: taken for ours", name)
		}
	}
}

func TestFixupStateIsNotBelieved(t *testing.T) {
	good := fixupState{Category: "dockmend", Keys: []string{key("a"), key("b")}}
	if got, ok := readFixupState(newBody(good.line()+"text\n"), "dockmend"); !ok || !slices.Equal(got.Keys, good.Keys) {
		t.Fatalf("%+v, %v", got, ok)
	}
	for name, body := range map[string]string{
		"none":             "hello",
		"no end":           regionStart + good.line(),
		"no region":        good.line(),
		"another category": newBody(fixupState{Category: "dockmend/x"}.line()),
		"no keys":          newBody("<!-- dockmend-fixup:v1 dockmend open xyz -->\n"),
		"another version":  newBody("<!-- dockmend-fixup:v2 dockmend open  -->\n"),
		"another state":    newBody("<!-- dockmend-fixup:v1 dockmend gone  -->\n"),
		"too many words":   newBody("<!-- dockmend-fixup:v1 dockmend open a b -->\n"),
		"too many keys":    newBody(stateHead + "dockmend open " + strings.Repeat(key("a")+",", maxKeys) + key("b") + markerTail + "\n"),
		"not the first":    newBody("text\n" + good.line()),
	} {
		if s, ok := readFixupState(body, "dockmend"); ok {
			t.Errorf("%s: taken for %+v", name, s)
		}
	}
	many := fixupState{Category: "dockmend"}
	for i := range maxKeys + 1 {
		many.Keys = append(many.Keys, key(fmt.Sprint(i)))
	}
	if s, ok := readFixupState(newBody(many.line()), "dockmend"); !ok || !s.Cut || len(s.Keys) != maxKeys {
		t.Errorf("%v, cut %v, %d keys", ok, s.Cut, len(s.Keys))
	}
}

func FuzzFixupState(f *testing.F) {
	f.Add(newBody(fixupState{Category: "dockmend", Keys: []string{key("a")}}.line() + "- [x] " + AgainBox + "\n"))
	f.Add(regionStart + regionEnd)
	f.Fuzz(func(t *testing.T, body string) {
		_ = AskedAgain(body)
		state, ok := readFixupState(body, "dockmend")
		if !ok {
			return
		}
		next := replaceRegion(testPlatform(), body, state.line()+"text\n")
		if again, ok := readFixupState(next, "dockmend"); len(body) < 60_000 && (!ok || !slices.Equal(again.Keys, state.Keys)) {
			t.Errorf("%+v, then %+v, %v", state, again, ok)
		}
	})
}

// Nothing of a repository's text leaves its place in the description.
func TestFixupBodyHostile(t *testing.T) {
	path := "a`|<img src=x>/@org/team\n--><!-- dockmend:end -->/Dockerfile"
	before := "FROM a\n# ```\n# <!-- dockmend:end -->\n# @everyone\n [x] " + AgainBox + "\nCMD x y\n"
	file := fixedFile(path, before)
	file.After = []byte(strings.Replace(string(file.After), " [x]", " ", 1))
	file.Changes[0].Title = "take fixes #1 @someone | <b>x</b> -->"
	file.Changes[0].Proof.Details = []string{"Cmd <script>", "` | @x"}
	f := &Fixup{Platform: testPlatform(), Category: "dockmend/-->", Files: []FixupFile{file}, Complete: true}
	body := newBody(fixupBody(f, []PlannedFile{{file, "100644"}}))
	state, ok := readFixupState(body, f.Category)
	if !ok || len(state.Keys) != 1 {
		t.Fatalf("the state is not read back:\n%s", body)
	}
	if again := replaceRegion(testPlatform(), body, fixupBody(f, []PlannedFile{{file, "100644"}})); again != body {
		t.Errorf("the region is cut by what stands in it:\n%s", again)
	}
	if AskedAgain(body) {
		t.Error("a line of the repository ticks the box")
	}
	outside, fence := "", ""
	for line := range strings.Lines(body) { // what stands in a block is plain
		switch {
		case fence == "" && strings.HasPrefix(line, "```"):
			fence = line[:strings.Index(line, "d")]
		case fence != "" && strings.TrimSpace(line) == fence:
			fence = ""
		case fence == "":
			outside += line
		}
	}
	for _, bad := range []string{"<b>", "<script>", "\n@", " @someone", "fixes #1", "everyone"} {
		if strings.Contains(outside, bad) {
			t.Errorf("the description has %q:\n%s", bad, body)
		}
	}
	if !strings.Contains(body, "````diff\n") {
		t.Errorf("the fence can be ended:\n%s", body)
	}

	var files []PlannedFile
	for i := range 500 {
		x := fixedFile(fmt.Sprintf("%d/Dockerfile", i), strings.Repeat("CMD x y # "+strings.Repeat("é", 200)+"\n", 3))
		files = append(files, PlannedFile{x, "100644"})
	}
	if n := len([]rune(newBody(fixupBody(f, files)))); n > 65_536 {
		t.Errorf("%d characters", n)
	}
	if _, ok := readFixupState(newBody(fixupBody(f, files)), f.Category); !ok {
		t.Error("the state of a long description is not read back")
	}
}

// fixedFile is a file whose commands a run rewrites.
func fixedFile(path, before string) FixupFile {
	f := FixupFile{Path: path, Before: []byte(before), After: []byte(strings.ReplaceAll(before, "CMD x y", `CMD ["x", "y"]`))}
	for i := range strings.Count(before, "CMD x y") {
		f.Changes = append(f.Changes, FixupChange{
			Rule: &lint.Meta{ID: "shell-form-command", Title: "a shell keeps the stop signal"}, Title: "Rewrite as a JSON array",
			Key: key(fmt.Sprint(path, i, before)), Safe: true,
			Proof: lint.Proof{State: lint.ProofPassed, Effect: lint.EffectConfig, Details: []string{"Cmd"}},
		})
	}
	return f
}

func key(s string) string { return files.BlobHash([]byte(s), 40)[:keyLength] }
