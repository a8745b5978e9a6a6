package suppress

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dockmend/dockmend/internal/fuzzseed"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// yamlBreaks are the line ends of YAML that a file has beside LF and CRLF.
func yamlBreaks() map[string]string {
	return map[string]string{"CR": "\r", "NEL": "\u0085", "LS": "\u2028", "PS": "\u2029"}
}

// TestYAMLLineEnds has line ends that only YAML knows, in and around comments:
// a directive silences the line that YAML puts below it.
func TestYAMLLineEnds(t *testing.T) {
	for name, end := range yamlBreaks() {
		t.Run(name, func(t *testing.T) {
			for _, src := range []string{
				"#@#\n#", "# a@# b\n# c\na: 1\n", "a: 1 # x@ # y@# z\nb: 2", "\xEF\xBB\xBF#@#@a: 1@", "@#@\n@#", "a: [1, # x@ 2] # y@# z",
			} {
				src = strings.ReplaceAll(src, "@", end)
				ParseYAML(parseYAML(src), Options{})
			}
			src := strings.ReplaceAll("# prose@# dockmend ignore=latest-tag -- why@a: 1@b: 2\n", "@", end)
			above, below := diagnose(t, src, "latest-tag@a: 1"), diagnose(t, src, "latest-tag@b: 2")
			ParseYAML(parseYAML(src), Options{}).Apply([]*lint.Diagnostic{above, below}, catalog(), all, nil, noOptions)
			if got, want := silenced(above.Suppressed)+", "+silenced(below.Suppressed), "dockmend 1 why, -"; got != want {
				t.Errorf("silenced: %s, want %s", got, want)
			}
			src = strings.ReplaceAll("# dockmend ignore=latest-tag@a: 1@b: 2 # dockmend ignore=latest-tag@c: 3", "@", end)
			extras := ParseYAML(parseYAML(src), Options{}).Apply(nil, catalog(), all, nil, noOptions)
			if got, want := mend(t, src, extras), strings.ReplaceAll("a: 1@b: 2@c: 3", "@", end); got != want {
				t.Errorf("without its ignores %q is %q, want %q", src, got, want)
			}
		})
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range fuzzseed.Texts(f, "compose") {
		f.Add(s)
	}
	for _, end := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028"} {
		f.Add(strings.ReplaceAll("# a@# dockmend ignore=DL3006,x@a: # dockmend ignore=latest-tag@ - b # c@# dockmend ignore-file=all@---@c: |@ # d@", "@", end))
	}
	f.Fuzz(func(t *testing.T, src string) {
		before := parseYAML(src)
		extras := ParseYAML(before, Options{}).Apply(nil, catalog(), all, nil, noOptions)
		for _, x := range extras {
			if s := x.Finding.Span; s.Start < 0 || s.Start >= s.End || s.End > len(src) {
				t.Errorf("%s has the span %v", x.Rule.ID, s)
			}
		}
		after := parseYAML(mend(t, src, extras))
		if diff := cmp.Diff(values(before), values(after)); diff != "" {
			t.Errorf("the fixes change more than comments: %q\n%s", after.Src, diff)
		}
	})
}

func parseYAML(src string) *yaml.File {
	return yaml.Parse([]byte(src), text.NewLineIndex([]byte(src)))
}

// values is what a file means, by document.
func values(f *yaml.File) []any {
	var all []any
	for _, d := range f.Documents {
		all = append(all, yaml.NewView(f).Value(d.Root, nil))
	}
	return all
}
