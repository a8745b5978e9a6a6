package github

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/github/fakehub"
)

// A commit of ours that somebody changed in any way is not ours.
func TestFixupSeal(t *testing.T) {
	hub := fakehub.New(t)
	r := newRepo(t, hub, map[string]string{"Dockerfile": shellForm})
	r.run()
	c, err := r.client().commit(context.Background(), r.Tip(fixupBranch))
	if err != nil {
		t.Fatal(err)
	}
	if !isOurCommit("dockmend", c) || isOurCommit("dockmend/x", c) {
		t.Fatal("our own commit is not known, or is another category's")
	}
	for name, change := range map[string]func(*gitCommit){
		"amended":  func(c *gitCommit) { c.Tree.SHA = strings.Repeat("1", 40) },
		"rebased":  func(c *gitCommit) { c.Parents = []gitObject{{SHA: strings.Repeat("2", 40)}} },
		"merged":   func(c *gitCommit) { c.Parents = append(c.Parents, gitObject{SHA: strings.Repeat("3", 40)}) },
		"reworded": func(c *gitCommit) { c.Message = "mine" },
	} {
		changed := *c
		change(&changed)
		if isOurCommit("dockmend", &changed) {
			t.Errorf("%s: taken for ours", name)
		}
	}
}

func TestFixupStateIsNotBelieved(t *testing.T) {
	good := fixupState{Category: "dockmend", Keys: []string{keyOf("a"), keyOf("b")}}
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
		"too many keys":    newBody(stateHead + "dockmend open " + strings.Repeat(keyOf("a")+",", maxKeys) + keyOf("b") + markerTail + "\n"),
		"not the first":    newBody("text\n" + good.line()),
	} {
		if s, ok := readFixupState(body, "dockmend"); ok {
			t.Errorf("%s: taken for %+v", name, s)
		}
	}
	many := fixupState{Category: "dockmend"}
	for i := range maxKeys + 1 {
		many.Keys = append(many.Keys, keyOf(fmt.Sprint(i)))
	}
	if s, ok := readFixupState(newBody(many.line()), "dockmend"); !ok || !s.Cut || len(s.Keys) != maxKeys {
		t.Errorf("%v, cut %v, %d keys", ok, s.Cut, len(s.Keys))
	}
}

func FuzzFixupState(f *testing.F) {
	f.Add(newBody(fixupState{Category: "dockmend", Keys: []string{keyOf("a")}}.line() + "- [x] " + againBox + "\n"))
	f.Add(regionStart + regionEnd)
	f.Fuzz(func(t *testing.T, body string) {
		_ = askedAgain(body)
		state, ok := readFixupState(body, "dockmend")
		if !ok {
			return
		}
		next := replaceRegion(body, state.line()+"text\n")
		if again, ok := readFixupState(next, "dockmend"); len(body) < 60_000 && (!ok || !slices.Equal(again.Keys, state.Keys)) {
			t.Errorf("%+v, then %+v, %v", state, again, ok)
		}
	})
}

// Nothing of a repository's text leaves its place in the description.
func TestFixupBodyHostile(t *testing.T) {
	path := "a`|<img src=x>/@org/team\n--><!-- dockmend:end -->/Dockerfile"
	before := "FROM a\n# ```\n# <!-- dockmend:end -->\n# @everyone\n [x] " + againBox + "\nCMD x y\n"
	file := mendedFile(path, before)
	file.After = []byte(strings.Replace(string(file.After), " [x]", " ", 1))
	file.Changes[0].Title = "take fixes #1 @someone | <b>x</b> -->"
	file.Changes[0].Proof.Details = []string{"Cmd <script>", "` | @x"}
	f := &Fixup{Category: "dockmend/-->", Files: []FixupFile{file}, Complete: true}
	body := newBody(fixupBody(f, []plannedFile{{file, "100644"}}))
	state, ok := readFixupState(body, f.Category)
	if !ok || len(state.Keys) != 1 {
		t.Fatalf("the state is not read back:\n%s", body)
	}
	if again := replaceRegion(body, fixupBody(f, []plannedFile{{file, "100644"}})); again != body {
		t.Errorf("the region is cut by what stands in it:\n%s", again)
	}
	if askedAgain(body) {
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

	var files []plannedFile
	for i := range 500 {
		x := mendedFile(fmt.Sprintf("%d/Dockerfile", i), strings.Repeat("CMD x y # "+strings.Repeat("é", 200)+"\n", 3))
		files = append(files, plannedFile{x, "100644"})
	}
	if n := len([]rune(newBody(fixupBody(f, files)))); n > 65_536 {
		t.Errorf("%d characters", n)
	}
	if _, ok := readFixupState(newBody(fixupBody(f, files)), f.Category); !ok {
		t.Error("the state of a long description is not read back")
	}
}
