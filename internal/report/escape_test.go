package report

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTerminal(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"plain text, ünïcode 世界 👩\u200d💻 क्\u200dष", "plain text, ünïcode 世界 👩\u200d💻 क्\u200dष"},
		{"\x1b[2J\x07\x7f\x00", `\x1b[2J\x07\x7f\x00`},
		{"a\tb\r\nc", `a\tb\r\nc`},
		{"\u009b31m\u0085", `\u009b31m\u0085`},
		{"\u202aa\u202e\u2066b\u2069\u200e\u061c", `\u202aa\u202e\u2066b\u2069\u200e\u061c`},
		{"zero\u200bwidth\ufeff\u00ad\u2060", `zero\u200bwidth\ufeff\u00ad\u2060`},
		{"a\u2028b\u2029", `a\u2028b\u2029`},
		{"\U000e0041tag", `\U000e0041tag`},
		{"\xff\xc3(\xed\xa0\x80", `\xff\xc3(\xed\xa0\x80`},
		{"a replaced \ufffd stays", "a replaced \ufffd stays"},
		{"::error::x", `\x3a:error::x`},
		{" \u3000::error::x", " \u3000" + `\x3a:error::x`},
		{":", `\x3a`},
		{"a ::error::x", "a ::error::x"},
		{"a ##[error]b ###[x] ##vso[task.y]z", `a #\x23[error]b ##\x23[x] #\x23vso[task.y]z`},
		{"## heading [x] ## #[y] ##", "## heading [x] ## #[y] ##"},
	}
	for _, tt := range tests {
		if got := Terminal(tt.in); got != tt.want {
			t.Errorf("Terminal(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCommandEscapes(t *testing.T) {
	tests := []struct{ in, data, property string }{
		{"plain", "plain", "plain"},
		{"100% a:b, c", "100%25 a:b, c", "100%25 a%3Ab%2C c"},
		{"%0A", "%250A", "%250A"},
		{"a\n::error::b", `a\n::error::b`, `a\n%3A%3Aerror%3A%3Ab`},
		{"\r\x1b", `\r\x1b`, `\r\x1b`},
		{"##[error]x", `#\x23[error]x`, `#\x23[error]x`},
	}
	for _, tt := range tests {
		if got := CommandData(tt.in); got != tt.data {
			t.Errorf("CommandData(%q) = %q, want %q", tt.in, got, tt.data)
		}
		if got := CommandProperty(tt.in); got != tt.property {
			t.Errorf("CommandProperty(%q) = %q, want %q", tt.in, got, tt.property)
		}
	}
	if got, want := CommandData("a", "b\nc"), `a%0Ab\nc`; got != want {
		t.Errorf("CommandData of two lines = %q, want %q", got, want)
	}
}

func TestMarkdownText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain, (text) - 1. + x", "plain, (text) - 1. + x"},
		{"a|b\nc\\|d", `a\|b\\nc\\\|d`},
		{"<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"},
		{"`code` *b* _i_ ~s~", "\\`code\\` \\*b\\* \\_i\\_ \\~s\\~"},
		{"[x](y) ![i](j)", `\[x\](y) !\[i\](j)`},
		{"@octocat org/repo#1", "@&#8203;octocat org/repo#&#8203;1"},
		{"https://evil.example WWW.evil.example", "https:&#8203;//evil.example WWW.&#8203;evil.example"},
		{"GH-1 see gh-23, not GH-x", "GH-&#8203;1 see gh-&#8203;23, not GH-&#8203;x"},
		{"5dc01c595e6c6ec9ccda4f6f69c131c0dd945f8c", "5dc0&#8203;1c595e&#8203;6c6ec9&#8203;ccda4f&#8203;6f69c1&#8203;31c0dd&#8203;945f8c"},
		{"at 5dc01c5, 5DC01C59: 1234567", "at 5&#8203;dc01c5, 5D&#8203;C01C59: 1&#8203;234567"},
		{"5dc01c decafbadx x5dc01c595", "5dc01c decafbadx x5dc01c595"},
		{"$HOME", "$HOME"},
		{"$A$B", "<span>$</span>A<span>$</span>B"},
	}
	for _, tt := range tests {
		if got := MarkdownText(tt.in); got != tt.want {
			t.Errorf("MarkdownText(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMarkdownCode(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"api/Dockerfile", "`api/Dockerfile`"},
		{"a`b", "``a`b``"},
		{"`a``b`", "``` `a``b` ```"},
		{"``", "``` `` ```"},
		{" a ", "`  a  `"},
		{"   ", "`   `"},
		{"a|b", "`a\\|b`"},
		{`a\|b`, "`a\\\\\\|b`"},
		{`a\\|b`, "`a\\\\\\|b`"},
		{"a\nb", "`a\\nb`"},
		{"<b> @x", "`<b> @x`"},
	}
	for _, tt := range tests {
		if got := MarkdownCode(tt.in); got != tt.want {
			t.Errorf("MarkdownCode(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// barePipe reports whether a table would end a cell inside of s: at a pipe after
// an even number of backslashes.
func barePipe(s string) bool {
	backslashes := 0
	for _, c := range []byte(s) {
		switch {
		case c == '|' && backslashes%2 == 0:
			return true
		case c == '\\':
			backslashes++
		default:
			backslashes = 0
		}
	}
	return false
}

// hostileText are the seeds of all fuzz targets.
func hostileText(f *testing.F) {
	f.Helper()
	for _, s := range []string{
		"", "a|b\\|c", "`x``y", "<script>@x", "::error::a\n", "##[x]", "###x[", "\x1b[0m\u202e\xff\r\t", "$a$", "www.x http://y",
		"\\", "\\\\|", " ` ", "\u200d\u0301", ":", "\U000e0041", "%0A,:", "ſ[", "##ſ[",
	} {
		f.Add(s)
	}
}

func FuzzTerminal(f *testing.F) {
	hostileText(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := Terminal(s)
		if !utf8.ValidString(got) {
			t.Errorf("Terminal(%q) = %q is no UTF-8", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
				t.Errorf("Terminal(%q) = %q holds %U", s, got, r)
			}
		}
		if strings.Contains(got, "##[") || strings.HasPrefix(strings.TrimSpace(got), ":") {
			t.Errorf("Terminal(%q) = %q is a command for a CI service", s, got)
		}
		if again := Terminal(got); again != got {
			t.Errorf("Terminal(%q) = %q, and again %q", s, got, again)
		}
	})
}

func FuzzCommand(f *testing.F) {
	hostileText(f)
	f.Fuzz(func(t *testing.T, s string) {
		data, property := CommandData(s, s), CommandProperty(s)
		if strings.ContainsAny(data, "\r\n") || strings.ContainsAny(property, "\r\n,:") {
			t.Errorf("%q becomes %q and %q, which end early", s, data, property)
		}
		for _, out := range []string{data, property} {
			for _, part := range strings.Split(out, "%")[1:] {
				if !slices.Contains([]string{"25", "0A", "3A", "2C"}, part[:min(2, len(part))]) {
					t.Errorf("%q becomes %q with a bare %%", s, out)
				}
			}
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	hostileText(f)
	f.Fuzz(func(t *testing.T, s string) {
		cell := strings.ReplaceAll(MarkdownText(s), dollar, "")
		if barePipe(cell) || strings.ContainsAny(cell, "\r\n<>") {
			t.Errorf("MarkdownText(%q) = %q breaks its cell", s, cell)
		}
		code := MarkdownCode(s)
		if barePipe(code) || strings.ContainsAny(code, "\r\n") {
			t.Errorf("MarkdownCode(%q) = %q breaks its cell", s, code)
		}
		if code == "" {
			return
		}
		fence := code[:len(code)-len(strings.TrimLeft(code, "`"))]
		inner, closed := strings.CutSuffix(code[len(fence):], fence)
		if !closed || strings.HasSuffix(inner, "`") || strings.Contains(inner, fence) {
			t.Errorf("MarkdownCode(%q) = %q ends early", s, code)
		}
	})
}

func FuzzJSONInert(f *testing.F) {
	hostileText(f)
	f.Fuzz(func(t *testing.T, s string) {
		document, err := json.Marshal(map[string]string{s: s})
		if err != nil {
			t.Fatal(err)
		}
		inert := jsonInert(document)
		if Terminal(string(inert)) != string(inert) {
			t.Errorf("%q is not safe to print", inert)
		}
		var want, got map[string]string
		if err := json.Unmarshal(document, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(inert, &got); err != nil {
			t.Fatalf("%q: %v", inert, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q means something else (-want +got):\n%s", inert, diff)
		}
	})
}
