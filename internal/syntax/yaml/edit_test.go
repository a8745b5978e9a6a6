package yaml

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/text"
)

func TestEdits(t *testing.T) {
	at := func(path ...string) func(f *File) *Node {
		return func(f *File) *Node { return NewView(f).Get(f.Root(), path...) }
	}
	tests := []struct {
		name, src, want string
		node            func(f *File) *Node
		do              func(f *File, n *Node) ([]text.Edit, bool)
	}{
		{"quote", "p:\n  - 80:80 # why\n", "p:\n  - \"80:80\" # why\n", at("p", "0"), (*File).Quote},
		{"quote in a flow list", "p: [ 80:80,a]\n", "p: [ \"80:80\",a]\n", at("p", "0"), (*File).Quote},
		{"quote what is quoted", "p: '1'\n", "", at("p"), (*File).Quote},
		{"quote over lines", "p: a\n  b\n", "", at("p"), (*File).Quote},
		{"quote a backslash", `p: C:\a"b`, `p: "C:\\a\"b"`, at("p"), (*File).Quote},
		{"replace plain", "a: b # c\r\n", "a: d e # c\r\n", at("a"), replace("d e")},
		{"replace plain by what needs quotes", "a: b\n", "a: \"c: d\"\n", at("a"), replace("c: d")},
		{"replace a string by a word of YAML 1.1", "a: b\n", "a: \"no\"\n", at("a"), replace("no")},
		{"replace a boolean", "a: yes\nb: true\n", "a: yes\nb: false\n", at("b"), replace("false")},
		{"replace in flow", "a: [b, 'c']\n", "a: [b, 'd,e']\n", at("a", "1"), replace("d,e")},
		{"replace single quoted", "a: 'b'\n", "a: 'it''s'\n", at("a"), replace("it's")},
		{"replace single quoted by a control character", "a: 'b'\n", "a: \"\\t\"\n", at("a"), replace("\t")},
		{"replace nothing", "a:\nb: c\n", "a: d\nb: c\n", at("a"), replace("d")},
		{"replace what is shared", "a: &x b\nc: *x\n", "", at("a"), replace("d")},
		{"replace a block", "a: |\n  b\n", "", at("a"), replace("d")},
		{"unquote", "a: \"b c\"\n", "a: b c\n", at("a"), (*File).Unquote},
		{"unquote a number", "a: \"1\"\n", "", at("a"), (*File).Unquote},
		{"unquote a port", "a: '22:22'\n", "", at("a"), (*File).Unquote},

		{"delete first", "version: '3'\n\nservices: {}\n", "services: {}\n", at("version"), remove},
		{"delete with a comment behind", "version: '3' # old\n\nservices: {}\n", "", at("version"), remove},
		{"delete below the head of the file", "# about all\nversion: '3'\nservices: {}\n", "# about all\nservices: {}\n", at("version"), remove},
		{"delete below a comment", "a: b\n# about c\nc: d\ne: f\n", "", at("c"), remove},
		{"delete between blank lines", "a: b\n\nc: d\n\ne: f\n", "a: b\n\ne: f\n", at("c"), remove},
		{"delete at the end, below a blank line", "a: b\n\nc: d\n", "a: b\n", at("c"), remove},
		{"delete behind a mark", "\uFEFFversion: '3'\nservices: {}\n", "\uFEFFservices: {}\n", at("version"), remove},
		{"delete last without line end", "a: b\r\nc: d", "a: b\r\n", at("c"), remove},
		{"delete nested", "a:\n  b: # x\n    # y\n    c: d\n  e: f\n", "", at("a", "b"), remove},
		{"delete behind a dash", "- a: b\n  c: d\n", "- c: d\n", at("0", "a"), remove},
		{"delete in flow", "{a: b, c: d}\n", "{c: d}\n", at("a"), remove},
		{"delete the last in flow", "{a: b, c: d }\n", "{a: b }\n", at("c"), remove},
		{"delete the only one", "a:\n  b: c\n", "", at("a", "b"), remove},
		{"delete what is used", "a: &x b\nc: *x\n", "", at("a"), remove},
		{"delete a block", "a: |\n  b\n\n  c\nd: e\n", "d: e\n", at("a"), remove},
		{"delete an item", "a:\n  - b\n  - c\n  - e\n", "a:\n  - b\n  - e\n", at("a", "1"), (*File).DeleteItem},
		{"delete an item with a comment", "a:\n  - b\n  - c # d\n  - e\n", "", at("a", "1"), (*File).DeleteItem},
		{"delete an item in flow", "a: [b, c, d]\n", "a: [b, d]\n", at("a", "1"), (*File).DeleteItem},
		{"delete an item that is a mapping", "a:\n- b: c\n  d: e\n- f\n", "a:\n- f\n", at("a", "0"), (*File).DeleteItem},

		{"insert behind", "a:\n  b: c # d\n  e: f\n", "a:\n  b: c # d\n  g: h\n  e: f\n", at("a", "b"), after("g: h")},
		{"insert behind, without line end", "a:\n    b: c", "a:\n    b: c\n    g:\n      - h", at("a", "b"), after("g:\n  - h")},
		{"insert behind, CRLF", "a: b\r\nc: d\r\n", "a: b\r\ng:\r\n  h: i\r\nc: d\r\n", at("a"), after("g:\n  h: i")},
		{"insert behind a mapping", "a:\n  b: c\nd: e\n", "a:\n  b: c\ng: h\nd: e\n", at("a"), after("g: h")},
		{"insert behind a block", "a: |\n  b\n\nc: d\n", "a: |\n  b\ng: h\n\nc: d\n", at("a"), after("g: h")},
		{"insert behind a block that would get a line end", "a: |\n  b", "", at("a"), after("g: h")},
		{"insert behind a block that would get none", "a: |-\n  b", "a: |-\n  b\ng: h", at("a"), after("g: h")},
		{"insert behind a block that keeps", "a: |+\n  b\n\nc: d\n", "", at("a"), after("g: h")},
		{"insert behind in flow", "{a: b}\n", "{a: b, g: h}\n", at("a"), after("g: h")},
		{"insert behind a dash", "- a: b\n  c: d\n", "- a: b\n  g: h\n  c: d\n", at("0", "a"), after("g: h")},
		{"insert before", "a:\n  # c\n  b: c\n", "a:\n  # c\n  g: h\n  b: c\n", at("a", "b"), before("g: h")},
		{"insert before behind a dash", "- a: b\n", "- g: h\n  a: b\n", at("0", "a"), before("g: h")},
		{"insert before in flow", "{a: b}\n", "{g: h, a: b}\n", at("a"), before("g: h")},
		{"add", "a:\n  b: c\n\nd: e\n", "a:\n  b: c\n  g: h\n\nd: e\n", at("a"), add},
		{"add to nothing", "x:\n    y: z\na: # b\nd: e\n", "x:\n    y: z\na: # b\n    g: h\nd: e\n", at("a"), add},
		{"add to braces", "a: {}\n", "a: {g: h}\n", at("a"), add},
		{"add to an alias", "a: &a {b: c}\nd: *a\n", "", at("d"), add},
		{"append", "a:\n- b # c\n", "a:\n- b # c\n- d\n", at("a"), appendItem("d")},
		{"append lines", "a:\n  -   b: c\n", "a:\n  -   b: c\n  - d: e\n    f: g\n", at("a"), appendItem("d: e\nf: g")},
		{"append to nothing", "a:\n  b:\n", "a:\n  b:\n    - d\n", at("a", "b"), appendItem("d")},
		{"append in flow", "a: [b , ]\n", "a: [b, d , ]\n", at("a"), appendItem("d")},
		{"append over lines", "a: [\n  b,\n  c # x\n]\n", "a: [\n  b,\n  c, d # x\n]\n", at("a"), appendItem("d")},
		{"append to brackets", "a: []\n", "a: [d]\n", at("a"), appendItem("d")},
		{"append behind nothing", "a:\n  -\n", "a:\n  -\n  - d\n", at("a"), appendItem("d")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := parse(tt.src)
			if f.Err != nil {
				t.Fatal(f.Err)
			}
			n := tt.node(f)
			if n == nil {
				t.Fatal("no such node")
			}
			edits, ok := tt.do(f, n)
			if !ok {
				if tt.want != "" {
					t.Error("refused")
				}
				return
			}
			got, err := text.Apply(f.Src, edits)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func replace(value string) func(f *File, n *Node) ([]text.Edit, bool) {
	return func(f *File, n *Node) ([]text.Edit, bool) { return f.Replace(n, value) }
}

func remove(f *File, n *Node) ([]text.Edit, bool) { return f.Delete(n.Pair()) }

func after(code string) func(f *File, n *Node) ([]text.Edit, bool) {
	return func(f *File, n *Node) ([]text.Edit, bool) { return f.InsertAfter(n.Pair(), code) }
}

func before(code string) func(f *File, n *Node) ([]text.Edit, bool) {
	return func(f *File, n *Node) ([]text.Edit, bool) { return f.InsertBefore(n.Pair(), code) }
}

func add(f *File, n *Node) ([]text.Edit, bool) { return f.Add(n, "g: h") }

func appendItem(code string) func(f *File, n *Node) ([]text.Edit, bool) {
	return func(f *File, n *Node) ([]text.Edit, bool) { return f.Append(n, code) }
}

// leaf is a value, or an empty collection, with the way to it.
type leaf struct{ path, tag, value string }

func leaves(f *File) []leaf {
	var out []leaf
	for i, d := range f.Documents {
		d.Root.Walk(func(n *Node) bool {
			isKey := n.pair != nil && n.pair.Key == n
			if !isKey && len(n.Pairs) == 0 && len(n.Items) == 0 {
				out = append(out, leaf{path: pathOf(i, n), tag: n.Tag, value: n.Value})
			}
			return !isKey
		})
	}
	return out
}

func pathOf(doc int, n *Node) string {
	return fmt.Sprintf("%d/%q/", doc, n.Path())
}

// below reports whether a path leads to a node or below it.
func below(path, root string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(root, "]/"))
}

// checkEdit holds an edit to what it promises: the file reads as before, but
// for what lies below one path, and every comment is there still.
func checkEdit(f *File, edits []text.Edit, changed string) error {
	out, err := text.Apply(f.Src, edits)
	if err != nil {
		return err
	}
	g := parse(string(out))
	if g.Err != nil {
		return fmt.Errorf("%w in %q", g.Err, out)
	}
	if err := checkFile(g); err != nil {
		return fmt.Errorf("%w in %q", err, out)
	}
	same := func(ls []leaf) []leaf {
		return slices.DeleteFunc(ls, func(l leaf) bool { return below(l.path, changed) })
	}
	if a, b := same(leaves(f)), same(leaves(g)); !slices.Equal(a, b) {
		return fmt.Errorf("beside %s it was %q and is %q, in %q", changed, a, b, out)
	}
	said := func(f *File) []string {
		var out []string
		for _, c := range f.Comments {
			out = append(out, strings.TrimRight(f.Text(c.Span), "\r"))
		}
		return out
	}
	if a, b := said(f), said(g); !slices.Equal(a, b) {
		return fmt.Errorf("the comments were %q and are %q", a, b)
	}
	return nil
}

// tryEdits tries every edit on every node, up to a bound.
func tryEdits(f *File) error {
	if f.Err != nil || len(f.Documents) == 0 {
		return nil
	}
	var nodes []*Node
	docs := map[*Node]int{}
	for i, d := range f.Documents {
		d.Root.Walk(func(n *Node) bool {
			docs[n] = i
			nodes = append(nodes, n)
			return len(nodes) < 40
		})
	}
	for _, n := range nodes {
		self := pathOf(docs[n], n)
		parent := self
		if n.Parent != nil {
			parent = pathOf(docs[n], n.Parent)
		}
		tries := map[string]func() ([]text.Edit, bool, string){
			"Quote":   func() ([]text.Edit, bool, string) { e, ok := f.Quote(n); return e, ok, self },
			"Unquote": func() ([]text.Edit, bool, string) { e, ok := f.Unquote(n); return e, ok, self },
			"Replace": func() ([]text.Edit, bool, string) { e, ok := f.Replace(n, "it's: #\"new\""); return e, ok, self },
			"Word":    func() ([]text.Edit, bool, string) { e, ok := f.Replace(n, "new"); return e, ok, self },
			"Add":     func() ([]text.Edit, bool, string) { e, ok := f.Add(n, "zz-new: v"); return e, ok, self },
			"Append":  func() ([]text.Edit, bool, string) { e, ok := f.Append(n, "zz-new"); return e, ok, self },
		}
		if p := n.pair; p != nil && p.Value == n {
			tries["Delete"] = func() ([]text.Edit, bool, string) { e, ok := f.Delete(p); return e, ok, self }
			tries["InsertAfter"] = func() ([]text.Edit, bool, string) {
				e, ok := f.InsertAfter(p, "zz-new:\n  - v")
				if !ok {
					e, ok = f.InsertAfter(p, "zz-new: v")
				}
				return e, ok, pathOf(docs[n], n.Parent)
			}
			tries["InsertBefore"] = func() ([]text.Edit, bool, string) {
				e, ok := f.InsertBefore(p, "zz-new: v")
				return e, ok, pathOf(docs[n], n.Parent)
			}
		} else if n.Parent != nil && n.Parent.Kind == Sequence {
			tries["DeleteItem"] = func() ([]text.Edit, bool, string) { e, ok := f.DeleteItem(n); return e, ok, parent }
		} else if n.Parent != nil {
			continue // a key: replacing it moves what lies below
		}
		for name, try := range tries {
			edits, ok, changed := try()
			if !ok {
				continue
			}
			if err := checkEdit(f, edits, changed); err != nil {
				return fmt.Errorf("%s at %s: %w", name, self, err)
			}
		}
	}
	return nil
}

func TestEditsKeepTheRest(t *testing.T) {
	for name, src := range handwritten {
		if err := tryEdits(parse(src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzEdits(f *testing.F) {
	for _, kind := range []string{"compose", "kubernetes", "workflow"} {
		for _, s := range fuzzseed.Few(f, kind) {
			f.Add([]byte(s))
		}
	}
	for _, src := range handwritten {
		if len(src) < 1000 {
			f.Add([]byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := tryEdits(parse(string(src))); err != nil {
			t.Errorf("%v\n%q", err, src)
		}
	})
}
