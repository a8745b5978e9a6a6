package report

import (
	"strings"
	"testing"
)

func TestInertDiff(t *testing.T) {
	const plain = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n \tcontext\r\n-a\n+b\n\\ No newline at end of file\n"
	if got, exact := InertDiff([]byte(plain)); !exact || string(got) != plain {
		t.Errorf("a plain diff became %q, exact %v", got, exact)
	}
	for in, want := range map[string]string{
		" ::error title=x::y\n":  "|  \\x3a:error title=x::y\n",
		"\t ::error::\n":         "| \t \\x3a:error::\n",
		" a\t::b\n":              " a\t::b\n",
		"+##[add-mask]x\n":       "| +#\\x23[add-mask]x\n",
		" \x1b]0;x\x07\n":        "|  \\x1b]0;x\\x07\n",
		"-a\rb\n":                "| -a\\rb\n",
		"+\u202ea\xff\n":         "| +\\u202ea\\xff\n",
		" a\t##[group]b\tc::d\n": "|  a\t#\\x23[group]b\tc::d\n",
	} {
		got, exact := InertDiff([]byte("@@ -1 +1 @@\n" + in))
		header, body, _ := strings.Cut(string(got), "\n")
		if body != want || exact != (in == want) || header != wantHeader(exact) {
			t.Errorf("InertDiff(%q) = %q, %q, exact %v; want %q", in, header, body, exact, want)
		}
	}
}

// wantHeader is a hunk's header as it is shown: patch takes an indented one, so that of
// a diff that is not exact follows a bar.
func wantHeader(exact bool) string {
	if exact {
		return "@@ -1 +1 @@"
	}
	return "| @@ -1 +1 @@"
}
