package yaml

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dockmend/dockmend/internal/text"
	"go.yaml.in/yaml/v4"
)

func parse(src string) *File { return Parse([]byte(src), text.NewLineIndex([]byte(src))) }

// checkFile holds a file to what the package promises: every span decodes to
// its value, parts lie inside of their whole in order, and no byte is left that
// is neither a value, a comment nor one of YAML's signs.
func checkFile(f *File) error {
	if f.Err != nil && f.Err.Kind == LostError {
		return fmt.Errorf("%v", f.Err)
	}
	seen := make([]bool, len(f.Src))
	mark := func(s text.Span) error {
		if s.Start < 0 || s.End < s.Start || s.End > len(f.Src) {
			return fmt.Errorf("span %v lies outside of the file", s)
		}
		for i := s.Start; i < s.End; i++ {
			if seen[i] {
				return fmt.Errorf("byte %d belongs to two things", i)
			}
			seen[i] = true
		}
		return nil
	}
	var err error
	fail := func(format string, args ...any) bool {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
		return false
	}
	at := 0
	for _, d := range f.Documents {
		d.Root.Walk(func(n *Node) bool {
			if err != nil {
				return false
			}
			if n.Full.Start < at {
				return fail("node %q at %v begins before what stands before it (%d)", n.Value, n.Full, at)
			}
			if n.Parent != nil && !n.Parent.Span.Contains(n.Full) {
				return fail("node %q at %v is not inside of its parent %v", n.Value, n.Full, n.Parent.Span)
			}
			if n.Anchor != "" && f.Text(n.AnchorSpan) != "&"+n.Anchor {
				return fail("anchor %q shows %q", n.Anchor, f.Text(n.AnchorSpan))
			}
			for _, s := range []text.Span{n.AnchorSpan, n.TagSpan} {
				if e := mark(s); e != nil {
					return fail("%v", e)
				}
			}
			switch n.Kind {
			case Alias:
				if f.Text(n.Span) != "*"+n.Value || n.Target == nil || n.Target.Anchor != n.Value {
					return fail("alias %q shows %q", n.Value, f.Text(n.Span))
				}
			case Scalar:
				if e := decodes(f, n); e != nil {
					return fail("%v", e)
				}
			default:
				at = n.Span.Start
				return true
			}
			at = n.Full.End
			for _, s := range ownBytes(f, n) {
				if e := mark(s); e != nil {
					return fail("%v", e)
				}
			}
			return true
		})
	}
	if err != nil {
		return err
	}
	for _, c := range f.Comments {
		if f.Src[c.Span.Start] != '#' {
			return fmt.Errorf("comment %q", f.Text(c.Span))
		}
		if e := mark(c.Span); e != nil {
			return fmt.Errorf("comment %q: %w", f.Text(c.Span), e)
		}
	}
	if f.Err != nil {
		return nil
	}
	var rest []byte
	for i, c := range f.Src {
		if !seen[i] {
			rest = append(rest, c)
		} else if n := len(rest); n == 0 || rest[n-1] != 0 {
			rest = append(rest, 0)
		}
	}
	rest = bytes.TrimPrefix(rest, []byte("\uFEFF"))
	for line := range strings.FieldsFuncSeq(string(rest), func(r rune) bool { return strings.ContainsRune("\r\n\u0085\u2028\u2029", r) }) {
		if strings.HasPrefix(line, "%") || strings.HasPrefix(line, "\uFEFF") {
			continue
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, "---"), "...")
		if left := strings.Map(unsigned, line); left != "" {
			return fmt.Errorf("%q belongs to nothing", left)
		}
	}
	return nil
}

// unfold reads a plain scalar over several lines as YAML does.
func unfold(s string) string {
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
	out := lines[0]
	blank := 0
	for _, line := range lines[1:] {
		out = strings.TrimRight(out, " \t")
		line = strings.TrimLeft(line, " \t")
		switch {
		case line == "":
			blank++
		case blank > 0:
			out, blank = out+strings.Repeat("\n", blank)+line, 0
		default:
			out += " " + line
		}
	}
	return out
}

// ownBytes are those of a scalar or alias; a comment may stand between a block
// scalar's indicator and its text.
func ownBytes(f *File, n *Node) []text.Span {
	if n.Style != Literal && n.Style != Folded {
		return []text.Span{n.Span}
	}
	shown := f.Text(n.Span)
	header := strings.IndexAny(shown+"\n", " \t\r\n\u0085\u2028\u2029")
	body := min(strings.IndexAny(shown+"\n", "\r\n\u0085\u2028\u2029"), len(shown))
	return []text.Span{{Start: n.Span.Start, End: n.Span.Start + header}, {Start: n.Span.Start + body, End: n.Span.End}}
}

// unsigned leaves out the signs of YAML's structure.
func unsigned(r rune) rune {
	if strings.ContainsRune(" \t-:,?[]{}\x00", r) {
		return -1
	}
	return r
}

// decodes holds a scalar's bytes against its value: the library reads them
// again, alone.
func decodes(f *File, n *Node) error {
	snippet := f.Text(n.Span)
	if n.Span.IsEmpty() {
		if n.Value != "" {
			return fmt.Errorf("value %q has no bytes", n.Value)
		}
		return nil
	}
	want := n.Value
	if n.Style == Plain {
		if got := unfold(snippet); got != want && !strings.ContainsAny(snippet, "\u0085\u2028\u2029") {
			return fmt.Errorf("%q decodes to %q, not to %q", snippet, got, want)
		}
		return nil // alone, the library may read it as something else: "-"
	}
	if n.Style == Literal || n.Style == Folded {
		if header, _, _ := strings.Cut(snippet, "\n"); strings.ContainsAny(strings.TrimRight(header, "\r"), "123456789") {
			return nil // counted from the parent, which the snippet lacks; Span tests have it
		}
		want = strings.TrimRight(want, "\n")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte("--- "+snippet+"\n"), &doc); err != nil {
		return fmt.Errorf("%q of %q: %w", snippet, n.Value, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.ScalarNode {
		return fmt.Errorf("%q of %q is no scalar", snippet, n.Value)
	}
	got := doc.Content[0].Value
	if n.Style == Literal || n.Style == Folded {
		got = strings.TrimRight(got, "\n")
	}
	if got != want {
		return fmt.Errorf("%q decodes to %q, not to %q", snippet, got, want)
	}
	return nil
}
