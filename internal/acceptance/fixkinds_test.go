package acceptance

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yamllib "go.yaml.in/yaml/v4"

	"github.com/dockmend/dockmend/internal/buildcontext"
	"github.com/dockmend/dockmend/internal/config"
	"github.com/dockmend/dockmend/internal/discover"
	"github.com/dockmend/dockmend/internal/engine"
	"github.com/dockmend/dockmend/internal/files"
	"github.com/dockmend/dockmend/internal/fixture"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/project"
	"github.com/dockmend/dockmend/internal/rules"
	"github.com/dockmend/dockmend/internal/syntax/compose/model"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// fixable is a file of any kind with what lies around it.
type fixable struct {
	engine.File
	src []byte
}

// TestFixOtherKinds applies every fix to every compose file and ignore file:
// those of the rules' cases always, those of DOCKMEND_CORPUS beside them where it
// is set. What Compose loaded it still loads, as the same model but for what the
// rules declare, a second run changes nothing, and every comment is there still.
func TestFixOtherKinds(t *testing.T) {
	standard, all := []string{"recommended"}, []string{"recommended", "cloud-native", "hardening", "strict"}
	cases := filesOfCases(t)
	t.Run("cases/recommended", func(t *testing.T) { fixOtherKinds(t, cases, standard) })
	if testing.Short() {
		t.Log("short: only the fixes of the default rules were tried")
		return
	}
	t.Run("cases/all", func(t *testing.T) { fixOtherKinds(t, cases, all) })
	if os.Getenv("DOCKMEND_CORPUS") == "" {
		t.Log("DOCKMEND_CORPUS is not set: only the files of the rules' cases were fixed")
		return
	}
	if os.Getenv("DOCKMEND_FIX_CORPUS") == "" {
		t.Skip("DOCKMEND_FIX_CORPUS is not set: the corpus was not fixed, which takes more minutes than continuous integration has")
	}
	corpus := filesOfCorpus(t)
	t.Run("corpus/recommended", func(t *testing.T) { fixOtherKinds(t, corpus, standard) })
	// All rules make ten fixes a file, each proved by itself: all files take half an hour.
	var some []fixable
	for i := 0; i < len(corpus); i += 20 {
		some = append(some, corpus[i])
	}
	t.Run("corpus/all rules, every twentieth file", func(t *testing.T) { fixOtherKinds(t, some, all) })
}

func fixOtherKinds(t *testing.T, files []fixable, presets []string) {
	t.Helper()
	catalog := rules.All()
	set, err := (&config.Config{Presets: presets}).Resolve(catalog.Metas(), config.Flags{})
	if err != nil {
		t.Fatal(err)
	}
	checker := &engine.Checker{Catalog: catalog, Settings: set.Settings()}
	unsafe, safe := &engine.Fixer{Checker: checker, Unsafe: true}, &engine.Fixer{Checker: checker}
	counts, refused := map[string]int{}, map[string]int{}
	var seen, changed, loads, equal, commentsBefore, commentsAfter, libraryBefore, libraryAfter int
	for _, f := range files {
		f.Policy = set.For(f.Path)
		seen++
		before, loadErr := model.Load(f.src, nil)
		isModel := f.Target == lint.TargetCompose && loadErr == nil
		if isModel {
			loads++
			if sameButForDeclared(t, before, f, safe.Fix(t.Context(), f.File, f.src)) {
				equal++
			}
		}
		got := unsafe.Fix(t.Context(), f.File, f.src)
		for _, p := range got.Problems {
			t.Errorf("%s: %s", p.File, p.Message)
		}
		for _, r := range got.Refused {
			if strings.Contains(r.Reason, "would be needed") {
				t.Errorf("%s: %s is not fixed: %s", f.Path, r.Rule.ID, r.Reason)
			}
			refused[r.Rule.ID+": "+firstWords(r.Reason)]++
		}
		for _, a := range got.Applied {
			counts[fmt.Sprintf("%s %s (%s)", a.Rule.ID, a.Verdict.Effect, applicabilityOf(a))]++
			if a.Demoted {
				t.Errorf("%s: %s does more than it declares, %v: %v", f.Path, a.Rule.ID, a.Changes, a.Verdict.Details)
			}
		}
		was, is := commentsOf(f.Target, f.src), commentsOf(f.Target, got.After)
		commentsBefore, commentsAfter = commentsBefore+len(was), commentsAfter+len(is)
		for _, c := range lost(was, is) {
			if !ignoreComment(c, got) {
				t.Errorf("%s: the comment %q is gone", f.Path, c)
			}
			t.Logf("%s: %q went on purpose", f.Path, c)
		}
		if f.Target == lint.TargetCompose {
			libraryBefore, libraryAfter = libraryBefore+libraryComments(f.src), libraryAfter+libraryComments(got.After)
		}
		if !got.Changed() {
			continue
		}
		changed++
		if isModel {
			if _, err := model.Load(got.After, nil); err != nil {
				t.Errorf("%s: Compose no longer loads it: %v", f.Path, err)
			}
		}
		if again := unsafe.Fix(t.Context(), f.File, got.After); again.Changed() {
			t.Errorf("%s: a second run changes it again", f.Path)
		}
	}
	if changed == 0 {
		t.Error("nothing was fixed")
	}
	t.Logf("%d files, %d changed; Compose loads %d, of which %d are the same after the safe fixes but for what is declared", seen, changed, loads, equal)
	t.Logf("%d comments before, %d after; by the YAML library %d and %d", commentsBefore, commentsAfter, libraryBefore, libraryAfter)
	logCounts(t, "applied", counts)
	logCounts(t, "refused", refused)
}

func applicabilityOf(a engine.Applied) lint.Applicability {
	if a.Safe {
		return lint.Safe
	}
	return lint.Unsafe
}

// sameButForDeclared loads a file after its safe fixes and holds the model to
// the one before, without the parts that the rules declare.
func sameButForDeclared(t *testing.T, before map[string]any, f fixable, got *engine.Fixed) bool {
	t.Helper()
	after, err := model.Load(got.After, nil)
	if err != nil {
		t.Errorf("%s: Compose no longer loads it after the safe fixes: %v", f.Path, err)
		return false
	}
	var declared [][]string
	for _, a := range got.Applied {
		for _, part := range a.Changes {
			declared = append(declared, strings.Split(part, "."))
		}
	}
	d := cmp.Diff(without(before, declared), without(after, declared))
	if d != "" {
		t.Errorf("%s: safe fixes change more than they declare, %v: %s", f.Path, declared, d)
	}
	return d == ""
}

// without is a model without the parts that paths lead to.
func without(v any, paths [][]string) any {
	m, ok := v.(map[string]any)
	if !ok || len(paths) == 0 {
		return v
	}
	rest := map[string]any{}
	for key, value := range m {
		var below [][]string
		gone := false
		for _, p := range paths {
			if p[0] == key || p[0] == "*" {
				gone = gone || len(p) == 1
				below = append(below, p[1:])
			}
		}
		if !gone {
			rest[key] = without(value, below)
		}
	}
	return rest
}

// commentsOf are a file's comments, sorted: a fix that puts things in order
// takes theirs along.
func commentsOf(target lint.Target, src []byte) []string {
	var said []string
	if target == lint.TargetIgnoreFile {
		for _, l := range ignorefile.Parse(src).Physical {
			if l.Kind == ignorefile.CommentLine {
				said = append(said, string(l.Span().Of(src)))
			}
		}
	} else {
		for _, c := range yaml.Parse(src, text.NewLineIndex(src)).Comments {
			said = append(said, strings.TrimRight(string(c.Span.Of(src)), " \t\r"))
		}
	}
	slices.Sort(said)
	return said
}

// libraryComments counts comment lines as the YAML library tells them apart,
// which shares nothing with the scanner that the fixes rely on.
func libraryComments(src []byte) int {
	n := 0
	decoder := yamllib.NewDecoder(bytes.NewReader(src))
	for {
		var doc yamllib.Node
		if err := decoder.Decode(&doc); err != nil {
			return n // io.EOF, or a file that is broken before as after
		}
		var walk func(*yamllib.Node)
		walk = func(node *yamllib.Node) {
			for _, c := range []string{node.HeadComment, node.LineComment, node.FootComment} {
				for line := range strings.Lines(c) {
					if strings.HasPrefix(strings.TrimSpace(line), "#") {
						n++
					}
				}
			}
			for _, child := range node.Content {
				walk(child)
			}
		}
		walk(&doc)
	}
}

// lost are the comments that are no longer there, of two sorted lists.
func lost(was, is []string) []string {
	var gone []string
	for _, c := range was {
		if i := slices.Index(is, c); i >= 0 {
			is = slices.Delete(slices.Clone(is), i, i+1)
		} else {
			gone = append(gone, c)
		}
	}
	return gone
}

// ignoreComment reports whether a comment is one that the rules about ignore
// comments may have changed.
func ignoreComment(comment string, got *engine.Fixed) bool {
	return (strings.Contains(comment, "ignore") || strings.Contains(comment, "disable")) &&
		slices.ContainsFunc(got.Applied, func(a engine.Applied) bool { return a.Rule.ID == "unused-ignore" || a.Rule.ID == "unknown-ignore" })
}

// filesOfCases are the linted files of the rules' cases.
func filesOfCases(t *testing.T) []fixable {
	t.Helper()
	var files []fixable
	for folder, target := range map[string]lint.Target{"compose": lint.TargetCompose, "ignorefile": lint.TargetIgnoreFile} {
		names, err := filepath.Glob(filepath.Join("..", "..", "testdata", "rules", folder, "*.txtar"))
		if err != nil || len(names) == 0 {
			t.Fatal("no cases", err)
		}
		for _, name := range names {
			archive, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := fixture.Parse(name, archive)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range parsed.Cases {
				tree := fixture.Files{c.Document: c.Input()}
				maps.Copy(tree, c.Around)
				id := strings.TrimSuffix(filepath.Base(name), ".txtar")
				files = append(files, fixable{engine.File{Path: path.Join(id, c.Name, c.Document), Target: target, Context: tree.Around(c.Document)}, c.Input()})
			}
		}
	}
	slices.SortFunc(files, func(a, b fixable) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// filesOfCorpus are those below DOCKMEND_CORPUS; nothing is written there.
func filesOfCorpus(t *testing.T) []fixable {
	t.Helper()
	root, err := os.OpenRoot(os.Getenv("DOCKMEND_CORPUS"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	tree, err := files.Open(os.Getenv("DOCKMEND_CORPUS"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tree.Close() })
	found, err := discover.Find(tree, nil, discover.Options{NoGitignore: true})
	if err != nil {
		t.Fatal(err)
	}
	store := project.New(project.Disk(root), nil)
	var files []fixable
	for _, f := range found.Files {
		if f.Target != lint.TargetCompose && f.Target != lint.TargetIgnoreFile {
			continue
		}
		src, err := root.ReadFile(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, fixable{engine.File{Path: f.Path, Target: f.Target, Context: buildcontext.New(store, f.Path)}, src})
	}
	return files
}
