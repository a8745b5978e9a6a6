package yaml

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/text"
)

var handwritten = map[string]string{
	"empty":                    "",
	"only a comment":           "# nothing",
	"only a marker":            "---\n",
	"scalar":                   "a",
	"scalar behind the marker": "--- a # b\n",
	"byte order mark":          "\xEF\xBB\xBFa: b # c\n",
	"no final newline":         "a: b",
	"CRLF":                     "a: b # c\r\nd:\r\n  - e\r\n  - \"f\r\n    g\"\r\nh: |\r\n  i\r\n\r\n  j\r\nk: l\r\n",
	"lone CR":                  "a: b\rc: d # e\rf: g",
	"other line breaks":        "a: b\u0085c: d\u2028e: f",
	"several documents":        "%YAML 1.1 # a\n---\na: b\n--- # c\n- d\n...\n---\n# e\n---\nf\n",
	"properties":               "a: &x !foo bar\nb: !reset\nc: !override\n  - 1\nd: &y # why\n  e: *x\nf: !<tag:yaml.org,2002:str> 1\ng: ! h\n",
	"properties of keys":       "&m a: b\n&n {x: y}: c\n? &o d\n: e\n",
	"properties of a root":     "--- !t &r\na: b\n",
	"properties of both":       "!t\n&m a: b\n",
	"anchor of nothing":        "a: &e\nb: *e\nc: [&f , &g, *f , !t , !t ]\n",
	"anchor on its own line":   "a:\n  &b\n  # c\n  d: e\n",
	"complex keys":             "? |\n  block key\n: - one\n  - two\n? [a, b]\n? {c: d}\n: e\n",
	"no key":                   ": a\n",
	"flow":                     "a: [1, {b: c}, d: e, ]\nf: {x, y: , z, \"q\":r, ? s : t, ? u}\ng: [{h: i}: j, [k]: l, ? m : n]\n",
	"flow over lines":          "a: [ # one\n  b, # two\n  # three\n  'c',\n  \"d\" # four\n]\ne: {\n  f: g # five\n  , h: i,\n}\n",
	"plain over lines":         "a: b\n  c\n\n  d\ne: [f\n  g , h\n\n i]\n",
	"plain with signs":         "a: b#c\nd: http://e:80/f?g=[h]&i={j}\nk: l, m\nn: -o\np: ?q\nr: :s\nt: u'v\"w\nx: 50%\n",
	"quotes":                   "'a''b': \"c\\\"d\\\\\"\ne: 'f\n\n  g'\nh: \"i \\\n  j\\u00e9\\x41\"\nk: ''\nl: \"\"\n",
	"comment behind a quote":   "a: [\"b\"#c\n]\n",
	"literal":                  "a: |\n  b\n   c\n\n  # d\n# e\nf: g\n",
	"literal with indicators":  "a: |2-  # b\n    c\n  d\ne: >+1\n x\n\n\nf: |-\n  g\n   \n",
	"literal at the end":       "a:\n  - |\n    b\n  - >-\n    c\n    d",
	"literal without text":     "a: |\nb: >-\n\n\nc: |+\n\n\nd: |1\n   \n",
	"literal at the top":       "--- |\na # b\nc\n---\nd\n",
	"literal after tabs":       "a: |\n  \tb\n\t\nc: d\n",
	"lists":                    "- a\n- - b\n  - c\n-\n- k: v\n  l: w\n-   - # d\n      e\n",
	"list on the key's column": "a:\n- b\n- c:\n  - d\ne: f\n",
	"merge":                    "a: &a {b: 1}\nc: &c\n  d: 2\ne:\n  <<: [*a, *c]\n  d: 3\nf:\n  <<: *a\n  \"<<\": g\n",
	"duplicates":               "a: 1\nb: 2\na: 3\n'a': 4\n",
	"base 60":                  "ports:\n  - 22:22\n  - 1:30:59\n  - \"80:80\"\n",
	"wide characters":          "é: 'ü' # ö\n日本: [\"語\", 𝔘𝔘: x]\n",
	"unknown alias":            "a: *b\n",
	"circle":                   "&a [*a]\n",
	"tab":                      "a:\n\tb: c\n",
	"tab behind the colon":     "a:\tb\t# c\nd: [\te\t]\n",
	"tab in a list":            "-\ta\n-\tb\n",
	"bracket left open":        "# c\na: [b, c\nd: e\n",
	"quote left open":          "a: \"b\nc: d\n",
	"error in the second":      "a: b # c\n---\n# d\ne: [\n",
	"NUL":                      "a: b\x00c\n",
	"invalid UTF-8":            "é: \xff\n",
	"UTF-16":                   "\xff\xfea\x00:\x00 \x00b\x00\n\x00",
	"surrogates":               "a: \xed\xa0\x80\n",
	"marker in the middle":     "a: b\n\uFEFFc: d\n",
	"long key":                 "a: " + strings.Repeat("b", 2000) + "\n",
	"directive":                "%TAG !e! tag:example.com,2000:\n---\na: !e!b c\n",
	"signs at the end":         "a:\n  -",
	"timestamp and numbers":    "a: 2001-01-01\nb: 0x1F\nc: 1_000\nd: .inf\ne: ~\nf: 0o14\ng: yes\n",
}

func TestHandwritten(t *testing.T) {
	for name, src := range handwritten {
		t.Run(name, func(t *testing.T) {
			if err := checkFile(parse(src)); err != nil {
				t.Errorf("%v\n%s", err, src)
			}
		})
	}
}

// TestFiles reads the files of testdata, which look like real ones.
func TestFiles(t *testing.T) {
	names, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(src), strings.ReplaceAll(string(src), "\n", "\r\n")} {
			f := parse(text)
			if f.Err != nil {
				t.Errorf("%s: %v", name, f.Err)
			}
			if err := checkFile(f); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSpans(t *testing.T) {
	f := parse(handwritten["literal with indicators"])
	var got []string
	for _, p := range f.Root().Pairs {
		got = append(got, f.Text(p.Value.Span))
	}
	want := []string{"|2-  # b\n    c\n  d", ">+1\n x", "|-\n  g\n   "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	f = parse(handwritten["properties"])
	got = nil
	for _, p := range f.Root().Pairs {
		got = append(got, fmt.Sprintf("%s|%s|%s|%s|%s", f.Text(p.Value.AnchorSpan), f.Text(p.Value.TagSpan), f.Text(p.Value.Span), p.Value.Tag, f.Text(p.Span)))
	}
	want = []string{
		"&x|!foo|bar|!foo|a: &x !foo bar",
		"|!reset||!reset|b: !reset",
		"|!override|- 1|!override|c: !override\n  - 1",
		"&y||e: *x|!!map|d: &y # why\n  e: *x",
		"|!<tag:yaml.org,2002:str>|1|!!str|f: !<tag:yaml.org,2002:str> 1",
		"|!|h|!!str|g: ! h",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	// A value that is not written lies where it would go.
	f = parse("a:\nb: {c, d: , e:}\nf:   # g\n")
	got = nil
	f.Root().Walk(func(n *Node) bool {
		if n.Span.IsEmpty() {
			got = append(got, string(f.Src[:n.Span.Start]))
		}
		return true
	})
	want = []string{"a:", "a:\nb: {c", "a:\nb: {c, d:", "a:\nb: {c, d: , e:", "a:\nb: {c, d: , e:}\nf:"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestComments(t *testing.T) {
	src := "# a\nb: c # d\ne: 'f # g' # h\ni: |  # j\n  # k\n# l\nm: n#o\n"
	f := parse(src)
	var got []string
	for _, c := range f.Comments {
		got = append(got, fmt.Sprint(f.Text(c.Span), " ", c.Own))
	}
	want := []string{"# a true", "# d false", "# h false", "# j false", "# l true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c, ok := f.CommentAfter(f.Root().Pairs[0].Value.Span.End); !ok || f.Text(c.Span) != "# d" {
		t.Error("the comment behind b is not found")
	}
	if c, ok := f.CommentAfter(f.Root().Pairs[3].Value.Span.End); ok {
		t.Errorf("%q is not behind m", f.Text(c.Span))
	}
}

func TestErrors(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	keys := &strings.Builder{}
	for i := range 100_000 {
		fmt.Fprintf(keys, "k%d: v\n", i)
	}
	tests := map[string]struct {
		src, want string
		kind      ErrorKind
	}{
		"tab":             {handwritten["tab"], "2:1 \"\\t\" a tab indents this line: YAML allows spaces only", SyntaxError},
		"open bracket":    {handwritten["bracket left open"], "3:2 \":\" the list needs a comma or its closing bracket here", SyntaxError},
		"open quote":      {handwritten["quote left open"], "2:4 \"d\" the closing quote is missing", SyntaxError},
		"second document": {handwritten["error in the second"], "4:4 \"[\" a value is missing here", SyntaxError},
		"unknown alias":   {handwritten["unknown alias"], "1:4 \"*\" unknown anchor 'b' referenced", SyntaxError},
		"colon":           {"a: b: c\n", "1:5 \":\" a colon is not allowed here: quote the value, or begin a new line", SyntaxError},
		"NUL":             {handwritten["NUL"], "1:5 \"\\x00\" a NUL byte is not allowed in YAML", EncodingError},
		"control":         {"a: b\x1bc\n", "1:5 \"\\x1b\" the control character U+001B is not allowed in YAML", EncodingError},
		"UTF-8":           {handwritten["invalid UTF-8"], "1:5 \"\\xff\" byte 0xFF is not UTF-8: save the file as UTF-8", EncodingError},
		"UTF-16":          {handwritten["UTF-16"], "1:1 \"\\xff\\xfe\" the file is UTF-16: save it as UTF-8", EncodingError},
		"depth":           {deep, "1:101 \"[\" more than 100 levels of nesting", LimitError},
		"keys":            {keys.String(), "50000:9 \"v\" more than 100000 keys and values", LimitError},
		"aliases":         {aliases(shortText+1024, 1024, 4), "1031:4 \"*b\" aliases stand for more than 4194304 bytes of text", LimitError},
		"far more keys":   {strings.Repeat("a: b\n", 300_000), "1:1 \"\" more than 100000 keys and values", LimitError},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := parse(tt.src)
			if f.Err == nil {
				t.Fatal("no error")
			}
			p := f.Lines.Position(f.Err.Span.Start)
			got := fmt.Sprintf("%d:%d %q %s", p.Line, p.Column, f.Text(f.Err.Span), f.Err)
			if got != tt.want || f.Err.Kind != tt.kind {
				t.Errorf("got kind %d, %s\nwant kind %d, %s", f.Err.Kind, got, tt.kind, tt.want)
			}
		})
	}
	if f := parse(aliases(shortText+1024, 1024, 3)); f.Err != nil || f.Root() == nil {
		t.Errorf("aliases that stand for as much as they may: %v", f.Err)
	}
	if f := parse(handwritten["error in the second"]); len(f.Documents) != 1 || len(f.Comments) != 2 {
		t.Errorf("%d documents and %d comments before the mistake", len(f.Documents), len(f.Comments))
	}
}

// aliases is a text of so many bytes, a list with so many aliases for it, and as many for
// the list.
func aliases(size, inner, outer int) string {
	return "a: &a " + strings.Repeat("x", size) + "\nb: &b\n" + strings.Repeat("- *a\n", inner) + "c:\n" + strings.Repeat(" - *b\n", outer)
}

func TestLookup(t *testing.T) {
	f := parse(handwritten["merge"])
	v := NewView(f)
	root := f.Root()
	for path, want := range map[string]string{"e b": "1", "e d": "3", "f b": "1", "f <<": "g", "c d": "2", "e << 1 d": "", "x": ""} {
		got := ""
		if n := v.Get(root, strings.Fields(path)...); n != nil {
			got = n.Value
		}
		if got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if got := strings.Join(v.Get(root, "e", "b").Path(), " "); got != "a b" {
		t.Errorf("path %q", got)
	}
	if got := parse("a:\n  - b\n  - c: d\n").Root().Pairs[0].Value.Items[1].Pairs[0].Value.Path(); !cmp.Equal(got, []string{"a", "1", "c"}) {
		t.Errorf("path %q", got)
	}
	want := map[string]any{"a": map[string]any{"b": 1}, "c": map[string]any{"d": 2}, "e": map[string]any{"b": 1, "d": 3}, "f": map[string]any{"b": 1, "<<": "g"}}
	if diff := cmp.Diff(want, v.Value(root, nil)); diff != "" {
		t.Error(diff)
	}
	var places []string
	f = parse(handwritten["duplicates"])
	for _, p := range f.Duplicates() {
		places = append(places, f.Text(p.First.Span)+" < "+f.Text(p.Span))
	}
	if diff := cmp.Diff([]string{"a: 1 < a: 3", "a: 1 < 'a': 4"}, places); diff != "" {
		t.Error(diff)
	}
	if got := NewView(f).Get(f.Root(), "a").Value; got != "4" {
		t.Errorf("of duplicates %q counts", got)
	}
}

func TestSexagesimal(t *testing.T) {
	for s, want := range map[string]bool{
		"22:22": true, "1:30:59": true, "-1:5": true, "80:80": false, "8080:80": false, "3306:33": true, "22:22/udp": false,
		"127.0.0.1:22": false, "22": false, "": false, ":1": false, "1:": false, "1:+5": false, "00:01": false,
	} {
		if got := IsSexagesimal(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// TestBombs shows that what is small in bytes and large in meaning ends in an
// error, and soon.
func TestBombs(t *testing.T) {
	lists := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	maps := "a: &a {k: v}\n"
	for c := 'b'; c <= 'z'; c++ {
		ref := "*" + string(c-1)
		lists += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(ref+",", 9))
		maps += fmt.Sprintf("%c: &%c\n  <<: [%s]\n  k%c: v\n", c, c, strings.TrimSuffix(strings.Repeat(ref+", ", 9), ", "), c)
	}
	wide := &strings.Builder{}
	wide.WriteString("a: &a\n")
	for i := range 5000 {
		fmt.Fprintf(wide, "  k%d: v\n", i)
	}
	for i := range 5000 {
		fmt.Fprintf(wide, "s%d: {<<: *a}\n", i)
	}
	tests := map[string]struct {
		src, want string
	}{
		"aliases of lists":  {lists, "aliases and merge keys stand for more than 200000 keys and values"},
		"merged mappings":   {maps, ""},
		"one for all":       {wide.String(), "aliases and merge keys stand for more than 200000 keys and values"},
		"circle of a list":  {"a: &a [*a]\n", "an anchor contains itself"},
		"circle of merges":  {"a: &a\n  <<: *a\n  b: c\n", "an anchor contains itself"},
		"merged twice":      {"a: &a {b: c}\nd: &d {<<: *a}\ne: {<<: [*d, *a]}\n", ""},
		"circle of a value": {"a: &a\n  b: *a\n", "an anchor contains itself"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := parse(tt.src)
			if f.Err != nil {
				t.Fatal(f.Err)
			}
			if err := checkFile(f); err != nil {
				t.Error(err)
			}
			v := NewView(f)
			v.Value(f.Root(), nil)
			got := ""
			if v.Err() != nil {
				got = v.Err().Message
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzSpans(f *testing.F) {
	for _, kind := range []string{"compose", "kubernetes", "workflow"} {
		for _, s := range fuzzseed.Texts(f, kind) {
			f.Add([]byte(s))
		}
	}
	for _, src := range handwritten {
		if len(src) < 1000 {
			f.Add([]byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file := parse(string(src))
		if err := checkFile(file); err != nil {
			t.Errorf("%v\n%q", err, src)
		}
		for _, d := range file.Documents {
			NewView(file).Value(d.Root, nil)
		}
	})
}

func TestParseSections(t *testing.T) {
	tests := []struct{ name, src, keys string }{
		{"last section", "a: 1\nb:\n  c: 2\nd: [1\n  e: 2\n", "a b"},
		{"first section", "a: [1\nb: 2\n", ""},
		{"reported at the end", "a: 1\nb: \"x\nc: 2\n", "a"},
		{"whole", "a: 1\nb: 2\n", "a b"},
		{"carriage returns", "a: 1\r\nb: [\r\n", "a"},
		{"second document", "a: 1\n---\nb: [\n", "a"},
		{"comment and list", "a: 1\nb:\n- 1\n# x\n- {\n", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := ParseSections([]byte(tt.src), text.NewLineIndex([]byte(tt.src)))
			var keys []string
			if root := f.Root(); root != nil {
				for _, p := range root.Pairs {
					keys = append(keys, p.Key.Value)
				}
			}
			if got := strings.Join(keys, " "); got != tt.keys {
				t.Errorf("got %q, want %q", got, tt.keys)
			}
			if (f.Err == nil) != (tt.name == "whole") || len(f.Src) != len(tt.src) {
				t.Errorf("error %v, %d bytes", f.Err, len(f.Src))
			}
		})
	}
}
