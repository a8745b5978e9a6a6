package ignorefile_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/patternmatcher"
	moby "github.com/moby/patternmatcher/ignorefile"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/syntax/ignorefile"
)

// samples are ignore files with what makes reading them hard.
var samples = []string{
	"",
	"\n\n",
	"# comment\n.git\n*.md\n!README.md\n",
	"\xEF\xBB\xBF# comment behind a mark\n.git\n",
	" # no comment, but a pattern\n",
	"/abs\n./rel//x/\n../up\nfolder/\n",
	"**/node_modules\n**/*.py[co]\n!**/keep\na/**/b\n**\n",
	"*\n!src\n!src/**\nsrc/*.test\n",
	"a\n!a/b\na\n",
	"/!a\n! b\n!\n",
	"[\n[a-]\n\\\n\\#x\n",
	".git\r\n# c\r\n\r\n!x\r\n",
	"no end",
	"*\x00\n\xff\n",
	"a b\n\ta\t\n",
	strings.Repeat("?", 300) + "\n",
}

// paths are asked of every sample.
var paths = []string{".git", ".git/config", "README.md", "a", "a/b", "a/b/c", "a/x/b", "src", "src/a.test", "src/x/a.test", "keep", "x/node_modules/y", "x/a.pyc", "abs", "rel/x", "folder/y", "# no comment, but a pattern", "no end", "!a", "..", "/a/../b", ""}

func TestLines(t *testing.T) {
	d := ignorefile.Parse([]byte("\xEF\xBB\xBF# c\r\n  ./a//b/ \r\n\n! c\nlast"))
	var got []string
	for _, p := range d.Patterns {
		got = append(got, p.Text+" "+p.Cleaned+" "+string(p.Body.Of(d.Src)))
		if string(p.Span.Of(d.Src)) != p.Text {
			t.Errorf("the span of %q is %q", p.Text, p.Span.Of(d.Src))
		}
	}
	if diff := cmp.Diff([]string{"./a//b/ a/b ./a//b/", "! c !c c", "last last last"}, got); diff != "" {
		t.Error(diff)
	}
	if d.Physical[0].Kind != ignorefile.CommentLine || d.Physical[2].Kind != ignorefile.BlankLine {
		t.Error("the kinds of lines")
	}
}

func TestAsDockerReadsIt(t *testing.T) {
	for _, src := range samples {
		for _, p := range paths {
			if err := agree([]byte(src), p); err != nil {
				t.Errorf("%q: %v", src, err)
			}
		}
	}
}

// TestCorpus holds the ignore files of a folder that DOCKMEND_CORPUS names, or
// else those of the rules' cases, against Docker's.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("DOCKMEND_CORPUS")
	if dir == "" {
		dir = "../../../testdata"
		t.Log("DOCKMEND_CORPUS is not set: only the files of testdata were read")
	}
	files := 0
	err := filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".dockerignore") && filepath.Base(filepath.Dir(name)) != "ignorefile" {
			return err
		}
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files++
		for _, p := range paths {
			if err := agree(src, p); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
	t.Logf("%d files", files)
}

// TestLimits: what would cost too much is left out, with a reason.
func TestLimits(t *testing.T) {
	for name, src := range map[string]string{
		"patterns": strings.Repeat("a\n", 300_000),
		"bytes":    strings.Repeat(strings.Repeat("*a", 1000)+"\n", 1000),
		"pattern":  strings.Repeat("**/", 10_000) + "\n",
		"binary":   "a\x00b\n",
	} {
		d := ignorefile.Parse([]byte(src))
		last := d.Patterns[len(d.Patterns)-1]
		if !errors.Is(last.Err, ignorefile.ErrNotEvaluated) {
			t.Errorf("%s: %v, want ErrNotEvaluated", name, last.Err)
		}
		d.Ignored(strings.Repeat("a/", 20) + "b")
	}
}

// agree holds a file against moby's reader and matcher: the same patterns, and
// the same answer for a path.
func agree(src []byte, name string) error {
	d := ignorefile.Parse(src)
	var joined []byte
	for _, l := range d.Physical {
		if l.Start > l.Text || l.Text > l.TextEnd || l.TextEnd > l.EOL || l.EOL > l.End {
			return errors.New("a line's parts are not in order")
		}
		joined = append(joined, src[l.Start:l.End]...)
	}
	if !bytes.Equal(joined, src) {
		return errors.New("the lines joined are not the file")
	}
	decides, ignored := d.Ignored(name)
	if ignored && decides == nil {
		return errors.New("ignored by no pattern")
	}
	want, err := moby.ReadAll(bytes.NewReader(src))
	if (err != nil) != (d.Err != nil) {
		return errors.Join(errors.New("only one of both refuses the file"), err, d.Err)
	}
	if err != nil {
		return nil
	}
	var got []string
	refused, left := false, false
	for _, p := range d.Patterns {
		got = append(got, p.Cleaned)
		left = left || errors.Is(p.Err, ignorefile.ErrNotEvaluated)
		refused = refused || p.Err != nil && !errors.Is(p.Err, ignorefile.ErrNotEvaluated)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return errors.New("patterns: " + diff)
	}
	if left {
		return nil // Docker may have an answer, and none is given here
	}
	ignoredByMoby, err := ask(want, name)
	switch {
	case (err != nil) != refused:
		return errors.Join(errors.New("only one of both refuses a pattern"), err)
	case err == nil && ignored != ignoredByMoby:
		return errors.New("ignored differs for " + name)
	}
	return nil
}

// ask does what BuildKit does to send a file: it goes down to it folder by folder,
// and opens it.
func ask(patterns []string, name string) (bool, error) {
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return false, err
	}
	// A pattern that is no regular expression comes to light when it is asked
	// for, which depends on the ones before it.
	for _, p := range patterns {
		one, err := patternmatcher.New([]string{p})
		if err != nil {
			return false, err
		}
		if _, err := one.MatchesUsingParentResult("x", strings.HasPrefix(p, "!")); err != nil { //nolint:staticcheck // deprecated for lists of several patterns only
			return false, err
		}
	}
	name = filepath.Clean("/" + name)[1:]
	if name == "" {
		return false, nil
	}
	ignored := false
	var info patternmatcher.MatchInfo
	for i := range name + "/" {
		if i < len(name) && name[i] != '/' {
			continue
		}
		if ignored, info, err = m.MatchesUsingParentResults(name[:i], info); err != nil {
			return false, err
		}
	}
	opened, err := m.MatchesOrParentMatches(name)
	return ignored || opened, err
}

func FuzzIgnoreFile(f *testing.F) {
	for i, s := range fuzzseed.Texts(f, "ignorefile") {
		f.Add([]byte(s), paths[i%len(paths)])
	}
	for i, src := range samples {
		f.Add([]byte(src), paths[i%len(paths)])
	}
	f.Fuzz(func(t *testing.T, src []byte, name string) {
		if strings.ContainsRune(name, 0) {
			return // no file is named so
		}
		if err := agree(src, name); err != nil {
			t.Errorf("%v\n%q", err, src)
		}
	})
}
