package dockerfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// checkLossless asserts that the tokens, joined, are the file.
func checkLossless(d *Document) error {
	at := 0
	for _, t := range d.Tokens() {
		if t.Span.Start != at || t.Span.Len() <= 0 {
			return fmt.Errorf("token %v does not follow offset %d", t, at)
		}
		at = t.Span.End
	}
	if at != len(d.Src) {
		return fmt.Errorf("tokens end at %d of %d", at, len(d.Src))
	}
	return nil
}

// checkAgreement asserts that our instructions are those that BuildKit's parser
// finds: lines, keyword, flags, arguments, form, heredocs.
func checkAgreement(d *Document) error {
	result, err := parser.Parse(bytes.NewReader(d.Src))
	if err != nil {
		return nil
	}
	if want, got := len(result.AST.Children), len(d.Instructions); want != got {
		return fmt.Errorf("%d instructions, BuildKit has %d", got, want)
	}
	if result.EscapeToken != rune(d.Escape) {
		return fmt.Errorf("escape %q, BuildKit has %q", d.Escape, result.EscapeToken)
	}
	for i, node := range result.AST.Children {
		in := d.Instructions[i]
		lines := in.PhysicalLines()
		first := d.Lines.Position(lines[0].Start).Line
		if first != node.StartLine || first+len(lines)-1 != node.EndLine {
			return fmt.Errorf("instruction %d: lines %d..%d, BuildKit has %d..%d", i, first, first+len(lines)-1, node.StartLine, node.EndLine)
		}
		if err := checkHeredocs(in, node); err != nil {
			return fmt.Errorf("instruction %d (%s): %w", i, in.Keyword, err)
		}
		if err := checkNode(in, node); err != nil {
			return fmt.Errorf("instruction %d (%s): %w", i, in.Keyword, err)
		}
	}
	return nil
}

func checkHeredocs(in *Instruction, node *parser.Node) error {
	if len(in.Heredocs) != len(node.Heredocs) {
		return fmt.Errorf("%d heredocs, BuildKit has %d", len(in.Heredocs), len(node.Heredocs))
	}
	for i, h := range in.Heredocs {
		want := node.Heredocs[i]
		got := parser.Heredoc{Name: h.Name, Expand: h.Expand, Chomp: h.Chomp, FileDescriptor: h.FD, Content: in.doc.Text(h.Body)}
		if diff := cmp.Diff(want, got); diff != "" {
			return fmt.Errorf("heredoc: %s", diff)
		}
	}
	return nil
}

func checkNode(in *Instruction, node *parser.Node) error {
	if in.Keyword != strings.ToLower(node.Value) {
		return fmt.Errorf("keyword %q, BuildKit has %q", in.Keyword, node.Value)
	}
	var flags []string
	for _, f := range in.Flags {
		flag := "--" + f.Name
		if f.HasValue {
			flag += "=" + f.Value
		}
		flags = append(flags, latin1(flag))
	}
	if !slices.Equal(flags, node.Flags) {
		return fmt.Errorf("flags %q, BuildKit has %q", flags, node.Flags)
	}
	if in.JSON != node.Attributes["json"] {
		return fmt.Errorf("JSON form %v, BuildKit has %v", in.JSON, node.Attributes["json"])
	}
	if in.Keyword == "onbuild" && in.Inner != nil {
		return checkNode(in.Inner, node.Next.Children[0])
	}
	want := nodeWords(node)
	got := in.asNodes()
	for i := range got {
		// BuildKit's word parser replaces invalid bytes, ours keeps them.
		got[i] = string([]rune(got[i]))
	}
	for i := range want {
		want[i] = string([]rune(want[i]))
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("words %q, BuildKit has %q", got, want)
	}
	return nil
}

// latin1 reads bytes as BuildKit reads those of flags, each as one rune.
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func nodeWords(node *parser.Node) []string {
	var words []string
	for n := node.Next; n != nil; n = n.Next {
		words = append(words, n.Value)
	}
	return words
}

// asNodes lists the values that BuildKit's nodes hold for this instruction.
func (in *Instruction) asNodes() []string {
	var words []string
	switch in.Keyword {
	case "env", "label":
		for _, p := range in.Pairs {
			separator := "="
			if p.Legacy {
				separator = ""
			}
			words = append(words, p.Key, p.Value, separator)
		}
		return words
	case "run", "cmd", "entrypoint", "shell":
		if !in.JSON {
			if in.Args == "" {
				return nil
			}
			return []string{in.Args}
		}
	case "healthcheck":
		if !in.JSON {
			if len(in.Words) == 0 {
				return nil
			}
			words = []string{in.Words[0].Text}
			if in.Body != "" {
				words = append(words, in.Body)
			}
			return words
		}
	case "maintainer", "stopsignal", "user", "workdir":
		if in.Args == "" {
			return nil
		}
		return []string{in.Args}
	case "from", "add", "copy", "arg", "expose", "volume":
	case "onbuild":
		return nil
	default:
		return []string{""}
	}
	for _, w := range in.Words {
		words = append(words, w.Text)
	}
	return words
}

// checkSpans asserts that spans show the text that they stand for.
func checkSpans(d *Document) error {
	for _, in := range d.Instructions {
		shown := d.Text(in.KeywordSpan)
		if !strings.Contains(shown, "\n") && strings.ToLower(shown) != in.Keyword {
			return fmt.Errorf("keyword span shows %q for %q", shown, in.Keyword)
		}
		for _, w := range in.Words {
			shown := d.Text(w.Span)
			if strings.ContainsRune(shown, '\n') {
				continue
			}
			if in.JSON && strings.HasPrefix(shown, `"`) {
				var decoded string
				if err := json.Unmarshal([]byte(shown), &decoded); err != nil || decoded != w.Text {
					return fmt.Errorf("JSON word span shows %q for %q", shown, w.Text)
				}
				continue
			}
			if shown != w.Text {
				return fmt.Errorf("word span shows %q for %q", shown, w.Text)
			}
		}
		for _, p := range in.Pairs {
			if shown := d.Text(p.ValueSpan); !strings.ContainsRune(shown, '\n') && shown != p.Value {
				return fmt.Errorf("value span shows %q for %q", shown, p.Value)
			}
		}
	}
	return nil
}

func checkAll(d *Document) error {
	if err := checkLossless(d); err != nil {
		return err
	}
	if err := checkAgreement(d); err != nil {
		return err
	}
	return checkSpans(d)
}

// corpusFiles lists the Dockerfiles of the corpus in the folder that
// DOCKMEND_CORPUS names, else those of testdata/corpus.
func corpusFiles(t *testing.T) []string {
	t.Helper()
	root := os.Getenv("DOCKMEND_CORPUS")
	if root == "" {
		root = filepath.Join("..", "..", "..", "testdata", "corpus")
	}
	var files []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && strings.Contains(strings.ToLower(path), "dockerfile") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no Dockerfile below %s", root)
	}
	return files
}

func TestCorpusAgreesWithBuildKit(t *testing.T) {
	parsed, refused, kept := 0, 0, 0
	for _, path := range corpusFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := Parse(src)
		if err := checkAll(d); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if d.Whole == nil {
			parsed++
			continue
		}
		refused++
		if len(d.Instructions) > 0 {
			kept++
		}
	}
	t.Logf("BuildKit parses %d files; of the %d that it refuses, %d still have instructions", parsed, refused, kept)
}
