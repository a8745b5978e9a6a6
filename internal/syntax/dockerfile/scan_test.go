package dockerfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/fuzzseed"
)

var handwritten = map[string]string{
	"empty":                    "",
	"only a comment":           "# nothing",
	"byte order mark":          "\xEF\xBB\xBF# syntax=docker/dockerfile:1\nFROM a\n",
	"no final newline":         "FROM a\nRUN b",
	"CRLF":                     "FROM a\r\nRUN b \\\r\n  c\r\n",
	"backtick":                 "# escape=`\nFROM a\nRUN dir C:\\`\n  D\n",
	"bad escape":               "# escape=x\nFROM a\n",
	"duplicate directive":      "# syntax=a\n# syntax=b\nFROM a\n",
	"directive after comment":  "# hello\n# escape=`\nFROM a\nRUN b `\n c\n",
	"escape at the end":        "FROM a\nRUN b \\",
	"escaped escape":           "FROM a\nRUN b \\\\\nRUN c\n",
	"lone escape line":         "FROM a\n\\\nRUN b\n",
	"comment in continuation":  "FROM a\nRUN b \\\n  # c \\\n\n  d\n",
	"unfinished continuation":  "FROM a\nRUN b \\\n# c\n\n",
	"heredoc":                  "FROM a\nRUN <<EOF\nb\nEOF\nRUN c\n",
	"two heredocs":             "FROM a\nCOPY <<A <<\"B\" /x/\n1\nA\n2\nB\nRUN c\n",
	"chomped heredoc":          "FROM a\nRUN <<-EOF\n\tb\n\tEOF\nRUN c\n",
	"unclosed heredoc":         "FROM a\nRUN <<EOF\nb\nRUN c\n",
	"onbuild heredoc":          "FROM a\nONBUILD RUN <<EOF\nb\nEOF\nRUN c\n",
	"shift is no heredoc":      "FROM a\nRUN echo $((1<<2))\nRUN c\n",
	"invalid UTF-8":            "FROM a\nENV A=\xff\xfe B=\"\xff\"\nRUN \xff\n",
	"NUL":                      "FROM a\nRUN b\x00c\n",
	"JSON":                     "FROM a\nCMD [ \"a\", \"b\\u0020c\", \"é\" ]\nENTRYPOINT []\nCOPY [\"a b\", \"/c\"]\n",
	"JSON over lines":          "FROM a\nCMD [ \"a\", \\\n  \"b\" ]\n",
	"JSON of numbers":          "FROM a\nCMD [1]\n",
	"flags":                    "FROM --platform=$BUILDPLATFORM a AS b\nCOPY --from=b --chown=\"1:1\" x y\nRUN --mount=type=cache,target=/x -- --b\n",
	"flag over lines":          "FROM a\nRUN --mount=type=cache,\\\ntarget=/x b\n",
	"env forms":                "FROM a\nENV A b c\nENV A=b C=\"d e\" F='g h' I=j\\ k\nLABEL a=b \\\n c=d\nARG X\nARG Y=z W\n",
	"health check":             "FROM a\nHEALTHCHECK --interval=5s CMD curl -f x || exit 1\nHEALTHCHECK NONE\nHEALTHCHECK CMD [\"a\"]\n",
	"unknown instruction":      "FROM a\nRNU b\n",
	"lower case":               "from a as b\nrun c\ncmd d\n",
	"vertical tab":             "FROM\va\vAS\vb\n",
	"lone CR":                  "FROM a\rRUN b\n",
	"maintainer":               "FROM a\nMAINTAINER a b <c@d>\n",
	"ONBUILD JSON":             "FROM a\nONBUILD CMD [\"a\", \"b\"]\nONBUILD COPY --from=x a b\n",
	"tabs before keyword":      "\t FROM a\n\t\tRUN b\n",
	"instruction without args": "FROM a\nRUN\nUSER \nCMD\n",
	"long line":                "FROM a\nRUN " + strings.Repeat("x", 70000) + "\nRUN b\n",
}

func TestScanHandwritten(t *testing.T) {
	for name, src := range handwritten {
		t.Run(name, func(t *testing.T) {
			if err := checkAll(Parse([]byte(src))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRefusedFileKeepsItsOtherInstructions(t *testing.T) {
	for _, name := range []string{"unclosed heredoc", "JSON of numbers", "long line"} {
		d := Parse([]byte(handwritten[name]))
		if d.Whole == nil {
			t.Errorf("%s: BuildKit accepts it", name)
			continue
		}
		var good, bad int
		for _, in := range d.Instructions {
			if in.Err != nil {
				bad++
			} else {
				good++
			}
		}
		if good == 0 || bad != 1 {
			t.Errorf("%s: %d good and %d refused instructions", name, good, bad)
		}
	}
}

func TestSpans(t *testing.T) {
	d := Parse([]byte("FROM a\nCOPY --from=b --chown=1:1 \\\n  # why\n  x /y/\nENV A=1 \\\n  B=\"2 3\"\n"))
	in := d.Instructions[1]
	var got []string
	for _, f := range in.Flags {
		got = append(got, d.Text(f.Span), d.Text(f.ValueSpan))
	}
	for _, w := range in.Words {
		got = append(got, d.Text(w.Span))
	}
	for _, p := range d.Instructions[2].Pairs {
		got = append(got, d.Text(p.KeySpan), d.Text(p.ValueSpan), d.Text(p.Span))
	}
	want := []string{"--from=b", "b", "--chown=1:1", "1:1", "x", "/y/", "A", "1", "A=1", "B", `"2 3"`, `B="2 3"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "dockerfile") {
		f.Add([]byte(s))
	}
	for _, src := range handwritten {
		if len(src) < 1000 {
			f.Add([]byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := checkAll(Parse(src)); err != nil {
			t.Error(err)
		}
	})
}

func FuzzDirectives(f *testing.F) {
	f.Add("# syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all")
	f.Add("#escape = \\\r\n# syntax=a b ")
	f.Fuzz(func(t *testing.T, head string) {
		d := Parse([]byte(head + "\nFROM a\nRUN b\n"))
		if err := checkAll(d); err != nil {
			t.Error(err)
		}
		for _, x := range d.Directives {
			if d.Text(x.ValueSpan) != x.Value || !strings.EqualFold(d.Text(x.NameSpan), x.Name) {
				t.Errorf("directive %+v shows %q", x, d.Text(x.Span))
			}
		}
	})
}
